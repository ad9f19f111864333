"""Before a rule is changed it is tried out on the screenings so far."""

from __future__ import annotations

import re

import pytest

from bot.accounts.roles import Role
from bot.trials.importing import import_all
from bot.trials.registry.files import Found
from bot.web.console import deciding
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, House
from tests.fakes.registry_api import a_study

PAGE = f"/console/trials/{OTHER_TRIAL}/criteria/I1"
STRICTER = {"action": "edited", "how": "json", "rule": '{"attribute": "age", "at_least": 65}'}
TEXT = "Inclusion Criteria:\n\n* Age of at least 18 years\n\nExclusion Criteria:\n\n* Not suitable in the opinion of the investigator"


AGES = ("40", "50", "70", "41", "42", "43", "44")


@pytest.fixture
def screened(house: House) -> tuple[House, list[str]]:
    """A trial for which people of 40, 50 and 70 years, and four more in their forties, came to a result."""
    found = [Found("here", a_study(OTHER_TRIAL, criteria=TEXT, conditions=("Asthma",), minimum_age=None))]
    assert [one.problem for one in import_all(house.store, house.console.keeper, found, house.clock)] == [None]
    talks = []
    for age in AGES:
        talks.append(house.conversation("yes", age, trial=OTHER_TRIAL))
        with house.store.reading() as unit:
            screening = unit.current_screening(talks[-1])
        assert screening is not None
        assert screening.verdict == "likely"
    return house, talks


def links(text: str) -> set[str]:
    return set(re.findall(r'href="/console/conversations/(\w+)"', text))


def at_least(years: int) -> dict[str, str]:
    """A decision under which people have to be so old."""
    return STRICTER | {"rule": f'{{"attribute": "age", "at_least": {years}}}'}


def seen_in(text: str) -> str:
    """The record on which a decision was tried out, as the page brings it back."""
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen is not None
    return seen[1]


def effect_in(text: str) -> str:
    """What a page says of past screenings."""
    return text[text.index('<h2 id="effect">') : text.index("/save")]


def noted(house: House) -> list[object]:
    """What the audit has of decisions that were looked at, first to last."""
    with house.store.reading() as unit:
        return [entry.detail for entry in reversed(unit.audit_entries()) if entry.action == "criterion_previewed"]


async def test_it_says_how_many_verdicts_would_change_and_which(screened: tuple[House, list[str]], sign_in: SignIn) -> None:
    _, talks = screened
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    status, text = await guest.post(f"{PAGE}/preview", STRICTER)
    assert status == 200
    assert "7 past screenings with a result were looked at" in text
    assert "6 verdicts would change." in text
    assert re.search(r'likely → unlikely</th>\s*<td class="number">6</td>', text)
    assert links(text) == {talk for talk, age in zip(talks, AGES, strict=True) if age != "70"}


async def test_whatever_is_tried_out_on_past_screenings_is_audited_without_the_rule(
    screened: tuple[House, list[str]], sign_in: SignIn
) -> None:
    house, _ = screened
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    for decision in (at_least(65), at_least(41), at_least(18)):
        assert (await guest.post(f"{PAGE}/preview", decision))[0] == 200
    criterion = {"criterion": "I1", "screenings": 7}
    assert noted(house) == [criterion | {"would_change": told} for told in (6, "<5", "<5")]


async def test_no_rule_tells_the_answer_of_one_person(screened: tuple[House, list[str]], sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    pages = [effect_in((await guest.post(f"{PAGE}/preview", at_least(years)))[1]) for years in range(30, 44)]
    # Whether nobody, one person or four are younger, the page is the same.
    assert len(set(pages)) == 1
    assert "Fewer than 5 verdicts would change, or none." in pages[0]
    assert links(pages[0]) == set()
    assert "<table>" not in pages[0]


async def test_of_few_only_those_are_named_whose_answers_are_shown_in_this_session(
    screened: tuple[House, list[str]], sign_in: SignIn
) -> None:
    house, talks = screened
    guest, other = [await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,)) for _ in range(2)]
    for position in (0, 2):
        await guest.post(f"/console/conversations/{talks[position]}/reveal")
    few = at_least(42)
    _, text = await guest.post(f"{PAGE}/preview", few)
    # Of the two who would be too young, one is shown; the one of 70 years is shown and would not be.
    assert links(text) == {talks[0]}
    assert "Fewer than 5 verdicts would change, or none." in text
    assert re.search(r'likely → unlikely</th>\s*<td class="number">&lt;5</td>', text)
    _, text = await other.post(f"{PAGE}/preview", few)
    assert links(text) == set()
    house.clock.move(minutes=16)
    _, text = await guest.post(f"{PAGE}/preview", few)
    assert links(text) == set()


async def test_past_results_stay_as_they_were_given(screened: tuple[House, list[str]], sign_in: SignIn) -> None:
    house, talks = screened
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", STRICTER)
    status, text = await guest.post(f"{PAGE}/save", {**STRICTER, "seen": seen_in(text)})
    assert status == 200
    assert "I1 is approved with your changes." in text
    with house.store.reading() as unit:
        current = [unit.current_screening(talk) for talk in talks]
        conversations = [unit.conversation(talk) for talk in talks]
    assert [one and one.verdict for one in current] == ["likely"] * len(AGES)
    assert [one and one.verdict for one in conversations] == ["likely"] * len(AGES)
    # The next person is judged by the new rule.
    later = house.conversation("yes", "40", trial=OTHER_TRIAL)
    with house.store.reading() as unit:
        conversation = unit.conversation(later)
    assert conversation is not None
    assert conversation.verdict == "unlikely"


async def test_a_rule_that_changes_nothing_is_said_to(screened: tuple[House, list[str]], sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    same = {"action": "edited", "how": "keep", "plain": "You are a grown-up."}
    await guest.post(f"{PAGE}/save", {"action": "approved", "seen": seen_in((await guest.post(f"{PAGE}/preview", action="approved"))[1])})
    _, text = await guest.post(f"{PAGE}/preview", same)
    assert "No verdict would change." in text


async def test_it_stops_at_the_latest_and_says_so(
    screened: tuple[House, list[str]], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "MOST_SCREENINGS", 6)
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", STRICTER)
    assert "The latest 6 screenings with a result" in text
    assert "5 verdicts would change." in text
    assert screened[1][0] not in links(text)


async def test_a_conversation_that_is_about_another_trial_by_now_is_left_out_for_who_does_not_see_that_one(
    screened: tuple[House, list[str]], sign_in: SignIn
) -> None:
    house, talks = screened
    with house.store.unit() as unit:
        unit.turn_conversation(talks[0], TRIAL)
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", STRICTER)
    assert "6 past screenings" in text
    assert links(text) == {talks[1], *talks[3:]}
    both = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL, TRIAL))
    _, text = await both.post(f"{PAGE}/preview", STRICTER)
    assert links(text) == {*talks[:2], *talks[3:]}


async def test_without_past_screenings_that_is_said(house: House, sign_in: SignIn) -> None:
    found = [Found("here", a_study(OTHER_TRIAL, criteria=TEXT))]
    list(import_all(house.store, house.console.keeper, found, house.clock))
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", action="approved")
    assert "No screening for this trial came to a result yet." in text
