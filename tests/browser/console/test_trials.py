"""Trials and the review of their criteria, as a trial manager does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.accounts.roles import Role
from bot.trials.importing import import_all
from bot.trials.registry.files import Found
from tests.browser.console.conftest import SignInHere, every_window, violations
from tests.console.house import OTHER_TRIAL, TRIAL, House
from tests.fakes.registry_api import a_study

CRITERIA = """Inclusion Criteria:

* Age of at least 18 years
* ECOG performance status 0 to 2
* Adequate organ function, as judged by the investigator

Exclusion Criteria:

* Pregnant or breastfeeding"""
STUDY = a_study(OTHER_TRIAL, title="A new medicine for asthma", criteria=CRITERIA)
PAGE = f"/console/trials/{OTHER_TRIAL}"


@pytest.fixture
def imported(served: House) -> House:
    """A house with a trial that nobody has reviewed."""
    assert [one.problem for one in import_all(served.store, served.console.keeper, [Found("here", STUDY)], served.clock)] == [None]
    return served


@every_window
def test_no_page_of_the_trials_has_a_violation(at_work: SignInHere, imported: House) -> None:
    page = at_work(Role.ADMINISTRATOR)
    found = {}
    for path in ("/console/trials", "/console/trials/import", PAGE, f"/console/trials/{TRIAL}", f"{PAGE}/criteria", f"{PAGE}/criteria/I2"):
        page.goto(f"{imported.url}{path}")
        for summary in page.locator("main summary").all():
            summary.click()
        found[path] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    page.get_by_role("button", name="Approve as read").click()
    expect(page.get_by_role("heading", name="Before you decide")).to_be_visible()
    found["preview"] = violations(page)
    page.get_by_role("button", name="Save this decision").click()
    expect(page.get_by_role("status")).to_have_text("I2 is approved.")
    found["after"] = violations(page)
    page.goto(f"{imported.url}{PAGE}/criteria/I2")
    found["approved"] = violations(page)
    assert {where: list_ for where, list_ in found.items() if list_} == {}


def test_everything_to_tap_is_large_enough(at_work: SignInHere, imported: House) -> None:
    page = at_work(Role.ADMINISTRATOR)
    page.goto(f"{imported.url}{PAGE}/criteria/I2")
    small = page.evaluate(
        """[...document.querySelectorAll('main button, main summary, main input:not([type=hidden]), main nav a')]
            .map(node => [node.textContent || node.name, node.getBoundingClientRect()])
            .filter(([, box]) => box.width && box.height < 24).map(([name]) => name)"""
    )
    assert small == []


def test_a_file_is_imported_and_leads_to_the_review(at_work: SignInHere, served: House, tmp_path: Path) -> None:
    page = at_work(Role.ADMINISTRATOR)
    (tmp_path / "study.json").write_text(json.dumps(STUDY))
    page.goto(f"{served.url}/console/trials")
    page.get_by_role("link", name="Import trials").click()
    page.get_by_label("A file with records").set_input_files(tmp_path / "study.json")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("status")).to_contain_text("1 imported or unchanged, 0 left out.")
    page.get_by_role("link", name=OTHER_TRIAL).click()
    page.get_by_role("link", name="Review criteria").click()
    page.get_by_role("link", name="Review the first that waits").click()
    expect(page.locator("mark")).to_have_text("Age of at least 18 years")


def test_all_criteria_are_reviewed_by_keyboard_alone(at_work: SignInHere, imported: House) -> None:
    page = at_work(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    page.goto(f"{imported.url}{PAGE}/criteria/I1")
    for criterion in ("I1", "I2", "I3", "E1"):
        tab_to(page, "Approve as read")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Before you decide")).to_be_visible()
        tab_to(page, "Save this decision")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text(f"{criterion} is approved.")
    expect(page.get_by_text("No criterion waits for review.")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press the tab key until a button of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"the tab key does not lead to {name}")


def test_the_effect_of_a_stricter_rule_is_seen_before_it_is_saved(at_work: SignInHere, imported: House) -> None:
    young, old = (imported.conversation("yes", age, trial=OTHER_TRIAL) for age in ("30", "70"))
    for talk in (young, old):
        for _ in range(6):
            with imported.store.reading() as unit:
                screening = unit.current_screening(talk)
            if screening is not None and screening.verdict:
                break
            imported.say(talk, "I don't know")
    page = at_work(Role.TRIAL_MANAGER, trials=(OTHER_TRIAL,))
    page.goto(f"{imported.url}{PAGE}/criteria/I1")
    page.locator("summary", has_text="Edit").click()
    page.get_by_label("is read from this sentence").check()
    page.get_by_label("Sentence", exact=True).fill("Age of at least 65 years")
    page.get_by_role("button", name="Look at the effect").click()
    # So few would tell what each of them answered.
    expect(page.get_by_text("Fewer than 5 verdicts would change, or none.")).to_be_visible()
    expect(page.get_by_role("link", name=young[:8])).to_have_count(0)
    expect(page.get_by_role("link", name=old[:8])).to_have_count(0)
    page.get_by_role("link", name="Back without saving").click()
    expect(page.get_by_text("Nobody has decided about this text in the console yet.")).to_be_visible()


def test_a_trial_that_is_deactivated_disappears_from_the_site(at_work: SignInHere, served: House) -> None:
    page = at_work(Role.TRIAL_MANAGER)
    page.goto(f"{served.url}/console/trials/{TRIAL}")
    page.get_by_label("Show this trial to people").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_text("Not shown", exact=True)).to_be_visible()
    response = page.goto(f"{served.url}/trials/{TRIAL}")
    assert response is not None
    assert response.status == 404
