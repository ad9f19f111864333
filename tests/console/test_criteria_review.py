"""Reviewing criteria side by side: what was read, what a decision would change, and taking it."""

from __future__ import annotations

import html
import json
import re

import pytest

from bot.accounts.roles import Role
from bot.trials import TrialRecord
from bot.trials.importing import import_all
from bot.trials.registry.files import Found
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, Guest, House
from tests.fakes.registry_api import a_study

CRITERIA = """Inclusion Criteria:

* ECOG performance status 0 to 2
* Body mass index of at least 18
* Adequate organ function, as judged by the <b>investigator</b>

Exclusion Criteria:

* Pregnant or breastfeeding"""
PAGE = f"/console/trials/{OTHER_TRIAL}/criteria"


@pytest.fixture
def imported(house: House) -> House:
    """A house with a trial that was imported and that nobody has reviewed."""
    found = [Found("here", a_study(OTHER_TRIAL, criteria=CRITERIA, conditions=("Asthma",)))]
    assert [one.problem for one in import_all(house.store, house.console.keeper, found, house.clock)] == [None]
    return house


def record(house: House) -> TrialRecord:
    with house.store.reading() as unit:
        stored = unit.trial(OTHER_TRIAL)
    assert stored is not None
    return TrialRecord.model_validate(stored.record)


def hidden(text: str) -> dict[str, str]:
    """The fields of the form that saves what was looked at."""
    form = text[text.rindex("/save") :]
    return {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


async def decided(guest: Guest, criterion: str, **fields: str) -> tuple[int, str]:
    """Look at a decision's effect, then take it; status and text of where that leads."""
    await guest.get(f"{PAGE}/{criterion}")
    status, text = await guest.post(f"{PAGE}/{criterion}/preview", fields)
    assert status == 200, text
    return await guest.post(f"{PAGE}/{criterion}/save", hidden(text))


async def test_a_criterion_stands_beside_what_was_read_of_it(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.COORDINATOR, trials=(OTHER_TRIAL,))
    status, text = await guest.get(f"{PAGE}/I1")
    assert status == 200
    assert "<mark>ECOG performance status 0 to 2</mark>" in text
    assert "Body mass index of at least 18" in text
    assert "Every word was read." in text
    assert "you look after yourself" in text
    assert "Your role can see this and not decide." in text
    _, text = await guest.get(f"{PAGE}/I3")
    assert "&lt;b&gt;investigator&lt;/b&gt;" in text
    assert "<b>investigator" not in text


async def test_the_list_says_what_waits_and_leads_to_the_first(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.get(PAGE)
    assert "4 to review" in text
    assert f'href="{PAGE}/I1">Review the first that waits' in text


async def test_looking_at_a_decision_saves_nothing(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    before = record(imported)
    for fields in (
        {"action": "approved"},
        {"action": "edited", "how": "sentence", "sentence": "ECOG performance status 0 to 1"},
        {"action": "edited", "how": "keep", "plain": "You look after yourself."},
    ):
        status, text = await guest.post(f"{PAGE}/I1/preview", fields)
        assert status == 200
        assert "Nothing is saved yet." in text
    assert record(imported) == before
    with imported.store.reading() as unit:
        assert unit.criterion_reviews(OTHER_TRIAL) == []
        assert unit.audit_entries(object_kind="trial") == []


async def test_approving_leads_to_the_next_that_waits_and_is_kept_with_who_did_it(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    status, text = await decided(guest, "I1", action="approved")
    assert status == 200
    assert "I1 is approved." in text
    assert "<h1>I2 " in text
    criterion = record(imported).criterion("I1")
    assert criterion is not None
    assert criterion.reviewed is not None
    assert criterion.reviewed.by.startswith("Somebody (trial_manager-")
    with imported.store.reading() as unit:
        (entry,) = unit.audit_entries(object_kind="trial")
    assert (entry.action, entry.object_id, entry.trial_id) == ("criterion_approved", OTHER_TRIAL, OTHER_TRIAL)
    assert entry.detail["criterion"] == "I1"
    assert entry.detail["rule_changed"] is False
    _, text = await guest.get(f"{PAGE}/I1")
    assert re.search(r"Decided on \S+ by Somebody \(trial_manager-", text)
    for criterion_id in ("I2", "I3", "E1"):
        _, text = await decided(guest, criterion_id, action="approved")
    assert "No criterion waits for review." in text


async def test_a_rule_may_be_written_as_a_sentence(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await decided(guest, "I1", action="edited", how="sentence", sentence="ECOG performance status 0 to 1")
    assert "I1 is approved with your changes." in text
    criterion = record(imported).criterion("I1")
    assert criterion is not None
    assert criterion.model_dump(mode="json")["requires"] == {"attribute": "performance_status", "one_of": ["0", "1"]}
    with imported.store.reading() as unit:
        (entry,) = unit.audit_entries(object_kind="trial")
    assert entry.detail["rule_changed"] is True


async def test_a_rule_may_be_written_as_json_or_left_to_the_study_team(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    await decided(guest, "I2", action="edited", how="json", rule='{"attribute": "bmi", "at_least": 20}')
    await decided(guest, "I1", action="edited", how="study_team")
    made = record(imported)
    bmi, ecog = made.criterion("I2"), made.criterion("I1")
    assert bmi is not None
    assert ecog is not None
    assert bmi.model_dump(mode="json")["requires"] == {"attribute": "bmi", "at_least": 20}
    assert ecog.requires is None
    assert ecog.checked_by == "study_team"


async def test_words_for_people_are_kept_until_they_are_left_empty(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    default = record(imported).in_words("en").criteria["I1"]
    assert default.not_met is not None
    assert default.to_ask is not None
    rest = {"not_met": default.not_met, "to_ask": default.to_ask}
    await decided(guest, "I1", action="edited", how="keep", plain="You look  after\nyourself.", **rest)
    assert record(imported).in_words("en").criteria["I1"].plain == "You look after yourself."
    await decided(guest, "I1", action="edited", how="sentence", sentence="ECOG 0 to 1", plain="You look after yourself.", **rest)
    assert record(imported).in_words("en").criteria["I1"].plain == "You look after yourself."
    await decided(guest, "I1", action="edited", how="keep", plain="", **rest)
    assert record(imported).in_words("en").criteria["I1"].plain != "You look after yourself."


async def test_returning_takes_an_approval_back_and_the_history_has_both(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    await decided(guest, "I1", action="approved")
    await decided(guest, "I1", action="returned")
    criterion = record(imported).criterion("I1")
    assert criterion is not None
    assert criterion.reviewed is None
    _, text = await guest.get(f"{PAGE}/I1")
    assert "Returned by Somebody" in text
    assert "Approved by Somebody" in text
    assert text.index("Returned by") < text.index("Approved by")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, "the form did not say what to do"),
        ({"action": "burn"}, "the form did not say what to do"),
        ({"action": "edited", "how": "sentence", "sentence": "good luck"}, "no rule can be read"),
        ({"action": "edited", "how": "sentence", "sentence": ""}, "no rule can be read"),
        ({"action": "edited", "how": "sentence", "sentence": "ECOG 0 to 1 as judged by the moon"}, "not every word"),
        ({"action": "edited", "how": "json", "rule": "{"}, "is not JSON"),
        ({"action": "edited", "how": "json", "rule": "[" * 15_000}, "is not JSON"),
        ({"action": "edited", "how": "json", "rule": '{"attribute": "bmi"}'}, "exactly one operator"),
        ({"action": "edited", "how": "json", "rule": '{"attribute": "shoe_size", "at_least": 20}'}, "shoe_size"),
        ({"action": "edited", "how": "keep", "plain": "x" * 601}, "600 characters at most"),
    ],
)
async def test_a_decision_that_cannot_be_taken_is_told_and_what_was_written_stays_there(
    imported: House, sign_in: SignIn, fields: dict[str, str], fault: str
) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    status, text = await guest.post(f"{PAGE}/I2/preview", fields)
    assert status == 400
    assert fault in html.unescape(text)
    for name in ("sentence", "rule"):
        if 0 < len(fields.get(name, "")) < 1000:
            assert f">{html.escape(fields[name], quote=True)}</textarea>".replace("&quot;", "&#34;") in text
    status, text = await guest.post(f"{PAGE}/I2/save", {**fields, "seen": "x"})
    assert status == 409


async def test_what_changed_meanwhile_has_to_be_looked_at_again(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/I1/preview", action="approved")
    seen = hidden(text)
    await decided(guest, "I2", action="approved")
    status, text = await guest.post(f"{PAGE}/I1/save", seen)
    assert status == 409
    assert "the trial was changed meanwhile" in text
    criterion = record(imported).criterion("I1")
    assert criterion is not None
    assert criterion.reviewed is None


async def test_a_record_that_ships_is_shown_and_not_decided_here(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER)
    status, text = await guest.get(f"/console/trials/{TRIAL}/criteria/E3")
    assert status == 200
    assert "reviewed in its file" in text
    status, _ = await guest.post(f"/console/trials/{TRIAL}/criteria/E3/preview", action="approved")
    assert status == 400


async def test_a_criterion_that_there_is_not_is_not_there(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    assert (await guest.get(f"{PAGE}/I99"))[0] == 404
    assert (await guest.post(f"{PAGE}/I99/preview", action="approved"))[0] == 404
    assert (await guest.post(f"{PAGE}/I99/save", action="approved"))[0] == 404


async def test_the_rule_that_is_shown_as_json_is_the_rule(imported: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.get(f"{PAGE}/I2")
    shown = re.search(r'<textarea id="rule"[^>]*>([^<]*)</textarea>', text)
    assert shown is not None
    assert json.loads(html.unescape(shown[1])) == {"attribute": "bmi", "at_least": 18}
