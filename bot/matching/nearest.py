"""Where a trial is nearest to a person, of the sites that take people now.

A site's own status counts; one that has none is as the trial is. A trial that is closed itself takes nobody, whatever its sites say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.matching.distances import distances_km

_UNKNOWN_TOWN_KM = 500
"""How far a site of the person's own country is taken to be, in the order of sites, where nobody knows where its town lies."""


class HasStatus(Protocol):
    """What is asked of a site here; where it lies, a function tells."""

    @property
    def status(self) -> str | None: ...


SiteT = TypeVar("SiteT", bound=HasStatus)


@dataclass(frozen=True)
class Located:
    """Where a person or a site is. Degrees; None: not known. `region` is a name, compared only within one country.

    `exact` is False for somebody who named no town but only a region or country: the degrees are those of its middle.
    """

    country_code: str | None
    region: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    exact: bool = True


@dataclass(frozen=True)
class Nearest(Generic[SiteT]):
    """The nearest site of a trial.

    `taking`: True, `site` takes people now; False, none does, and `site` is the nearest of those; None, the record does not say.
    `kilometres` is None where the person named no town, or nobody knows where the site's town lies. `further_open` counts the other sites
    that take people. `closed_nearer` is a site that takes nobody and is nearer than the one that does.
    """

    site: SiteT | None
    kilometres: float | None = None
    taking: bool | None = None
    further_open: int = 0
    closed_nearer: SiteT | None = None
    closed_nearer_kilometres: float | None = None


@dataclass(frozen=True)
class _Ranked(Generic[SiteT]):
    site: SiteT
    taking: bool | None
    kilometres: float | None
    order: tuple[int, float]


def is_taking(status: str | None, trial_status: str | None, open_codes: Set[str]) -> bool | None:
    """Whether a site takes people now, by the registry's codes; None where neither it nor its trial says so."""
    if trial_status is not None and trial_status not in open_codes:
        return False
    known = status or trial_status
    return None if known is None else known in open_codes


def nearest_sites(
    person: Located,
    sites: Sequence[SiteT],
    trial_status: str | None,
    *,
    locate: Callable[[SiteT], Located],
    open_codes: Set[str],
) -> Nearest[SiteT]:
    """The nearest open site of one trial; `Nearest(None)` where the record names no site."""
    ranked = sorted(_ranked(person, sites, trial_status, locate, open_codes), key=lambda one: one.order)
    best = next((one for wanted in (True, None, False) for one in ranked if one.taking is wanted), None)
    if best is None:
        return Nearest(None)
    opened = sum(one.taking is True for one in ranked)
    nearer = next((one for one in ranked if one.taking is False and one.order < best.order), None)
    return Nearest(
        best.site,
        best.kilometres,
        best.taking,
        opened - 1 if best.taking else 0,
        nearer.site if nearer else None,
        nearer.kilometres if nearer else None,
    )


def sites_to_go_to(
    person: Located | None,
    sites: Sequence[SiteT],
    trial_status: str | None,
    *,
    locate: Callable[[SiteT], Located],
    open_codes: Set[str],
) -> list[SiteT]:
    """The sites somebody could turn to: those that take people, then those of which the record does not say; the nearest first.

    None: it is not known where the person is, and the sites stay in the order of the record.
    """
    if person is None:
        taking = [(is_taking(site.status, trial_status, open_codes), site) for site in sites]
        return [site for wanted in (True, None) for found, site in taking if found is wanted]
    ranked = sorted(_ranked(person, sites, trial_status, locate, open_codes), key=lambda one: one.order)
    return [one.site for wanted in (True, None) for one in ranked if one.taking is wanted]


def _ranked(
    person: Located, sites: Sequence[SiteT], trial_status: str | None, locate: Callable[[SiteT], Located], open_codes: Set[str]
) -> list[_Ranked[SiteT]]:
    where = [locate(site) for site in sites]
    away = _kilometres(person, where)
    return [
        _Ranked(
            site,
            is_taking(site.status, trial_status, open_codes),
            kilometres if person.exact else None,
            _order(person, place, kilometres),
        )
        for site, place, kilometres in zip(sites, where, away, strict=True)
    ]


def _kilometres(person: Located, where: Sequence[Located]) -> list[float | None]:
    if person.latitude is None or person.longitude is None:
        return [None] * len(where)
    known = [(place.latitude, place.longitude) for place in where if place.latitude is not None and place.longitude is not None]
    measured = iter(distances_km(person.latitude, person.longitude, [north for north, _ in known], [east for _, east in known]).tolist())
    return [None if place.latitude is None or place.longitude is None else next(measured) for place in where]


def _order(person: Located, place: Located, kilometres: float | None) -> tuple[int, float]:
    """What is nearer comes first. Of an area named as a whole, the sites in it do, then those of its country."""
    at_home = person.country_code is not None and place.country_code == person.country_code
    if kilometres is None:
        kilometres = _UNKNOWN_TOWN_KM if at_home else float("inf")
    if person.exact:
        return 0, kilometres
    in_region = at_home and (person.region is None or place.region == person.region)
    return (0 if in_region else 1 if at_home else 2), kilometres
