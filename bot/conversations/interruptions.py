"""What is said beside a screening: questions about the trial, small talk, people, danger."""

from __future__ import annotations

from typing import Literal

from bot.conversations.facts import answer_about, general_answer
from bot.conversations.messages import Message, NoticeCustom, SafetyCustom
from bot.conversations.waiting import DANGER
from bot.store import JsonObject
from bot.trials import TrialRecord
from bot.trials.official import search_url
from bot.words import Words

SafetyCategory = Literal["emergency", "crisis", "medical_advice"]
_CATEGORIES: dict[str | None, SafetyCategory] = {
    "safety_emergency": "emergency",
    "safety_crisis": "crisis",
    "medical_advice": "medical_advice",
}
_SMALL_TALK = {"greet": "greet_again", "goodbye": "goodbye", "thanks": "thanks"}


def answer_question(intent: str | None, record: TrialRecord | None, words: Words) -> list[Message]:
    """The answer to an `ask_<topic>` intent."""
    topic = (intent or "").removeprefix("ask_")
    if record is None:
        return [_notice("general", general_answer(topic, words) or words.text("about_which_trial"))]
    return [answer_about(topic, record, words)]


def safety(intent: str | None, words: Words, locale: str) -> list[Message]:
    """The fixed, reviewed text for the person's country, which the locale names (`sv-SE`)."""
    category = _CATEGORIES.get(intent, "emergency")
    by_country = words.files["safety"]["texts"][category]
    country = locale.replace("_", "-").partition("-")[2].upper()
    text = str(by_country.get(country, by_country["default"]))
    return [Message(text=text, custom=SafetyCustom(category=category))]


def in_danger(words: Words, locale: str, intent: str) -> JsonObject:
    """What `safety` says, as a channel receives it."""
    return safety(intent, words, locale)[0].as_json()


def pauses(intent: str | None) -> bool:
    """Whether the screening stands still after this: danger comes before any question."""
    return intent in DANGER


def small_talk(intent: str | None, words: Words) -> list[Message]:
    if intent == "language":
        return [_notice("language", words.text("language", languages=words.text("language_name")))]
    return [_notice("small_talk", words.text(_SMALL_TALK.get(intent or "", "greet_again")))]


def offer_human(record: TrialRecord | None, words: Words) -> list[Message]:
    """No dead end: whoever asks for a person learns how to reach one."""
    return [_notice("human", words.text("human", registry_url=search_url() if record is None else record.registry_url))]


def general_help(words: Words) -> list[Message]:
    return [_notice("help", f"{words.text('help')} {words.text('help_topics')}")]


def nothing_to_erase(words: Words) -> list[Message]:
    return [_notice("nothing_to_erase", words.text("erase_nothing"))]


def not_understood(intent: str | None, words: Words) -> list[Message]:
    key = "out_of_scope" if intent == "out_of_scope" else "fallback"
    return [_notice("unclear", words.text(key))]


def _notice(code: str, text: str) -> Message:
    return Message(text=text, custom=NoticeCustom(code=code))
