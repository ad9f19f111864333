"""The figures as a coordinator sees them: pictures with their tables, on any screen."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Literal

import pytest
from playwright.sync_api import expect

from bot.accounts.roles import Role
from bot.figures.counting import Selection
from tests.browser.console.conftest import SignInHere, every_window, violations
from tests.console.house import TRIAL, House

ASKED = ("consent", "age", "cancer_stage", "driver_mutations", "performance_status", "metastasis_sites")


def fill(house: House, count: int = 160) -> None:
    """Conversations of some weeks, as they go: most are finished, some stop on the way."""
    chance = random.Random(6)  # noqa: S311
    for _ in range(count):
        begun = house.clock() - timedelta(days=chance.uniform(2, 75))
        with house.store.unit(to_disk=False) as unit:
            made = unit.open_conversation(
                channel=chance.choice(["widget", "widget", "rest"]), at=begun, trial_id=TRIAL, locale=chance.choice(["en", "en", "en-GB"])
            )
            screening = unit.start_screening(made.id, TRIAL, words_version="1", at=begun)
            at = begun + timedelta(minutes=chance.lognormvariate(2, 0.5))
            came = chance.random()
            if came > 0.15:
                unit.add_consent(made.id, text_version="1", text_hash="0", given=came > 0.2, at=at, screening_id=screening.id)
            for _unread in range(chance.choice([0, 0, 1, 2])):
                unit.note_unread(made.id, chance.choice(ASKED[1:]))
            if came > 0.55:
                verdict = chance.choice(["unlikely", "possible", "likely"])
                stage: Literal["finished", "handed_off"] = "handed_off" if came > 0.85 and verdict != "unlikely" else "finished"
                unit.note_progress(made.id, stage=stage, verdict=verdict, at=at)
            elif came > 0.2:
                unit.note_progress(made.id, stage="in_progress", verdict=None, at=at, asks=chance.choice(ASKED[1:]))
            else:
                unit.note_progress(made.id, stage="withdrawn" if came > 0.15 else "in_progress", verdict=None, at=at, asks="consent")


@pytest.fixture
def filled(served: House) -> House:
    """A house in which people have talked for some weeks."""
    fill(served)
    return served


@every_window
def test_the_figures_have_no_violation(at_work: SignInHere, filled: House) -> None:
    page = at_work(Role.TRIAL_MANAGER)
    page.goto(f"{filled.url}/console/figures")
    expect(page.get_by_role("heading", name="From start to handoff")).to_be_visible()
    assert violations(page) == []
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page) == []


@pytest.mark.parametrize("window", [{"width": 390, "height": 844, "dark": False}], indirect=True, ids=["phone"])
def test_on_a_phone_nothing_is_wider_than_the_screen_and_no_text_is_cut(at_work: SignInHere, filled: House) -> None:
    page = at_work(Role.TRIAL_MANAGER)
    page.goto(f"{filled.url}/console/figures")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    outside = page.evaluate(
        """[...document.querySelectorAll('svg.chart text')].map(text => [text.textContent, text.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.left < 0 || box.right > 390)).map(([text]) => text)"""
    )
    assert outside == []


def test_each_picture_has_a_name_a_description_and_a_table_of_the_same_counts(at_work: SignInHere, filled: House) -> None:
    page = at_work(Role.TRIAL_MANAGER)
    page.goto(f"{filled.url}/console/figures")
    pictures = page.locator("svg.chart")
    assert pictures.count() == 6
    for picture in pictures.all():
        expect(picture).to_have_attribute("role", "img")
        assert picture.locator("title").text_content()
        assert picture.locator("desc").text_content()
    section = page.get_by_role("region", name="From start to handoff").first
    section.get_by_text("Table", exact=True).click()
    told = section.locator("desc").text_content() or ""
    for row in section.locator("tbody tr").all():
        cells = row.locator("th, td").all_inner_texts()
        assert f"{cells[0]}: {cells[1]}" in told


def test_the_filters_are_kept_in_the_address_and_count(at_work: SignInHere, filled: House) -> None:
    page = at_work(Role.TRIAL_MANAGER)
    page.goto(f"{filled.url}/console/figures")
    page.get_by_label("Channel", exact=True).select_option("rest")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**channel=rest**")
    with filled.store.reading() as unit:
        every = unit.progress_by_week(Selection(frozenset({TRIAL}), 202601, 202652))
    started = sum(one.count for one in every if one.channel == "rest" and one.consented is not None)
    expect(page.locator("#chart-funnel-about")).to_contain_text(f"Started: {started} (100 %)")


def test_a_table_is_saved_as_a_file(at_work: SignInHere, filled: House) -> None:
    page = at_work(Role.TRIAL_MANAGER)
    page.goto(f"{filled.url}/console/figures")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Week by week: This table as CSV").click()
    assert saving.value.suggested_filename.startswith("weeks-2026-W")
    assert "Started" in saving.value.path().read_text("utf-8-sig").splitlines()[0]
