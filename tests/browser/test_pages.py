"""The pages: all that the record tells, honest about what it does not, safe headers, calm errors."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_backend import SUMMARY_KEY, FakeBackend, sample_record

PATHS = ["/", "/trials/NCT06141070", f"/summary/{SUMMARY_KEY}", "/privacy", "/no-such-page"]


def _get(url: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
    """The answer as it comes over the wire: no redirects, nothing unpacked."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, address.path + ("?" + address.query if address.query else ""), headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def test_the_list_leads_to_the_trial(page: Page, backend: FakeBackend) -> None:
    page.goto(backend.url)
    page.get_by_role("link", name="Extra radiation for lung cancer that has spread to a few places").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Extra radiation for lung cancer that has spread to a few places")


def test_the_trial_s_page_tells_everything_of_the_record(page: Page, backend: FakeBackend) -> None:
    record = sample_record()
    words = record.in_words("en")
    page.goto(f"{backend.url}/trials/NCT06141070")
    shown = " ".join(page.get_by_role("main").inner_text().split())
    told = [
        words.title, record.title_official, words.summary, words.studies, words.good_fit, words.not_a_fit, words.why_it_matters,
        words.evidence, words.arms, words.duration, words.cost, *words.steps, *record.conditions, record.sponsor.name, record.nct_id,
        "Phase 3", "240 (planned)", "18 years and older", "6 sites (Gothenburg and 5 more)", "Gothenburg, Sweden", "15 May 2026",
        "chemotherapy (medicine), immunotherapy (medicine), radiation",
        *(words.criteria[criterion.id].plain for criterion in record.criteria if criterion.id != "R-sex"),
    ]  # fmt: skip
    missing = [text for text in told if text and " ".join(text.split()) not in shown]
    assert missing == []


def test_the_trial_s_page_is_honest_about_what_the_record_does_not_say(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/trials/NCT06141070")
    expect(page.get_by_role("row", name="Looking for people now")).to_contain_text("The record does not say")
    expect(page.get_by_text("The record counts 6 sites and names only one:")).to_be_visible()
    expect(page.get_by_text("The record lists no contact person for this trial.")).to_be_visible()
    expect(page.get_by_text("It is not medical advice.").first).to_be_visible()
    link = page.get_by_role("link", name="Open this trial on ClinicalTrials.gov")
    expect(link).to_have_attribute("href", "https://clinicaltrials.gov/study/NCT06141070")


def test_criteria_are_grouped_by_who_checks_them(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/trials/NCT06141070")
    lists = page.locator("ul.criteria")
    expect(lists.nth(0).get_by_role("listitem")).to_have_count(15)
    expect(lists.nth(1).get_by_role("listitem")).to_have_count(7)
    expect(lists.nth(1)).to_contain_text("You agree in writing")


def test_a_trial_s_number_in_small_letters_is_found(backend: FakeBackend) -> None:
    assert _get(f"{backend.url}/trials/nct06141070")[0] == 200


def test_the_summary_says_in_words_what_came_out_and_why(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/summary/{SUMMARY_KEY}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your answers and this trial")
    expect(page.get_by_text("This trial may not fit, from what you told us.")).to_be_visible()
    failed = page.locator(".points.not_met").get_by_role("listitem")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("May not fit")
    expect(failed).to_contain_text("You said: EGFR")
    expect(page.get_by_text("You did not answer this, or were not sure.")).to_be_visible()
    expect(page.get_by_text("Can my tumors in the chest be reached with radiation?")).to_be_visible()
    expect(page.get_by_text("Made on 23 November 2026")).to_be_visible()
    expect(page.get_by_text("from the registry record as of 15 May 2026")).to_be_visible()


def test_the_summary_is_kept_by_no_one_and_found_by_no_one(backend: FakeBackend) -> None:
    _, headers, body = _get(f"{backend.url}/summary/{SUMMARY_KEY}")
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert b'name="robots" content="noindex' in body
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_printed_summary_leaves_out_what_paper_does_not_need(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/summary/{SUMMARY_KEY}")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_text("To print this page")).to_be_hidden()
    expect(page.get_by_text("Questions to bring to your doctor")).to_be_visible()


@pytest.mark.parametrize("path", PATHS)
def test_every_page_forbids_inline_code_and_framing(backend: FakeBackend, path: str) -> None:
    _, headers, body = _get(backend.url + path)
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(rb"<[^>]+\s(style|on\w+)=", body)
    assert not re.search(rb"<style|<script(?![^>]*\ssrc=)", body)


@pytest.mark.parametrize(
    "path", ["/%3Cscript%3Ewindow%3C/script%3E", "/trials/%3Cscript%3E", "/summary/%3Cscript%3E", "/trials/NCT99999999"]
)
def test_an_error_page_never_repeats_the_request(backend: FakeBackend, path: str) -> None:
    status, headers, body = _get(f"{backend.url}{path}?locale=%3Cscript%3E&x=%3Cb%3E")
    assert status == 404
    assert headers["Content-Type"].startswith("text/html")
    for secret in (b"<script>", b"%3C", b"NCT99999999", b"<b>"):
        assert secret not in body
    assert b"The list of trials is a good place" in body or b"It may have been erased" in body


def test_a_broken_page_says_so_without_telling_why(backend: FakeBackend, caplog: pytest.LogCaptureFixture) -> None:
    status, _, body = _get(f"{backend.url}/trials/NCT00000000")
    assert status == 500
    assert b"Something went wrong on our side" in body
    assert b"secret" not in body
    assert "a secret of the store" not in "".join(record.getMessage() for record in caplog.records if record.levelname != "DEBUG")


def test_a_wrong_method_gets_a_page_as_well(backend: FakeBackend) -> None:
    status, headers, body = _get(f"{backend.url}/privacy", method="DELETE")
    assert status == 405
    assert "GET" in headers["Allow"]
    assert b"The list of trials is a good place" in body


def test_another_language_needs_no_change_of_code(page: Page, backend: FakeBackend) -> None:
    page.goto(f"{backend.url}/trials/NCT06141070?locale=ar-EG")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def test_without_javascript_the_page_says_so_and_shows_no_dead_button(browser: Any, backend: FakeBackend) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{backend.url}/trials/NCT06141070")
    expect(page.locator("noscript p")).to_contain_text("The chat needs JavaScript")
    expect(page.get_by_role("button")).to_have_count(0)
    context.close()


def test_the_widget_is_one_small_file_for_any_site(backend: FakeBackend) -> None:
    _, headers, body = _get(f"{backend.url}/widget.js", **{"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) <= 15 * 1024
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Content-Type"].startswith("text/javascript")
    source = gzip.decompress(body).decode()
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        "document.write",
        "sessionStorage",
        "document.cookie",
    ):
        assert forbidden not in source


def test_an_unchanged_widget_is_not_sent_twice(backend: FakeBackend) -> None:
    _, headers, _ = _get(f"{backend.url}/widget.js")
    status, _, body = _get(f"{backend.url}/widget.js", **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")


def test_only_known_files_are_served(backend: FakeBackend) -> None:
    for name in ("..%2fpages.py", "nothing.css", "%2e%2e/pages.py"):
        assert _get(f"{backend.url}/static/{name}")[0] == 404


def test_the_widget_s_texts_come_in_the_language_asked_for_or_the_default(backend: FakeBackend) -> None:
    read: Callable[[str], dict[str, Any]] = lambda locale: json.loads(_get(f"{backend.url}/widget/texts?locale={locale}")[2])  # noqa: E731
    assert read("ar")["direction"] == "rtl"
    assert read("en-GB")["locale"] == read("xx")["locale"] == read("%00")["locale"] == "en"
