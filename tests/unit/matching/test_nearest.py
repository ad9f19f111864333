"""Distances, the nearest site that takes people, and the same for all trials at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.distances import Distance, Unit, distances_km, kindly
from bot.matching.nearest import Located, Nearest, nearest_sites, sites_to_go_to
from bot.matching.site_columns import SiteColumns
from bot.trials.records import OPEN

STOCKHOLM, GOTHENBURG, MALMO = (59.33, 18.07), (57.71, 11.97), (55.61, 13.0)
COPENHAGEN, EDINBURGH, LONDON = (55.68, 12.57), (55.95, -3.19), (51.51, -0.13)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
points = st.tuples(latitudes, longitudes)


@dataclass(frozen=True)
class Somewhere:
    """A site for these tests, with where it is."""

    name: str
    status: str | None
    where: Located


def site(
    name: str, at: tuple[float, float] | None, status: str | None = None, country: str | None = "SE", region: str | None = None
) -> Somewhere:
    return Somewhere(name, status, Located(country, region, *(at or (None, None))))


def located(one: Somewhere) -> Located:
    return one.where


def nearest(person: Located, *sites: Somewhere, trial: str | None = "RECRUITING") -> Nearest[Somewhere]:
    return nearest_sites(person, sites, trial, locate=located, open_codes=OPEN)


def name_of(found: Nearest[Somewhere]) -> str | None:
    return found.site.name if found.site else None


IN_MALMO = Located("SE", None, *MALMO)


def km(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(distances_km(*one, [other[0]], [other[1]])[0])


# -- distances


@given(points, points)
def test_a_distance_is_the_same_both_ways(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert km(one, other) == pytest.approx(km(other, one), abs=1e-6)


@given(points)
def test_a_place_is_no_way_from_itself(point: tuple[float, float]) -> None:
    assert km(point, point) == 0


@given(points, points, points)
def test_no_detour_is_shorter_than_the_straight_way(
    one: tuple[float, float], other: tuple[float, float], between: tuple[float, float]
) -> None:
    assert km(one, other) <= km(one, between) + km(between, other) + 1e-3


@given(points)
def test_the_opposite_point_is_half_the_way_round(point: tuple[float, float]) -> None:
    opposite = (-point[0], point[1] + 180 if point[1] <= 0 else point[1] - 180)
    assert km(point, opposite) == pytest.approx(20015, abs=1)


def test_known_distances() -> None:
    assert km(STOCKHOLM, GOTHENBURG) == pytest.approx(397, abs=3)
    assert km(LONDON, EDINBURGH) == pytest.approx(534, abs=3)
    assert km((0, 179.5), (0, -179.5)) == pytest.approx(111.2, abs=0.2)


def test_what_lies_nowhere_is_at_no_distance() -> None:
    assert np.isnan(distances_km(*MALMO, [np.nan], [0.0])).all()


@pytest.mark.parametrize(
    ("kilometres", "told"), [(0, 1), (0.4, 1), (3.3, 3), (9.6, 10), (38.9, 40), (97, 95), (99, 100), (247, 250), (1234, 1200)]
)
def test_a_distance_is_rounded_as_people_tell_it(kilometres: float, told: int) -> None:
    assert kindly(kilometres) == Distance(told, Unit.KILOMETRES)


def test_miles_are_told_where_people_count_in_them() -> None:
    assert kindly(65, Unit.MILES) == Distance(40, Unit.MILES)


@given(st.floats(0, 21_000), st.floats(0, 21_000), st.sampled_from(Unit))
def test_what_is_nearer_is_never_told_as_farther(one: float, other: float, unit: Unit) -> None:
    near, far = sorted((one, other))
    assert 1 <= kindly(near, unit).number <= kindly(far, unit).number


@pytest.mark.parametrize("wrong", [-1, math.inf, math.nan])
def test_what_is_no_distance_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="no distance"):
        kindly(wrong)


# -- one trial


def test_the_nearest_of_the_open_sites_is_told_with_its_distance_and_how_many_more_there_are() -> None:
    found = nearest(IN_MALMO, site("Stockholm", STOCKHOLM), site("Gothenburg", GOTHENBURG), site("Edinburgh", EDINBURGH, country="GB"))
    assert (name_of(found), found.taking, found.further_open) == ("Gothenburg", True, 2)
    assert found.kilometres == pytest.approx(242, abs=3)
    assert found.closed_nearer is None


def test_a_border_does_not_count_where_a_distance_is_known() -> None:
    assert name_of(nearest(IN_MALMO, site("Stockholm", STOCKHOLM), site("Copenhagen", COPENHAGEN, country="DK"))) == "Copenhagen"


def test_a_closed_site_is_never_the_nearest_and_the_result_says_that_it_is_nearer() -> None:
    found = nearest(IN_MALMO, site("Copenhagen", COPENHAGEN, "COMPLETED", "DK"), site("Gothenburg", GOTHENBURG, "RECRUITING"))
    assert (name_of(found), found.taking, found.further_open) == ("Gothenburg", True, 0)
    assert found.closed_nearer is not None
    assert found.closed_nearer.name == "Copenhagen"
    assert found.closed_nearer_kilometres == pytest.approx(28, abs=2)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_every_open_status_takes_people(status: str) -> None:
    assert nearest(IN_MALMO, site("Gothenburg", GOTHENBURG, status), trial=None).taking is True


def test_a_site_that_says_nothing_is_as_its_trial_is() -> None:
    assert nearest(IN_MALMO, site("Gothenburg", GOTHENBURG), trial="ENROLLING_BY_INVITATION").taking is True
    assert nearest(IN_MALMO, site("Gothenburg", GOTHENBURG), trial="COMPLETED").taking is False


def test_a_closed_trial_takes_nobody_whatever_its_sites_say() -> None:
    found = nearest(IN_MALMO, site("Gothenburg", GOTHENBURG, "RECRUITING"), trial="TERMINATED")
    assert (name_of(found), found.taking, found.further_open) == ("Gothenburg", False, 0)


def test_where_nobody_says_whether_a_site_is_open_nothing_is_claimed() -> None:
    found = nearest(IN_MALMO, site("Stockholm", STOCKHOLM), site("Gothenburg", GOTHENBURG, "WITHDRAWN"), trial=None)
    assert (name_of(found), found.taking, found.closed_nearer and found.closed_nearer.name) == ("Stockholm", None, "Gothenburg")


def test_where_all_sites_are_closed_the_nearest_is_told_as_closed() -> None:
    found = nearest(IN_MALMO, site("Stockholm", STOCKHOLM, "COMPLETED"), site("Gothenburg", GOTHENBURG, "SUSPENDED"))
    assert (name_of(found), found.taking, found.closed_nearer) == ("Gothenburg", False, None)


def test_a_trial_without_sites_has_no_nearest() -> None:
    assert nearest(IN_MALMO) == Nearest(None)


def test_a_site_in_no_known_town_counts_by_its_country_and_without_a_distance() -> None:
    unplaced = site("Somewhere", None)
    found = nearest(IN_MALMO, site("Edinburgh", EDINBURGH, country="GB"), unplaced)
    assert (name_of(found), found.kilometres) == ("Somewhere", None)
    assert name_of(nearest(IN_MALMO, site("Gothenburg", GOTHENBURG), unplaced)) == "Gothenburg"
    assert name_of(nearest(IN_MALMO, site("Edinburgh", EDINBURGH, country="GB"), site("Lost", None, country="JP"))) == "Edinburgh"


def test_who_names_a_country_gets_its_sites_first_without_a_distance() -> None:
    in_denmark = Located("DK", None, 55.9, 11.5, exact=False)
    found = nearest(in_denmark, site("Malmö", MALMO), site("Aalborg", (57.05, 9.92), country="DK"))
    assert (name_of(found), found.kilometres, found.further_open) == ("Aalborg", None, 1)


def test_who_names_a_region_gets_its_sites_first_then_those_of_the_country() -> None:
    in_scotland = Located("GB", "Scotland", *EDINBURGH, exact=False)
    inverness = site("Inverness", (57.48, -4.22), country="GB", region="Scotland")
    carlisle = site("Carlisle", (54.89, -2.93), country="GB", region="England")
    belfast = site("Dublin", (53.35, -6.26), country="IE")
    assert name_of(nearest(in_scotland, belfast, carlisle, inverness)) == "Inverness"
    assert name_of(nearest(in_scotland, belfast, carlisle)) == "Carlisle"


# -- all trials


def columns(*trials: tuple[str | None, list[Somewhere]]) -> SiteColumns:
    return SiteColumns.of(trials, locate=located, open_codes=OPEN)


def test_every_trial_gets_the_distance_of_its_nearest_open_site_and_infinity_where_it_has_none() -> None:
    found = columns(
        ("RECRUITING", []),
        ("RECRUITING", [site("Stockholm", STOCKHOLM), site("Gothenburg", GOTHENBURG)]),
        ("COMPLETED", [site("Gothenburg", GOTHENBURG)]),
        ("RECRUITING", [site("Copenhagen", COPENHAGEN, "COMPLETED"), site("Stockholm", STOCKHOLM, "RECRUITING")]),
        ("RECRUITING", [site("Somewhere", None)]),
        ("RECRUITING", []),
    ).nearest_open_km(IN_MALMO)
    expected = [math.inf, km(MALMO, GOTHENBURG), math.inf, km(MALMO, STOCKHOLM), math.inf, math.inf]
    assert found == pytest.approx(expected, rel=1e-4)


def test_no_trials_are_no_trouble() -> None:
    assert columns().nearest_open_km(IN_MALMO).shape == (0,)


def test_trials_with_an_open_site_in_a_country() -> None:
    found = columns(
        ("RECRUITING", [site("Leeds", None, None, "GB")]),
        ("RECRUITING", [site("Leeds", None, "COMPLETED", "GB"), site("Malmö", MALMO)]),
        ("RECRUITING", []),
    )
    assert found.open_in("GB").tolist() == [True, False, False]
    assert found.open_in("JP").tolist() == [False, False, False]


def test_a_person_whose_place_has_no_degrees_is_refused() -> None:
    with pytest.raises(ValueError, match="degrees"):
        columns(("RECRUITING", [site("Malmö", MALMO)])).nearest_open_km(Located("SE"))


sites = st.builds(
    site,
    st.just("a site"),
    st.none() | points,
    st.sampled_from([None, "RECRUITING", "COMPLETED", "AVAILABLE"]),
    st.sampled_from(["SE", "DK", None]),
)
trials = st.lists(st.tuples(st.sampled_from([None, "RECRUITING", "COMPLETED"]), st.lists(sites, max_size=4)), max_size=6)


@given(points, trials)
def test_all_trials_at_once_are_as_each_alone(point: tuple[float, float], some: list[tuple[str | None, list[Somewhere]]]) -> None:
    person = Located("XX", None, *point)
    together = columns(*some).nearest_open_km(person)
    for (status, of_trial), kilometres in zip(some, together, strict=True):
        alone = nearest(person, *of_trial, trial=status)
        expected = alone.kilometres if alone.taking and alone.kilometres is not None else math.inf
        # Single precision loses a few kilometres at the other end of the world, and nothing near the person.
        assert kilometres == pytest.approx(expected, abs=0.01 if expected < 1000 else 10)


@given(points, st.permutations(range(4)), st.lists(sites, min_size=4, max_size=4))
def test_the_order_of_sites_in_a_record_changes_no_distance(point: tuple[float, float], order: list[int], four: list[Somewhere]) -> None:
    person = Located("SE", None, *point)
    one, other = nearest(person, *four), nearest(person, *(four[place] for place in order))
    assert (one.kilometres, one.taking, one.further_open) == (other.kilometres, other.taking, other.further_open)


def to_go_to(person: Located | None, *sites: Somewhere, trial: str | None = "RECRUITING") -> list[str]:
    return [one.name for one in sites_to_go_to(person, sites, trial, locate=located, open_codes=OPEN)]


def test_sites_to_go_to_are_those_that_take_people_the_nearest_first_then_those_nobody_knows_of() -> None:
    sites = (
        site("closed, at home", STOCKHOLM, "COMPLETED"),
        site("unknown, near", GOTHENBURG),
        site("open, far", LONDON, "RECRUITING", "GB"),
        site("open, near", MALMO, "RECRUITING"),
    )
    person = Located("SE", None, *STOCKHOLM)
    assert to_go_to(person, *sites, trial=None) == ["open, near", "open, far", "unknown, near"]
    # Without a place they stay in the order of the record.
    assert to_go_to(None, *sites, trial=None) == ["open, far", "open, near", "unknown, near"]


def test_of_a_trial_that_takes_nobody_there_is_no_site_to_go_to() -> None:
    sites = (site("open by itself", STOCKHOLM, "RECRUITING"),)
    assert to_go_to(None, *sites, trial="COMPLETED") == to_go_to(Located("SE"), *sites, trial="COMPLETED") == []
