"""Questions about the trial: answered from the record with its field and date; what it does not say is said so."""

from __future__ import annotations

import pytest

from bot.conversations.facts import answer_about
from bot.conversations.messages import FactCustom
from bot.settings import PROJECT
from bot.trials import Contact, TrialRecord, load_record
from bot.words import Library, Words

TOPICS = (
    *("summary", "phase", "purpose", "interventions", "arms", "randomization", "blinding", "enrollment", "ages", "sex"),
    *("sponsor", "locations", "contacts", "how_to_participate", "eligibility", "not_a_fit", "benefit", "evidence", "risks"),
    *("cost", "duration", "status", "registry_id", "last_reviewed", "privacy", "about_trials", "about_bot"),
)
ABSENT = ("contacts", "risks", "status")


@pytest.fixture
def words(library: Library) -> Words:
    return library.in_locale("en")


@pytest.fixture
def record(library: Library) -> TrialRecord:
    return load_record(PROJECT / "trials" / "NCT06141070.yaml", library.attributes)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_of_the_contract_has_an_answer(topic: str, record: TrialRecord, words: Words) -> None:
    message = answer_about(topic, record, words)
    assert isinstance(message.custom, FactCustom)
    assert (message.custom.topic, message.custom.nct_id) == (topic, "NCT06141070")
    assert message.custom.as_of == "2026-05-15"
    assert message.custom.source
    assert "None" not in message.text
    assert "{" not in message.text


@pytest.mark.parametrize("topic", ABSENT)
def test_what_the_record_does_not_say_points_to_the_official_page(topic: str, record: TrialRecord, words: Words) -> None:
    text = answer_about(topic, record, words).text
    assert "does not" in text
    assert "https://clinicaltrials.gov/study/NCT06141070" in text
    assert "This is what the record said" not in text


@pytest.mark.parametrize(
    ("topic", "part"),
    [
        ("phase", "phase 3"),
        ("ages", "from 18 years"),
        ("enrollment", "240 people"),
        ("randomization", "2:1"),
        ("locations", "Gothenburg, Sweden"),
        ("sponsor", "Vastra Gotaland Region"),
        ("registry_id", "NCT06141070"),
        ("last_reviewed", "15 May 2026"),
        ("blinding", "open"),
    ],
)
def test_an_answer_holds_the_records_own_value(topic: str, part: str, record: TrialRecord, words: Words) -> None:
    assert part in answer_about(topic, record, words).text


def test_contacts_are_given_where_the_record_has_them(record: TrialRecord, words: Words) -> None:
    known = record.model_copy(update={"contacts": (Contact(name="Study nurse", phone="+46 31 000 00 00"),)})
    assert "Study nurse, +46 31 000 00 00" in answer_about("contacts", known, words).text


def test_a_missing_age_bound_is_never_read_as_a_limit(record: TrialRecord, words: Words) -> None:
    ages = record.ages.model_copy(update={"minimum": None})
    assert "gives no age limits" in answer_about("ages", record.model_copy(update={"ages": ages}), words).text


def test_an_unknown_topic_says_where_to_ask(record: TrialRecord, words: Words) -> None:
    assert "clinicaltrials.gov" in answer_about("weather", record, words).text
