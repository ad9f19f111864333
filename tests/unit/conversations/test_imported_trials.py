"""Questions about an imported trial are answered from what its record says, and a chat without a trial stays short."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.conversations.facts import answer_about
from bot.conversations.messages import FactCustom
from bot.store import Store
from bot.trials import TrialRecord
from bot.trials.importing import import_all
from bot.trials.loading import Keeper
from bot.trials.registry import parse_study
from bot.trials.registry.files import Found
from bot.trials.registry.record import Reader
from bot.words import Library, Words
from tests.conversing import NOW, Talk
from tests.fakes.registry_api import a_study
from tests.unit.conversations.test_facts import TOPICS

NUMBER = "NCT10000000"


def study() -> dict[str, Any]:
    data = a_study(NUMBER, title="A study of sleep", minimum_age="6 Months", maximum_age="17 Years", cities=["Oslo", "Bergen"])
    protocol = data["protocolSection"]
    protocol["statusModule"] |= {"completionDateStruct": {"date": "2027-05"}, "lastUpdatePostDateStruct": {"date": "2026-10-01"}}
    protocol["designModule"] |= {"designInfo": {"primaryPurpose": "TREATMENT", "allocation": "RANDOMIZED"}, "enrollmentInfo": {"count": 80}}
    protocol["armsInterventionsModule"]["armGroups"] = [{"label": "Sleep"}, {"label": "No sleep"}]
    places = protocol["contactsLocationsModule"]["locations"]
    places[0] |= {"status": "RECRUITING", "contacts": [{"name": "Kari", "role": "CONTACT", "email": "kari@example.org"}]}
    places[1] |= {"status": "COMPLETED", "contacts": [{"name": "Ola", "role": "CONTACT", "phone": "555"}]}
    return data


@pytest.fixture(scope="module")
def reader(library: Library) -> Reader:
    return Reader.load(library)


@pytest.fixture(scope="module")
def record(reader: Reader) -> TrialRecord:
    return reader.record(parse_study(study()), NOW.date())


@pytest.fixture
def words(library: Library) -> Words:
    return library.in_locale("en")


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_an_answer(topic: str, record: TrialRecord, words: Words) -> None:
    message = answer_about(topic, record, words)
    assert isinstance(message.custom, FactCustom)
    assert message.custom.as_of == "2026-10-01"
    assert "None" not in message.text
    assert "{" not in message.text


@pytest.mark.parametrize(
    ("topic", "part"),
    [
        ("ages", "from 6 months to 17 years"),
        ("purpose", "to test a treatment"),
        ("arms", "1. Sleep; 2. No sleep"),
        ("interventions", "Drug X"),
        ("enrollment", "80 people"),
        ("locations", "1 of these 2 take new people now"),
        ("contacts", "Kari, kari@example.org"),
        ("duration", "May 2027"),
        ("eligibility", "1 point that must be true"),
        ("last_reviewed", "does not say when it was last reviewed"),
    ],
)
def test_an_answer_holds_the_records_own_value(topic: str, part: str, record: TrialRecord, words: Words) -> None:
    assert part in answer_about(topic, record, words).text


def test_contacts_of_open_sites_come_first_where_the_trial_names_none(record: TrialRecord) -> None:
    assert [contact.name for contact in record.people_to_ask] == ["Kari", "Ola"]
    assert record.people_to_ask[0].site == "Oslo"


def test_many_places_are_counted_and_not_listed(reader: Reader, words: Words) -> None:
    data = copy.deepcopy(study())
    cities = [{"city": f"Town {number}", "country": "Norway" if number % 2 else "Sweden"} for number in range(30)]
    data["protocolSection"]["contactsLocationsModule"]["locations"] = cities
    text = answer_about("locations", reader.record(parse_study(data), NOW.date()), words).text
    assert "30 places, in Sweden and Norway" in text
    assert "Town" not in text


@pytest.fixture
def many(store: Store, reader: Reader) -> Store:
    found = [Found("", a_study(f"NCT1{number:07}", title=f"Study {number}")) for number in range(20)]
    assert all(one.kept for one in import_all(store, Keeper((), lambda: reader), found, lambda: NOW))
    return store


def test_of_many_trials_one_can_be_named_by_its_number(many: Store, library: Library) -> None:
    talk = Talk.open(many, library, trial_id=None)
    talk.say("hello")
    assert "I know 21 of them" in talk.texts
    talk.say("It is nct10000003, I think")
    assert "Study 3" in talk.texts


def test_a_number_that_is_not_stored_is_said_and_the_search_begins(many: Store, library: Library) -> None:
    talk = Talk.open(many, library, trial_id=None)
    talk.say("NCT99999999")
    assert talk.codes[0] == "trial_unknown"
    assert "NCT99999999" in talk.texts
    assert talk.question == "consent"
