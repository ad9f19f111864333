"""Places as people name them in a message, and the many messages that name none."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.places import Gazetteer, Kind, Place

#: A message; the place it names: a town with its region or country, or the area itself.
NAMED = {
    "Berlin": "Berlin, DE",
    "near lyon": "Lyon, FR",
    "about an hour from Gothenburg": "Gothenburg, SE",
    "göteborg": "Gothenburg, SE",
    "Munich": "Munich, Bavaria",
    "München": "Munich, Bavaria",
    "I'm from Muenchen": "Munich, Bavaria",
    "NYC": "New York City, New York",
    "new york": "New York City, New York",
    "LA": "Los Angeles, California",
    "we live in LA": "Los Angeles, California",
    "Houston TX": "Houston, Texas",
    "upstate new york": "New York",
    "Washington state": "Washington",
    "Washington, D.C.": "Washington, District of Columbia",
    "Surrey, UK": "Surrey",
    "Surrey BC": "Surrey, British Columbia",
    "i live in cornwall, is it anywhere near": "Cornwall",
    "St Albans, Hertfordshire": "St Albans, England",
    "the Netherlands": "The Netherlands",
    "holland": "The Netherlands",
    "england": "England",
    "Scotland": "Scotland",
    "south of france": "France",
    "Tokyo japan": "Tokyo, JP",
    "I live in Malmö but can travel": "Malmö, SE",
    "Birmingham": "Birmingham, England",
    "Birmingham, Alabama": "Birmingham, Alabama",
    "cambridge": "Cambridge, England",
    "Cambridge MA": "Cambridge, Massachusetts",
    "Cambridge, Massachusetts, USA": "Cambridge, Massachusetts",
    "London": "London, England",
    "London in Canada": "London, Ontario",
    "London Ontario": "London, Ontario",
    "Springfield, Illinois": "Springfield, Illinois",
    "Paris, Texas": "Paris, Texas",
    "portland, or": "Portland, Oregon",
    "Portland ME": "Portland, Maine",
    "Salem, OR": "Salem, Oregon",
    "I LIVE IN BOSTON MA": "Boston, Massachusetts",
    "nice": "Nice, FR",
    "Nice, France": "Nice, FR",
    "I live in Reading": "Reading, England",
    "Reading PA": "Reading, Pennsylvania",
    "we live near bath": "Bath, England",
    "mobile alabama": "Mobile, Alabama",
    "Normal, Illinois": "Normal, Illinois",
    "texas": "Texas",
    "TX": "Texas",
    "anything in NSW?": "New South Wales",
    "Korea, Republic of": "South Korea",
    "from the us": "United States",
    "Are there US locations": "United States",
    "uk": "United Kingdom",
    "turkey": "Turkey",
    "I live in Georgia": "Georgia",
    "Are there trials in Boston?": "Boston, Massachusetts",
    "my mother lives in Wien": "Vienna, AT",
    "King's Lynn": "King's Lynn, England",
    "stratford upon avon": "Stratford-upon-Avon, England",
    "st louis missouri": "St. Louis, Missouri",
    "St. Petersburg, Russia": "Saint Petersburg, RU",
    "40 min from Nice": "Nice, FR",
    "My husband is 67, we live in Charlotte NC and he has had chemo": "Charlotte, North Carolina",
    "Hi, I'm from Ghent in Belgium": "Gent, BE",
    "Cape Town, South Africa": "Cape Town, ZA",
    "San Sebastián, Spain": "Donostia / San Sebastián, ES",
    "Москва": "Moscow, RU",
    "bangalore": "Bengaluru, IN",
    "i had the operation in paris last year": "Paris, FR",
    "He was seen in Hull": "Kingston upon Hull, England",
    "it was done in Kerala": "Kerala",
    "live in Donegal": "Donegal",
    "I was treated at MD Anderson in Houston": "Houston, Texas",
    "i live near Gothenberg": "Gothenburg, SE",
    "Edinbrugh scotland": "Edinburgh, Scotland",
    "trials for women from Housten, Texas": "Houston, Texas",
    "San Fransisco": "San Francisco, California",
    "Tuscon AZ": "Tucson, Arizona",
    "Germny": "Germany",
}

#: What people write that names no place, though towns are called like some of the words.
SILENT = (
    "I have a nice doctor",
    "reading glasses",
    "reading about it for a month now",
    "most days",
    "most",
    "same",
    "of",
    "same as before",
    "stage IV, ALK positive",
    "I am 61",
    "male",
    "no",
    "ok",
    "OK",
    "hi",
    "haha",
    "thanx",
    "on my mobile",
    "I'm in the bath",
    "I coughed up blood back in March",
    "near normal",
    "I live in hope",
    "I'm in pain",
    "in remission",
    "tell us",
    "is that the same for me or us",
    "MS",
    "a CT in May",
    "he died of an MI",
    "MD Anderson",
    "Dr. Houston said so",
    "my daughter Charlotte",
    "hi i'm anna",
    "Philadelphia chromosome positive",
    "Ann Arbor stage III",
    "it spread to my liver and bones",
    "i had turkey for lunch",
    "we've a mortgage and a labrador",
    "allergic to Benadryl",
    "I'm on Tagrisso",
    "I've been asked worse by the bank",
    "a pain in the neck",
    "that's not me",
    "what's the rationale at the pre-screen?",
    "live in a care home",
    "I am in my sixties",
    "prunes or senna",
    "St John's wort",
)


def shown(place: Place) -> str:
    """A town with its region, with its country's code where it is not of a country whose regions people add; an area by its name."""
    if place.kind is not Kind.TOWN:
        return place.name
    told = place.region if place.country_code in ("US", "GB", "CA") or place.region == "Bavaria" else place.country_code
    return f"{place.name}, {told}"


@pytest.mark.parametrize(("message", "expected"), NAMED.items(), ids=NAMED)
def test_a_message_that_names_a_place(gazetteer: Gazetteer, message: str, expected: str) -> None:
    assert [shown(found.best) for found in gazetteer.find(message)] == [expected]


@pytest.mark.parametrize("message", SILENT)
def test_a_message_that_names_none(gazetteer: Gazetteer, message: str) -> None:
    assert gazetteer.find(message) == ()


def test_several_places_are_found_from_left_to_right(gazetteer: Gazetteer) -> None:
    text = "I can get to London or Nice, not to Malmö"
    found = gazetteer.find(text)
    assert [text[one.start : one.end] for one in found] == ["London", "Nice", "Malmö"]


def test_the_span_holds_the_region_behind_the_name_and_not_what_leads_to_it(gazetteer: Gazetteer) -> None:
    text = "we live near Cambridge, MA (USA), with two kids"
    (found,) = gazetteer.find(text)
    assert text[found.start : found.end] == "Cambridge, MA (USA"


def test_an_ambiguous_name_gives_all_its_places_the_largest_first(gazetteer: Gazetteer) -> None:
    (found,) = gazetteer.find("Springfield")
    assert [place.region for place in found.places[:3]] == ["Missouri", "Massachusetts", "Illinois"]


def test_a_name_of_a_town_and_its_region_gives_both(gazetteer: Gazetteer) -> None:
    (found,) = gazetteer.find("New York")
    assert [place.kind for place in found.places] == [Kind.TOWN, Kind.REGION]


def test_a_country_named_elsewhere_in_the_message_decides_an_ambiguous_name(gazetteer: Gazetteer) -> None:
    canada, london = gazetteer.find("I'm in Canada, near London")
    assert canada.best.kind is Kind.COUNTRY
    assert [place.region for place in london.places] == ["Ontario"]


def test_a_place_named_in_passing_is_told_from_where_somebody_is(gazetteer: Gazetteer) -> None:
    assert [found.led for found in gazetteer.find("My brother moved to Texas, the scan was done in Leeds")] == [True, False]
    assert [found.led for found in gazetteer.find("Leeds, UK")] == [True]


# Any machine may be busy: how long a message takes is a matter of the benchmarks.
@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_looked_through_and_spans_lie_in_it_in_order(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find(text)
    assert all(0 <= one.start < one.end <= len(text) and one.places for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@settings(deadline=None)
@given(st.lists(st.sampled_from([*NAMED, *SILENT]), max_size=4), st.sampled_from([" ", ", ", ". ", "\n"]))
def test_messages_joined_in_any_way_are_looked_through(gazetteer: Gazetteer, messages: list[str], between: str) -> None:
    text = between.join(messages)
    assert all(text[one.start : one.end].strip() for one in gazetteer.find(text))
