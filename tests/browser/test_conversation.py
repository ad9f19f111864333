"""A conversation in the widget: questions, quick replies, check boxes, numbers, the result and the next steps."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import script
from tests.browser.fake_backend import FakeBackend
from tests.browser.widget import Widget


def test_the_chat_starts_for_the_trial_of_the_page(chat: Widget, backend: FakeBackend) -> None:
    assert backend.sessions == [{"trial_id": "NCT06141070", "locale": "en"}]
    expect(chat.bubble("May I ask you some questions about your health?")).to_be_visible()


def test_a_quick_reply_sends_its_payload_and_shows_its_title(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    assert backend.texts_posted == ["#consent=true"]
    expect(chat.bubble("Yes, go ahead")).to_be_visible()
    assert not any("#" in text for text in chat.bubbles())


def test_only_the_latest_message_offers_quick_replies(chat: Widget) -> None:
    chat.reach_age()
    expect(chat.reply("Yes, go ahead")).to_have_count(0)
    assert chat.replies.get_by_role("button").all_inner_texts() == ["I'm not sure", "Why do you ask?"]


def test_free_text_is_sent_as_typed_and_the_box_is_emptied(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_age()
    chat.say("I turned 61 in May")
    chat.bubble("What stage is your cancer?").wait_for()
    assert backend.texts_posted[-1] == "I turned 61 in May"
    expect(chat.box).to_have_value("")


def test_every_message_has_an_id_of_its_own(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_choices()
    ids = [post["id"] for post in backend.posts]
    assert len(set(ids)) == len(ids) == 3
    assert all(len(id_) == 36 and id_[14] == "4" for id_ in ids)


def test_shift_enter_makes_a_new_line_and_enter_sends(chat: Widget, backend: FakeBackend) -> None:
    chat.box.click()
    chat.page.keyboard.type("one")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("two")
    chat.page.keyboard.press("Enter")
    chat.bubble("How old are you?").wait_for()
    assert backend.texts_posted == ["one\ntwo"]


def test_nothing_but_spaces_is_not_sent(chat: Widget, backend: FakeBackend) -> None:
    chat.say("  \n ")
    chat.page.wait_for_timeout(200)
    assert backend.posts == []


def test_progress_is_told_in_words_and_as_a_bar(chat: Widget) -> None:
    chat.reach_choices()
    expect(chat.host.get_by_text("3 answered, about 9 to go")).to_be_visible()
    expect(chat.progress).to_have_attribute("max", "12")
    assert chat.progress.evaluate("bar => bar.value") == 3


@pytest.mark.parametrize(("unit", "keys"), [("years", "numeric"), (None, "numeric"), ("g/dL", "decimal")])
def test_a_number_brings_up_the_keys_for_numbers(chat: Widget, backend: FakeBackend, unit: str | None, keys: str) -> None:
    question = {**script.AGE, "custom": {**script.AGE["custom"], "unit": unit}}
    backend.next_replies = [[question], [script.STAGE]]
    chat.reply("Yes, go ahead").click()
    expect(chat.box).to_have_attribute("inputmode", keys)
    chat.say("12")
    expect(chat.box).to_have_attribute("inputmode", "text")


def test_several_choices_are_sent_together(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_choices()
    chat.host.get_by_label("Brain").check()
    chat.host.get_by_label("Liver").check()
    chat.host.get_by_role("group", name="Choose all that apply").get_by_role("button", name="Send").click()
    expect(chat.bubble("Brain, Liver")).to_be_visible()
    assert backend.texts_posted[-1] == "#metastasis_sites=brain,liver"


def test_choices_keep_the_other_quick_replies(chat: Widget) -> None:
    chat.reach_choices()
    expect(chat.reply("I'm not sure")).to_be_visible()
    expect(chat.reply("Brain")).to_have_count(0)


def test_a_choice_that_stands_alone_clears_the_others(chat: Widget) -> None:
    chat.reach_choices()
    chat.host.get_by_label("Brain").check()
    chat.host.get_by_label("None of these").check()
    expect(chat.host.get_by_label("Brain")).not_to_be_checked()
    chat.host.get_by_label("Bone").check()
    expect(chat.host.get_by_label("None of these")).not_to_be_checked()


def test_sending_no_choice_says_what_is_missing(chat: Widget, backend: FakeBackend) -> None:
    chat.reach_choices()
    before = len(backend.posts)
    chat.host.get_by_role("group", name="Choose all that apply").get_by_role("button", name="Send").click()
    expect(chat.state).to_contain_text("Choose at least one")
    assert len(backend.posts) == before


def test_the_result_names_each_criterion_with_what_was_said(chat: Widget) -> None:
    chat.reach_result()
    card = chat.host.locator(".card").first
    expect(card.get_by_role("heading", name="This trial may not fit")).to_be_visible()
    failed = card.get_by_role("listitem").filter(has_text="targeted tablets")
    expect(failed).to_contain_text("May not fit")
    expect(failed).to_contain_text("You said: EGFR")
    expect(card.get_by_text("For the study team to check (2)")).to_be_visible()
    expect(card.get_by_text("You said: stage 4")).to_be_hidden()
    card.get_by_text("What fits (2)").click()
    expect(card.get_by_text("You said: stage 4")).to_be_visible()


def test_the_result_leads_to_the_printable_summary(chat: Widget) -> None:
    chat.reach_result()
    with chat.page.expect_popup() as opened:
        chat.host.get_by_role("link", name="Open a summary to print").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Your answers and this trial")


def test_what_a_card_shows_is_not_said_twice(chat: Widget) -> None:
    chat.reach_result()
    expect(chat.bubble("Thank you. From what you told me, one point speaks against this trial.\n\nNot a decision.")).to_be_visible()
    assert not any("1. Go through" in text or "You can say: Brain" in text for text in chat.bubbles())


def test_without_anything_against_it_everything_of_the_result_is_open(chat: Widget, backend: FakeBackend) -> None:
    result = copy.deepcopy(script.result())
    trial = result["custom"]["trials"][0]
    trial["verdict"] = "possible"
    trial["criteria"] = trial["criteria"][1:]
    backend.next_replies = [[result]]
    chat.say("result")
    expect(chat.host.get_by_role("heading", name="This trial might fit")).to_be_visible()
    expect(chat.host.get_by_text("You said: stage 4")).to_be_visible()
    expect(chat.host.get_by_text("Tumors outside the chest can be reached with radiation.")).to_be_visible()


def test_the_next_steps_fall_back_to_the_official_page(chat: Widget) -> None:
    chat.reach_result()
    expect(chat.host.get_by_text("The record lists no contact person.")).to_be_visible()
    link = chat.host.get_by_role("link", name="Official page of this trial")
    expect(link).to_have_attribute("href", "https://clinicaltrials.gov/study/NCT06141070")
    expect(chat.progress).to_be_hidden()


def test_contacts_can_be_called_and_written_to(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.WITH_CONTACTS]]
    chat.say("contacts")
    expect(chat.host.get_by_role("link", name="+46 31 000 00 00")).to_have_attribute("href", "tel:+46310000000")
    expect(chat.host.get_by_role("link", name="office@example.org")).to_have_attribute("href", "mailto:office@example.org")


def test_a_safety_message_stands_out(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.SAFETY]]
    chat.say("I can't breathe")
    notice = chat.host.locator(".safety")
    expect(notice).to_contain_text("Important")
    expect(notice).to_contain_text("call your emergency number now")


def test_an_interruption_keeps_the_open_question_within_reach(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.FACT, script.STAGE]]
    chat.say("what phase is it?")
    expect(chat.reply("Stage 1")).to_be_visible()


def test_a_kind_of_message_from_the_future_is_still_text(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[script.EMPTY_CUSTOM]]
    chat.say("hello")
    expect(chat.bubble("Nothing special.")).to_be_visible()


def test_addresses_become_links_that_tell_the_other_site_nothing(chat: Widget) -> None:
    link = chat.log.get_by_role("link").first
    expect(link).to_have_attribute("href", "https://clinicaltrials.gov/study/NCT06141070")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_a_long_message_is_counted_and_not_sent_until_it_is_short_enough(chat: Widget, backend: FakeBackend) -> None:
    chat.box.fill("x" * 3900)
    expect(chat.host.get_by_text("Characters left: 100")).to_be_visible()
    chat.say("x" * 4001)
    expect(chat.host.get_by_text("Too long by 1.", exact=False)).to_be_visible()
    assert backend.posts == []
    chat.say("x" * 4000)
    chat.bubble("How old are you?").wait_for()
    assert len(backend.texts_posted[0]) == 4000


def a_short_list() -> dict[str, Any]:
    """Two trials of a search: the texts of the list, and the same as data."""
    notes = [["What fits: age.", "Nearest place: Leeds, about 2 miles away."], ["Nearest place: York, about 30 miles away."]]
    items = "\n\n".join(f"{place}. Study {place} (NCT0000000{place})\n" + "\n".join(lines) for place, lines in enumerate(notes, start=1))
    trials = [
        {**copy.deepcopy(script.result()["custom"]["trials"][0]), "title": f"Study {place}", "verdict": "possible", "notes": lines}
        for place, lines in enumerate(notes, start=1)
    ]
    return {"text": f"Two trials may suit you.\n\n{items}\n\nNot a decision.", "custom": {"type": "result", "trials": trials}}


def test_each_trial_of_a_short_list_has_a_card_with_its_place_and_where_it_runs(chat: Widget, backend: FakeBackend) -> None:
    backend.next_replies = [[a_short_list()]]
    chat.say("result")
    expect(chat.bubble("Two trials may suit you.\n\nNot a decision.")).to_be_visible()
    second = chat.host.locator(".card").nth(1)
    expect(second.get_by_text("2. Study 2", exact=True)).to_be_visible()
    expect(second.get_by_text("Nearest place: York, about 30 miles away.")).to_be_visible()
    expect(second.get_by_text("targeted tablets")).to_be_hidden()


def test_the_official_search_is_a_link_with_a_name(chat: Widget, backend: FakeBackend) -> None:
    url = "https://clinicaltrials.gov/search?cond=asthma&locStr=Leeds"
    notice = {"type": "notice", "code": "none_found", "url": url}
    backend.next_replies = [[{"text": f"Here it is with your words filled in: {url} Your doctor can help as well.", "custom": notice}]]
    chat.say("result")
    expect(chat.host.get_by_role("link", name="Open the official search")).to_have_attribute("href", url)
