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


@pytest.fixture
def screened(house: House) -> tuple[House, list[str]]:
    """A trial for which people of 40, 50 and 70 years came to a result."""
    found = [Found("here", a_study(OTHER_TRIAL, criteria=TEXT, conditions=("Asthma",), minimum_age=None))]
    assert [one.problem for one in import_all(house.store, house.console.keeper, found, house.clock)] == [None]
    talks = []
    for age in ("40", "50", "70"):
        talks.append(house.conversation("yes", age, trial=OTHER_TRIAL))
        with house.store.reading() as unit:
            screening = unit.current_screening(talks[-1])
        assert screening is not None
        assert screening.verdict == "likely"
    return house, talks


def links(text: str) -> set[str]:
    return set(re.findall(r'href="/console/conversations/(\w+)"', text))


async def test_it_says_how_many_verdicts_would_change_and_which(screened: tuple[House, list[str]], sign_in: SignIn) -> None:
    _, talks = screened
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    status, text = await guest.post(f"{PAGE}/preview", STRICTER)
    assert status == 200
    assert "3 past screenings with a result were looked at" in text
    assert "2 verdicts would change." in text
    assert re.search(r'likely → unlikely</th>\s*<td class="number">2</td>', text)
    assert links(text) == set(talks[:2])


async def test_past_results_stay_as_they_were_given(screened: tuple[House, list[str]], sign_in: SignIn) -> None:
    house, talks = screened
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", STRICTER)
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen is not None
    status, text = await guest.post(f"{PAGE}/save", {**STRICTER, "seen": seen[1]})
    assert status == 200
    assert "I1 is approved with your changes." in text
    with house.store.reading() as unit:
        current = [unit.current_screening(talk) for talk in talks]
        conversations = [unit.conversation(talk) for talk in talks]
    assert [one and one.verdict for one in current] == ["likely"] * 3
    assert [one and one.verdict for one in conversations] == ["likely"] * 3
    # The next person is judged by the new rule.
    later = house.conversation("yes", "40", trial=OTHER_TRIAL)
    with house.store.reading() as unit:
        conversation = unit.conversation(later)
    assert conversation is not None
    assert conversation.verdict == "unlikely"


async def test_a_rule_that_changes_nothing_is_said_to(screened: tuple[House, list[str]], sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", action="approved")
    assert "No verdict would change." in text


async def test_it_stops_at_the_latest_and_says_so(
    screened: tuple[House, list[str]], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "MOST_SCREENINGS", 2)
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", STRICTER)
    assert "The latest 2 screenings with a result" in text
    assert "One verdict would change." in text
    assert links(text) == {screened[1][1]}


async def test_a_conversation_that_is_about_another_trial_by_now_is_left_out_for_who_does_not_see_that_one(
    screened: tuple[House, list[str]], sign_in: SignIn
) -> None:
    house, talks = screened
    with house.store.unit() as unit:
        unit.turn_conversation(talks[0], TRIAL)
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", STRICTER)
    assert "2 past screenings" in text
    assert links(text) == {talks[1]}
    both = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL, TRIAL))
    _, text = await both.post(f"{PAGE}/preview", STRICTER)
    assert links(text) == set(talks[:2])


async def test_without_past_screenings_that_is_said(house: House, sign_in: SignIn) -> None:
    found = [Found("here", a_study(OTHER_TRIAL, criteria=TEXT))]
    list(import_all(house.store, house.console.keeper, found, house.clock))
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    _, text = await guest.post(f"{PAGE}/preview", action="approved")
    assert "No screening for this trial came to a result yet." in text
