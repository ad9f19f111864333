"""Countries, towns and regions as trial records write them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.matching.distances import Unit, distances_km
from bot.places import Gazetteer, Kind
from bot.settings import PROJECT
from bot.trials.parts import Coordinates, Site
from tests.conftest import NO_SHARED_DATA

REGISTRY = PROJECT.parent / "shared" / "data" / "registry"
COUNTRIES = {
    "Korea, Republic of": "KR",
    "South Korea": "KR",
    "Korea, Democratic People's Republic of": "KP",
    "Russian Federation": "RU",
    "Türkiye": "TR",
    "Turkey (Türkiye)": "TR",
    "United States": "US",
    "United Kingdom": "GB",
    "Czechia": "CZ",
    "Czech Republic": "CZ",
    "Hong Kong": "HK",
    "Netherlands": "NL",
    "Iran, Islamic Republic of": "IR",
    "Congo, The Democratic Republic of the": "CD",
    "Côte D'Ivoire": "CI",
    "Viet Nam": "VN",
    "Taiwan": "TW",
    "Palestinian Territories, occupied": "PS",
    "Macedonia, The Former Yugoslav Republic of": "MK",
    "Réunion": "RE",
    "Puerto Rico": "PR",
}


@pytest.mark.parametrize(("name", "code"), COUNTRIES.items(), ids=COUNTRIES)
def test_countries_are_known_by_the_names_that_registries_write(gazetteer: Gazetteer, name: str, code: str) -> None:
    assert gazetteer.country_code(name) == code


def test_what_is_no_country_has_no_code(gazetteer: Gazetteer) -> None:
    assert gazetteer.country_code("Atlantis") is None


@pytest.mark.parametrize(
    ("city", "state", "country", "region"),
    [
        ("Springfield", "Illinois", "United States", "Illinois"),
        ("Springfield", "MO", "United States", None),
        ("London", None, "United Kingdom", "England"),
        ("London", "Ontario", "Canada", "Ontario"),
        ("Aberdeen", None, "United Kingdom", "Scotland"),
        ("Muenchen", None, "Germany", "Bavaria"),
        ("Perth", "Western Australia", "Australia", "Western Australia"),
    ],
)
def test_a_sites_town_is_the_one_of_its_state_and_country(
    gazetteer: Gazetteer, city: str, state: str | None, country: str, region: str | None
) -> None:
    town = gazetteer.town(city, state, country)
    assert town is not None
    assert town.region == region or region is None


def test_a_town_of_another_state_is_not_taken_for_the_sites(gazetteer: Gazetteer) -> None:
    assert gazetteer.town("Houston", "Alaska", "United States") is None


def test_a_site_is_where_its_own_degrees_say_and_in_its_towns_region(gazetteer: Gazetteer) -> None:
    site = Site(city="Glasgow", country="United Kingdom", coordinates=Coordinates(latitude=55.9, longitude=-4.3))
    where = gazetteer.locate(site)
    assert (where.latitude, where.longitude, where.region, where.country_code) == (55.9, -4.3, "Scotland", "GB")


def test_a_site_without_degrees_is_where_its_town_is(gazetteer: Gazetteer) -> None:
    where = gazetteer.locate(Site(city="Gothenburg", country="Sweden"))
    assert where.latitude == pytest.approx(57.7, abs=0.1)


def test_a_site_in_no_known_town_still_has_its_country_and_the_region_around_it(gazetteer: Gazetteer) -> None:
    lost = Site(city="Nowhere Junction", country="United Kingdom")
    assert (gazetteer.locate(lost).country_code, gazetteer.locate(lost).latitude) == ("GB", None)
    near_cardiff = Site(city="Nowhere Lane", country="United Kingdom", coordinates=Coordinates(latitude=51.5, longitude=-3.2))
    assert gazetteer.locate(near_cardiff).region == "Wales"


def test_two_sites_of_one_town_keep_their_own_degrees(gazetteer: Gazetteer) -> None:
    sites = [
        Site(city="Leeds", country="United Kingdom", coordinates=Coordinates(latitude=north, longitude=-1.5)) for north in (53.7, 53.9)
    ]
    assert [gazetteer.locate(site).latitude for site in sites] == [53.7, 53.9]


def test_who_names_an_area_is_in_it_and_not_at_a_point(gazetteer: Gazetteer) -> None:
    (scotland,) = gazetteer.find("Scotland")
    where = gazetteer.located(scotland.best)
    assert (where.exact, where.region, where.country_code) == (False, "Scotland", "GB")
    (leeds,) = gazetteer.find("Leeds")
    assert gazetteer.located(leeds.best).exact


def test_every_region_and_county_has_people_and_lies_among_its_own_towns(gazetteer: Gazetteer) -> None:
    atlas = gazetteer.atlas
    areas = {area for areas in atlas.areas.called.values() for area in areas if area.kind is Kind.REGION}
    assert len(areas) > 150
    codes = {area.country_code for area in areas}
    towns = [atlas.town(row) for row, code in enumerate(atlas.towns.countries) if code in codes]
    for area in areas:
        inside = [town for town in towns if town.lies_in(area)]
        nearest = distances_km(area.latitude, area.longitude, [t.latitude for t in inside], [t.longitude for t in inside]).min()
        assert area.population > 0
        assert nearest < 250, area


@pytest.mark.parametrize(
    ("town", "region"),
    [
        ("Toronto", "Ontario"),
        ("Calgary", "Alberta"),
        ("Brisbane", "Queensland"),
        ("Hobart", "Tasmania"),
        ("Dresden", "Saxony"),
        ("Mainz", "Rhineland-Palatinate"),
        ("Cardiff", "Wales"),
        ("Belfast", "Northern Ireland"),
        ("Palermo", "Sicily"),
        ("Rennes", "Brittany"),
        ("Bilbao", "Basque Country"),
        ("Seattle", "Washington"),
        ("Limerick", "Munster"),
        ("Ludhiana", "Punjab"),
        ("Thiruvananthapuram", "Kerala"),
    ],
)
def test_the_codes_of_regions_are_those_of_the_towns(gazetteer: Gazetteer, town: str, region: str) -> None:
    assert gazetteer.find(f"I live in {town}")[0].best.region == region


def test_roads_count_in_miles_where_they_do(gazetteer: Gazetteer) -> None:
    assert gazetteer.unit("US") is gazetteer.unit("GB") is Unit.MILES
    assert gazetteer.unit("SE") is gazetteer.unit(None) is Unit.KILOMETRES


def test_towns_of_registry_records_lie_where_the_records_say(gazetteer: Gazetteer) -> None:
    away = []
    for site in _registry_sites():
        town = gazetteer.town(site.city, site.state, site.country)
        if town and site.coordinates:
            at = site.coordinates
            away.append(distances_km(at.latitude, at.longitude, [town.latitude], [town.longitude])[0])
    assert len(away) > 300
    assert sum(km < 30 for km in away) / len(away) > 0.98


def _registry_sites() -> Iterator[Site]:
    if not REGISTRY.is_dir():
        pytest.skip(NO_SHARED_DATA)
    for path in sorted(Path(REGISTRY).glob("*.json")):
        module = json.loads(path.read_text("utf-8"))["protocolSection"].get("contactsLocationsModule", {})
        for site in module.get("locations", ()):
            at = site.get("geoPoint")
            coordinates = Coordinates(latitude=at["lat"], longitude=at["lon"]) if at else None
            yield Site(city=site["city"], state=site.get("state"), country=site["country"], coordinates=coordinates)
