"""Conversations with the desk, and what the study team reads of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.conversations.review import Line, Review, Reviews
from bot.conversations.review.loading import Loaded, load
from bot.store import Store
from bot.trials.importing import import_all
from bot.trials.loading import Keeper
from bot.trials.record_cache import RecordCache
from bot.trials.registry.files import Found
from bot.trials.registry.record import Reader
from bot.web.console.texts import load_console_texts
from bot.words import Library
from tests.console.house import START, House, make_house
from tests.desk_fixtures import library, migrated_store
from tests.fakes.registry_api import a_study

__all__ = ["library", "migrated_store"]


@pytest.fixture
def house(tmp_path: Path, migrated_store: Path, library: Library) -> Iterator[House]:
    """A house that nobody serves."""
    shutil.copy(migrated_store, tmp_path / "store.db")
    house = make_house(tmp_path, library)
    yield house
    house.store.dispose()


@pytest.fixture(scope="session")
def reader(library: Library) -> Reader:
    return Reader.load(library)


@pytest.fixture
def asthma(house: House, reader: Reader) -> None:
    """Three trials about asthma, beside the one that ships."""
    for number, more in ((1, {}), (2, {"minimum_age": "60 Years"}), (3, {"maximum_age": "17 Years"})):
        study = a_study(f"NCT2{number:07}", title=f"Asthma trial {number}", conditions=("Asthma",), **more)
        place = {"city": "Leeds", "country": "United Kingdom", "status": "RECRUITING"}
        study["protocolSection"]["contactsLocationsModule"]["locations"] = [place]
        assert all(one.kept for one in import_all(house.store, Keeper((), lambda: reader), [Found("", study)], lambda: START))


@pytest.fixture(scope="session")
def reviews(library: Library) -> Reviews:
    return Reviews(library, load_console_texts()["conversation"])


def loaded(store: Store, conversation_id: str) -> Loaded:
    """All that is stored of a conversation; the records are looked up while it lasts."""
    with store.reading() as unit:
        conversation = unit.conversation(conversation_id)
        assert conversation is not None
        found = load(unit, conversation, RecordCache())
        # Reviewing once looks up every record that is needed.
        for screening in found.screenings:
            for trial in {screening.trial_id, *(one.trial_id for one in found.verdicts.get(screening.id, ()))} - {None}:
                assert found.record_of(str(trial), found.conversation.last_at) is not None
    return found


def reviewed(house: House, reviews: Reviews, conversation_id: str, *, revealed: bool = True) -> Review:
    """The review of a conversation."""
    with house.store.reading() as unit:
        conversation = unit.conversation(conversation_id)
        assert conversation is not None
        return reviews.review(unit, conversation, revealed=revealed)


def said(review: Review, text: str) -> Line:
    """The line in which the patient said something."""
    return next(line for line in review.lines if line.who == "patient" and line.text == text)


def told(house: House, answers: Mapping[str, str]) -> str:
    """A whole screening as a person goes through it."""
    conversation = house.conversation()
    replies = house.say(conversation, "hello")
    for _ in range(60):
        custom = [reply.get("custom") or {} for reply in replies]
        if any(one.get("code") == "ended_early" for one in custom):
            replies = house.say(conversation, "#go_on")
            continue
        asked = [one["attribute"] for one in custom if one.get("type") == "question"]
        if not asked:
            break
        replies = house.say(conversation, answers[asked[-1]])
    return conversation
