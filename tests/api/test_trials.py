"""Trials, criteria and attributes, for programs: what the site shows, with tags that save sending the same twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.trial_settings import TrialSettings
from tests.api.conftest import Programs
from tests.console.house import TRIAL, House

CACHED = ["/api/v1/trials", f"/api/v1/trials/{TRIAL}", f"/api/v1/trials/{TRIAL}/criteria", "/api/v1/attributes"]


def add_trials(house: House, number: int) -> list[str]:
    """Some trials more, made of the first one's record."""
    made = []
    with house.store.unit() as unit:
        stored = unit.trial(TRIAL)
        assert stored is not None
        for each in range(number):
            nct_id = f"NCT7000000{each}"
            record = {**stored.record, "nct_id": nct_id, "status": "RECRUITING", "conditions": ["Gaucher's disease", f"Illness 10{each}%"]}
            brief = {"title": f"A trial numbered {each}", "status": "RECRUITING", "conditions": record["conditions"]}
            at = house.clock() + timedelta(seconds=each)
            unit.put_trial(nct_id, version="1", record=record, content_hash=f"hash{each}", criteria=(), at=at, brief=brief)
            made.append(nct_id)
    return made


async def test_a_trial_is_as_its_record_says(program: Programs) -> None:
    status, trial = await program().get(f"/api/v1/trials/{TRIAL}")
    assert status == 200
    assert (trial["nct_id"], trial["phase"], trial["minimum_age"], trial["reviewed"]) == (TRIAL, "PHASE3", 18.0, True)
    assert trial["registry_url"].endswith(TRIAL)
    assert trial["steps"]


async def test_criteria_have_their_rules_and_say_what_decides(program: Programs) -> None:
    _, found = await program().get(f"/api/v1/trials/{TRIAL}/criteria")
    by_id = {each["id"]: each for each in found["items"]}
    assert by_id["R-age"]["rule"] == {"attribute": "age", "at_least": 18}
    assert by_id["R-age"]["decides"] is True
    assert (by_id["I4"]["checked_by"], by_id["I4"]["rule"], by_id["I4"]["decides"]) == ("study_team", None, False)
    assert "age" in by_id["I8"]["attributes"]


async def test_attributes_have_kinds_units_values_and_questions(house: House, program: Programs) -> None:
    _, found = await program().get("/api/v1/attributes")
    by_name = {each["name"]: each for each in found["items"]}
    assert list(by_name) == list(house.library.attributes)
    assert (by_name["age"]["unit"], by_name["age"]["maximum"]) == ("years", 120)
    assert [option["value"] for option in by_name["cancer_stage"]["options"]] == ["0", "I", "II", "III", "IV"]
    assert by_name["condition"]["names"] == "conditions"
    assert by_name["age"]["question"].endswith("?")


@pytest.mark.parametrize("path", CACHED)
async def test_what_a_program_has_already_is_not_sent_again(program: Programs, path: str) -> None:
    asking = program()
    _, _, headers = await asking.ask("GET", path)
    tag = headers["ETag"]
    assert not tag.startswith("W/")
    for sent in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        status, found, again = await asking.ask("GET", path, headers={"If-None-Match": sent})
        assert (status, found, again["ETag"]) == (304, "", tag)
    assert (await asking.ask("GET", path, headers={"If-None-Match": '"other"'}))[0] == 200


async def test_a_tag_changes_with_what_it_is_of(house: House, program: Programs) -> None:
    asking = program()
    _, _, before = await asking.ask("GET", "/api/v1/trials")
    add_trials(house, 1)
    status, _, after = await asking.ask("GET", "/api/v1/trials", headers={"If-None-Match": before["ETag"]})
    assert status == 200
    assert after["ETag"] != before["ETag"]


async def test_pages_follow_one_another_and_leave_nothing_out(house: House, program: Programs) -> None:
    every = sorted([TRIAL, *add_trials(house, 4)])
    asking, path, seen = program(), "/api/v1/trials?limit=2", []
    while path:
        _, found, headers = await asking.ask("GET", path)
        seen += [each["nct_id"] for each in found["items"]]
        path = found["next"]
        assert (headers.get("Link") or "") == (f'<{path}>; rel="next"' if path else "")
    assert seen == every


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("text=numbered+2", 1),
        ("text=nct7000", 3),
        ("status=RECRUITING", 3),
        ("status=recruiting", 0),
        ("condition=gaucher%27s", 3),
        ("condition=102%25", 1),
        ("condition=10_", 0),
        ("condition=lung+cancer", 1),
        ("condition=gaucher&text=numbered+1", 1),
    ],
)
async def test_a_list_is_narrowed(house: House, program: Programs, query: str, number: int) -> None:
    add_trials(house, 3)
    _, found = await program().get(f"/api/v1/trials?{query}")
    assert len(found["items"]) == number


async def test_a_trial_that_is_taken_off_is_nowhere(house: House, program: Programs) -> None:
    with house.store.unit() as unit:
        unit.change_trial_settings(TRIAL, TrialSettings(active=False))
    asking = program()
    assert (await asking.get("/api/v1/trials"))[1]["items"] == []
    for path in (f"/api/v1/trials/{TRIAL}", f"/api/v1/trials/{TRIAL}/criteria", f"/fhir/ResearchStudy/{TRIAL}"):
        assert (await asking.get(path))[0] == 404
    assert (await asking.post("/api/v1/screenings", json={"nct_ids": [TRIAL]}))[0] == 404
