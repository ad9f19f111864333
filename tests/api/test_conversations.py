"""Conversations and transcripts, for programs that may read what patients told: each read is in the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from tests.api.conftest import Programs
from tests.console.everything import with_everything
from tests.console.house import OTHER_TRIAL, TRIAL, House

LIST = "/api/v1/conversations"


def audited(house: House, action: str) -> list[tuple[str, str, Any]]:
    with house.store.reading() as unit:
        return [(entry.actor, entry.object_id, entry.detail) for entry in unit.audit_entries(action=action)]


async def test_a_conversation_has_every_answer_with_the_words_it_came_from(house: House, program: Programs) -> None:
    name = house.conversation("yes", "I am 61")
    _, found = await program().get(f"{LIST}/{name}")
    (screening,) = found["screenings"]
    answers = {each["attribute"]: each for each in screening["answers"]}
    assert (answers["age"]["value"], answers["age"]["said"], answers["age"]["state"]) == (61, "I am 61", "known")
    assert (found["trial_id"], found["stage"], found["consented"]) == (TRIAL, "in_progress", True)


async def test_a_transcript_has_what_was_said_line_by_line(house: House, program: Programs) -> None:
    name = house.conversation("yes", "I am 61")
    asking, path, lines = program(), f"{LIST}/{name}/transcript?limit=2", []
    while path:
        _, found = await asking.get(path)
        lines += found["items"]
        path = found["next"]
    assert [line["position"] for line in lines] == sorted({line["position"] for line in lines})
    assert "I am 61" in [line["text"] for line in lines if line["by"] == "patient"]
    assert any("Yes, go ahead" in line["options"] for line in lines)


async def test_each_read_is_in_the_audit_under_the_key_s_name(house: House, program: Programs) -> None:
    name, asking = house.conversation("yes", "61"), program()
    assert asking.key is not None
    for path in (f"{LIST}/{name}", f"{LIST}/{name}/transcript", f"/fhir/ResearchSubject/{name}"):
        assert (await asking.get(path))[0] == 200
    await asking.get(f"{LIST}?trial={TRIAL}&stage=in_progress")
    actor = asking.key.actor
    reads = [(actor, name, {"what": what}) for what in ("fhir", "transcript", "conversation")]
    assert audited(house, "api_read") == reads
    assert audited(house, "api_listed") == [(actor, TRIAL, {"what": "conversations", "filters": ["stage", "trial"], "count": 1})]


async def test_what_was_not_read_is_not_in_the_audit(house: House, program: Programs) -> None:
    name = house.conversation("yes", "61")
    for asking in (program(trials=OTHER_TRIAL), program(keyless=True)):
        await asking.get(f"{LIST}/{name}")
        await asking.get(f"{LIST}/{name}/transcript")
    assert audited(house, "api_read") == []


async def test_a_list_is_narrowed_and_paged_by_key(house: House, program: Programs) -> None:
    names = [house.conversation("yes", "61") for _ in range(5)]
    asking, path, seen = program(), f"{LIST}?trial={TRIAL}&limit=2", []
    while path:
        _, found = await asking.get(path)
        seen += [each["id"] for each in found["items"]]
        path = found["next"]
    assert seen == names[::-1]
    for query, number in (("channel=widget", 5), ("channel=rest", 0), ("stage=finished", 0), (f"trial={OTHER_TRIAL}", 0)):
        assert len((await asking.get(f"{LIST}?{query}"))[1]["items"]) == number, query


async def test_a_list_since_a_moment_has_what_was_said_since(house: House, program: Programs) -> None:
    house.conversation("yes")
    house.clock.move(hours=1)
    moment = house.clock()
    later = house.conversation("yes")
    for written in (moment.isoformat(), f"{moment:%Y-%m-%dT%H:%M:%SZ}", (moment + timedelta(seconds=1)).isoformat()):
        _, found = await program().get(LIST, params={"since": written})
        assert [each["id"] for each in found["items"]] == [later]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"])
async def test_a_moment_at_the_end_of_time_is_a_moment(program: Programs, moment: str) -> None:
    assert (await program().get(LIST, params={"since": moment}))[0] == 200


async def test_what_was_kept_beside_a_verdict_is_not_told(house: House, program: Programs) -> None:
    name = with_everything(house)
    status, found = await program().get(f"{LIST}/{name}")
    assert status == 200
    assert [each["criteria"] for each in found["screenings"][0]["verdicts"]] == [{}]


ODD = ["x", "0" * 31, "0" * 33, "0" * 32, "%00", "a" * 5_000, "%F0%9F%92%A9", "..%2f..", "'%20OR%201=1", "%0d%0aX"]


@pytest.mark.parametrize("name", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize(
    "path",
    [
        LIST + "/{}",
        LIST + "/{}/transcript",
        "/api/v1/handoffs/{}/contact",
        "/api/v1/trials/{}",
        "/api/v1/trials/{}/criteria",
        "/fhir/ResearchStudy/{}",
        "/fhir/Questionnaire/{}",
        "/fhir/QuestionnaireResponse/{}",
        "/fhir/ResearchSubject/{}",
    ],
)
async def test_an_id_that_can_be_none_is_not_there(program: Programs, path: str, name: str) -> None:
    asking = program()
    url = URL(asking.house.url.rstrip("/") + path.format(name), encoded=True)
    headers = {"Authorization": f"Bearer {asking.secret}"}
    async with asking.session.get(url, headers=headers) as response:
        assert response.status == 404
        assert name not in await response.text() or name == "x"


@pytest.mark.parametrize("after", ["x", "%00", "1", "1.2.3", "-1.1", "1." + "g" * 32, "9" * 17 + "." + "0" * 32, "9" * 17 + ".1", ".", ""])
@pytest.mark.parametrize("path", [LIST, "/api/v1/handoffs"])
async def test_a_place_that_is_none_is_refused(program: Programs, path: str, after: str) -> None:
    status, found = await program().get(f"{path}?after={after}")
    assert (status, found["errors"][0]["field"]) == (422, "after")
