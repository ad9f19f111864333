"""Somebody comes without a trial, or one did not fit: all of them are looked through at once, and a short list comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from bot.conversations.desk import Desk
from bot.screening.readings import Heard, ReadAnswer
from bot.store import Store
from bot.trials.importing import import_all
from bot.trials.loading import Keeper
from bot.trials.registry.files import Found
from bot.trials.registry.record import Reader
from bot.trials.screened import Deciding
from bot.words import Library
from tests.conversing import NOW, Talk
from tests.fakes.registry_api import a_study

Adding = Callable[..., None]
ASTHMA = ("Asthma",)


@pytest.fixture(scope="module")
def reader(library: Library) -> Reader:
    return Reader.load(library)


@pytest.fixture
def add(store: Store, reader: Reader) -> Adding:
    """Puts studies into the store; `places` are town, country and status."""

    def adding(
        number: int,
        title: str,
        conditions: Iterable[str] = ASTHMA,
        places: Iterable[tuple[str, str, str]] = (("Leeds", "United Kingdom", "RECRUITING"),),
        **more: Any,
    ) -> None:
        study = a_study(f"NCT2{number:07}", title=title, conditions=conditions, **more)
        locations = [{"city": city, "country": country, "status": status} for city, country, status in places]
        study["protocolSection"]["contactsLocationsModule"]["locations"] = locations
        assert all(one.kept for one in import_all(store, Keeper((), lambda: reader), [Found("", study)], lambda: NOW))

    return adding


@pytest.fixture
def lungs(add: Adding) -> None:
    """Seven trials about asthma, in different places and for different people."""
    for number, town in enumerate(["Leeds", "Manchester", "Glasgow", "Berlin", "Paris"], start=1):
        country = {"Berlin": "Germany", "Paris": "France"}.get(town, "United Kingdom")
        add(number, f"Asthma in {town}", places=[(town, country, "RECRUITING")])
    add(6, "Asthma in older people", minimum_age="60 Years")
    add(7, "Asthma in children", minimum_age="6 Years", maximum_age="17 Years")


@pytest.fixture
def talk(store: Store, library: Library) -> Talk:
    return Talk.open(store, library, trial_id=None)


def begun(talk: Talk, illness: str = "asthma", whom: str = "for me", where: str = "Leeds") -> Talk:
    talk.say_all("hello", "yes", illness, whom, where)
    return talk


def listed(talk: Talk) -> list[str]:
    """The numbers of the trials of the list, in its order."""
    return [trial["nct_id"] for custom in talk.customs if custom["type"] == "result" for trial in custom["trials"]]


# -- what it asks


def test_it_says_how_many_trials_there_are_and_asks_nothing_about_health_before_consent(talk: Talk, lungs: None) -> None:
    talk.say("hello")
    assert "I know 8 of them" in talk.texts
    assert talk.question == "consent"


def test_it_asks_what_for_and_for_whom_and_where_and_then_goes_on(talk: Talk, lungs: None) -> None:
    asked = []
    talk.say("hello")
    for answer in ("yes", "asthma", "for me", "Leeds"):
        talk.say(answer)
        asked.append(talk.question)
    assert asked == ["condition", "asked_for", "location", "age"]


def test_what_an_opening_tells_is_not_asked_again(talk: Talk, lungs: None) -> None:
    talk.say_all("I'm looking for an asthma trial for my mum, she is 62, near Leeds", "yes")
    for told in ("asthma", "62 years old", "female", "Leeds, England"):
        assert told in talk.texts
    talk.say("yes")
    assert talk.question is None
    assert "your mother" in talk.texts


def test_whoever_is_named_is_the_one_that_it_asks_about(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "yes", "asthma", "my dad")
    assert talk.question == "location"
    assert "Where does your father live" in talk.texts


def test_not_knowing_where_leaves_nothing_out(talk: Talk, lungs: None) -> None:
    begun(talk, where="not sure")
    assert talk.question == "age"
    talk.say("30")
    assert len(listed(talk)) == 5


def test_after_the_illness_it_says_how_many_trials_there_are(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "yes", "asthma")
    assert "I know 7 trials about this" in talk.texts


def test_each_answer_that_leaves_fewer_says_how_many(talk: Talk, lungs: None, add: Adding) -> None:
    for number in range(8, 12):
        add(number, f"More asthma {number}", sex="FEMALE")
    begun(talk)
    talk.say("30")
    assert "9 of 11 trials may still suit you." in talk.texts


def test_why_says_how_many_trials_depend_on_it(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say("why do you ask?")
    assert "7 of the 7 trials left depend on it" in talk.texts
    assert talk.question == "age"


@pytest.mark.parametrize("told", [(), ("asthma",), ("asthma", "for me")])
def test_why_says_nothing_of_trials_while_it_is_not_known_what_is_sought(talk: Talk, lungs: None, told: tuple[str, ...]) -> None:
    talk.say_all("hello", "yes", *told, "why do you ask?")
    assert "trials left depend on it" not in talk.texts
    assert talk.question == ("condition", "asked_for", "location")[len(told)]


def test_a_trial_that_takes_nobody_is_not_among_them(talk: Talk, add: Adding) -> None:
    add(1, "Open")
    add(2, "Over", status="COMPLETED")
    begun(talk)
    assert listed(talk) == ["NCT20000001"]


def test_what_depends_on_which_trial_it_is_is_not_asked_of_many(store: Store, library: Library, add: Adding) -> None:
    for number in range(8):
        add(number, f"Visits {number}", criteria="Inclusion Criteria:\n\n* Able to provide informed consent\n* BMI below 40")
    talk = Talk.open(store, library, trial_id=None)
    talk.desk = Desk(store, library, talk.clock, "https://example.org", Deciding.ALL)
    begun(talk)
    asked = {talk.question}
    while talk.question is not None:
        talk.say("not sure")
        asked.add(talk.question)
    assert "bmi" in asked
    assert "willing_to_consent" not in asked


# -- the list


def test_the_nearest_place_comes_first_and_is_named_with_its_distance(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say("30")
    assert listed(talk)[:3] == ["NCT20000001", "NCT20000002", "NCT20000003"]
    assert "Nearest place: Manchester, United Kingdom, about 35 miles away. It takes new people now." in talk.texts


def test_a_closed_place_is_never_the_nearest(talk: Talk, add: Adding) -> None:
    add(1, "Two places", places=[("Leeds", "United Kingdom", "COMPLETED"), ("Glasgow", "United Kingdom", "RECRUITING")])
    begun(talk)
    assert "Nearest place: Glasgow" in talk.texts


def test_the_list_says_what_fits_and_what_is_open(talk: Talk, add: Adding) -> None:
    add(1, "Grown-ups", criteria="Inclusion Criteria:\n\n* BMI below 40\n\nExclusion Criteria:\n\n* Severe liver disease")
    begun(talk)
    assert "What fits: your illness." in talk.texts
    still_open = next(line for line in talk.texts.splitlines() if line.startswith("Still open: "))
    assert "your age" in still_open
    assert "body mass index" in still_open
    assert "not a decision" in talk.texts


def test_a_narrower_trial_is_offered_as_a_question_for_the_doctor(talk: Talk, add: Adding) -> None:
    add(1, "Small cells", conditions=["Small Cell Lung Cancer"])
    add(2, "All lungs", conditions=["Lung Cancer"])
    begun(talk, illness="lung cancer")
    assert listed(talk)[0] == "NCT20000002"
    assert "It is about Small Cell Lung Cancer. Your doctor can tell you if that is what you have." in talk.texts


def test_a_wider_trial_takes_the_narrower_patient_and_a_sibling_does_not(talk: Talk, add: Adding) -> None:
    add(1, "Small cells", conditions=["Small Cell Lung Cancer"])
    add(2, "Solid tumours", conditions=["Solid Tumors"])
    begun(talk, illness="non small cell lung cancer")
    assert "NCT20000002" in listed(talk)
    assert "NCT20000001" not in listed(talk)


@pytest.mark.parametrize("choice", ["2", "the second one", "number 2 please", "nct20000002", "#trial=NCT20000002"])
def test_a_trial_is_chosen_by_its_place_its_number_or_its_button(talk: Talk, lungs: None, choice: str) -> None:
    begun(talk)
    talk.say("30")
    talk.say(choice)
    assert talk.codes[0] == "chosen"
    assert "Asthma in Manchester" in talk.texts
    assert [custom["nct_id"] for custom in talk.customs if custom["type"] == "handoff"] == ["NCT20000002"]


def test_the_way_to_take_part_names_the_nearest_place_that_takes_people(talk: Talk, add: Adding) -> None:
    add(1, "Asthma in three towns", places=[("Leeds", "United Kingdom", "COMPLETED"), ("Manchester", "United Kingdom", "RECRUITING")])
    begun(talk)
    talk.say("1")
    handoff = next(message["text"] for message in talk.replies[-1].messages if message.get("custom", {}).get("type") == "handoff")
    assert "Nearest place: Manchester, United Kingdom, about 35 miles away. It takes new people now." in handoff


def test_each_card_of_the_list_says_where_its_trial_runs(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say("30")
    cards = [trial for custom in talk.customs if custom["type"] == "result" for trial in custom["trials"]]
    assert all(any(note.startswith("Nearest place: ") for note in card["notes"]) for card in cards)
    assert all(note in talk.texts for card in cards for note in card["notes"])


def test_the_title_of_the_button_means_the_same(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say("30")
    talk.say(next(title for title in talk.titles if "Manchester" in title))
    assert talk.codes[0] == "chosen"


def test_a_place_that_the_list_does_not_have_is_said(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say("30")
    talk.say("7")
    assert "not_on_list" in talk.codes
    assert len(listed(talk)) == 5


def test_what_was_answered_counts_for_the_trial_that_is_chosen(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say_all("30", "1")
    assert talk.answers()["age"] == (30, "30")
    assert "You said that you are 30 years old" in talk.texts
    talk.say("continue")
    assert talk.question not in ("age", "condition", "location", "consent", None)


def test_from_the_chosen_trial_one_gets_back_to_the_list(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say_all("30", "1", "back to the list")
    assert "searching" in talk.codes
    assert len(listed(talk)) == 5


def test_another_trial_of_the_list_can_be_chosen_after_coming_back(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say_all("30", "1", "back to the list", "2")
    assert talk.codes[0] == "chosen"
    assert "Asthma in Manchester" in talk.texts


def asked_of(talk: Talk, illness: str) -> list[str]:
    """What somebody who knows nothing else is asked until the list comes."""
    begun(talk, illness=illness)
    asked = []
    while talk.question is not None:
        asked.append(talk.question)
        talk.say("not sure")
    return asked


@pytest.mark.parametrize(("illness", "asks"), [("not sure", False), ("asthma", False), ("cancer", True), ("lung cancer", True)])
def test_only_who_looks_for_a_cancer_trial_is_asked_about_a_cancer(talk: Talk, add: Adding, illness: str, asks: bool) -> None:
    for number in range(1, 9):
        text = "Inclusion Criteria:\n\n* Stage IV cancer\n* Age 18 or older"
        add(number, f"Study {number}", conditions=["Solid Tumors", "Asthma"], criteria=text)
    assert ("prior_systemic_therapy" in asked_of(talk, illness)) is asks


def test_where_somebody_lives_is_heard_beside_the_illness(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "yes", "I have asthma and live in Manchester", "for me")
    assert "you are near Manchester, England, United Kingdom" in talk.replies[-2].messages[0]["text"]
    assert talk.question == "age"


def test_an_illness_that_stays_open_fits_no_trial_and_each_says_what_it_is_about(talk: Talk, lungs: None) -> None:
    begun(talk, illness="not sure")
    talk.say("30")
    assert "What fits: your illness" not in talk.texts
    assert "It is about Asthma. Your doctor can tell you if that is what you have." in talk.texts


def test_where_the_illness_stays_open_the_trials_are_about_nothing_named(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "yes", "not sure")
    assert "I know 8 trials that may take people now." in talk.texts


def test_the_list_can_be_seen_at_any_time(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say("show me the result")
    assert len(listed(talk)) == 5
    assert "7 trials may still suit you. These 5 look best." in talk.texts


def test_after_the_list_more_can_be_answered(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say_all("show me the result", "continue")
    assert talk.question == "age"


def test_choosing_twice_by_the_same_message_changes_nothing(talk: Talk, lungs: None) -> None:
    begun(talk)
    talk.say("30")
    first = talk.say("1", message_id="the-choice")
    again = talk.say("1", message_id="the-choice")
    assert again.messages == first.messages


# -- nothing there


def test_where_none_is_left_it_says_what_ruled_out_the_most(talk: Talk, add: Adding) -> None:
    for number in range(6):
        add(number, f"Older people {number}", minimum_age="60 Years")
    begun(talk)
    talk.say("30")
    assert "I looked at 6 trials, and none seems to suit you right now" in talk.texts
    assert "What ruled out the most was your age: 6 of them." in talk.texts
    assert "https://clinicaltrials.gov/search?cond=Asthma&locStr=Leeds%2C+England%2C+United+Kingdom" in talk.texts


def test_an_illness_that_no_trial_is_about_is_said_with_the_official_search(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "yes", "gout")
    assert "I know no trial about gout that takes people now" in talk.texts
    assert "cond=Gout" in talk.texts
    assert talk.question is None


def test_after_an_illness_without_trials_another_one_can_be_named(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "yes", "gout", "sorry, I mean asthma")
    assert "I know 7 trials about this" in talk.texts
    assert talk.question == "asked_for"


def test_an_answer_that_ruled_out_all_can_be_changed(talk: Talk, add: Adding) -> None:
    for number in range(6):
        add(number, f"Older people {number}", minimum_age="60 Years")
    begun(talk)
    talk.say_all("30", "sorry, my age is 66")
    assert "6 trials may still suit you" in talk.texts or len(listed(talk)) == 5


# -- illnesses that only the trials know


def test_an_illness_is_found_by_the_words_of_the_trials(talk: Talk, add: Adding) -> None:
    add(1, "Rare", conditions=["Gorham-Stout Disease"])
    begun(talk, illness="gorham stout disease")
    assert listed(talk) == ["NCT20000001"]


def test_an_illness_that_nobody_knows_is_asked_again(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "yes", "the thing with my whatsit")
    assert talk.question == "condition"


# -- from one trial to the others


def test_one_that_does_not_fit_leads_to_the_others_with_what_was_told(store: Store, library: Library, lungs: None) -> None:
    talk = Talk.open(store, library, trial_id="NCT20000007")
    talk.say_all("hello", "yes", "52")
    assert "Look for other trials" in talk.titles
    talk.say("look for other trials")
    assert "searching" in talk.codes
    assert talk.question == "condition"
    talk.say_all("asthma", "me", "Leeds")
    assert talk.question != "age"
    assert "NCT20000007" not in listed(talk)


def test_where_there_is_one_trial_alone_the_official_search_is_named(store: Store, library: Library) -> None:
    talk = Talk.open(store, library, trial_id=None)
    talk.say("hello")
    assert "Stereotactic" in talk.texts or talk.question == "consent"
    talk.say_all("yes", "other trials")
    assert "no_others" in talk.codes
    assert "Look for other trials" not in talk.titles


# -- what stays as it is


def test_a_no_to_the_consent_ends_in_the_official_search(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "no")
    assert "consent_declined" in talk.codes
    assert "clinicaltrials.gov/search" in talk.texts


def test_trials_that_come_while_somebody_searches_are_there_at_once(talk: Talk, lungs: None, add: Adding) -> None:
    begun(talk)
    add(30, "Brand new in Leeds")
    talk.say("show me the result")
    assert "8 trials may still suit you" in talk.texts


def test_an_answer_with_a_doubt_rules_nothing_out(store: Store, library: Library, add: Adding) -> None:
    for number in range(6):
        add(number, f"No smokers {number}", criteria="Exclusion Criteria:\n\n* Current pregnancy\n* BMI above 40")
    talk = Talk.open(store, library, trial_id=None)
    talk.desk = Desk(store, library, talk.clock, "https://example.org", Deciding.ALL)
    begun(talk)
    assert talk.question is not None
    talk.say("I don't think so" if talk.question != "age" else "30")
    assert "none_found" not in talk.codes


@pytest.mark.parametrize(("hedged", "outcome"), [(True, None), (False, 12)])
def test_only_what_is_said_without_a_doubt_drops_trials(talk: Talk, lungs: None, hedged: bool, outcome: int | None) -> None:
    begun(talk)
    assert talk.question == "age"
    talk.tell("12, I think", Heard(ReadAnswer("age", 12, "12, I think", hedged=hedged)))
    assert talk.answers()["age"][0] == outcome


def test_where_one_lives_is_taken_with_a_doubt_too(talk: Talk, lungs: None) -> None:
    talk.say_all("hello", "yes", "asthma", "for me")
    assert talk.question == "location"
    talk.tell("Leeds, I think", Heard(ReadAnswer("location", ("Leeds",), "Leeds, I think", hedged=True)))
    assert talk.answers()["location"][0] == ["Leeds"]


def test_everything_can_be_erased_in_a_search(talk: Talk, lungs: None, store: Store) -> None:
    begun(talk)
    talk.say_all("erase everything", "yes, erase everything")
    assert "erased" in talk.codes
    with store.reading() as unit:
        assert unit.conversation(talk.conversation_id) is None
