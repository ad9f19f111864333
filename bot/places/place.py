"""A place, and where a message names it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import cos, hypot, radians

_KM_A_DEGREE = 111.2
_REACH_OF_A_COUNTY_KM = 60
"""How far a county's towns may lie from its middle. Which county a town lies in is not known otherwise."""


class Kind(StrEnum):
    """How large a place is; a distance can be told from a town only."""

    TOWN = "town"
    REGION = "region"
    COUNTRY = "country"


@dataclass(frozen=True)
class Place:
    """A town, region or country. Degrees, north and east positive; of a region or country, the middle of its people.

    `region` is the one that a town or a county lies in, None where none is known; `country_code` is ISO 3166-1.
    """

    kind: Kind
    name: str
    region: str | None
    country: str
    country_code: str
    latitude: float
    longitude: float
    population: int

    @property
    def called(self) -> str:
        """Its name with those of what it lies in: "Leeds, England, United Kingdom". Found by it, it is this place again."""
        return ", ".join(dict.fromkeys(filter(None, (self.name, self.region, self.country))))

    def lies_in(self, area: Place) -> bool:
        """Whether this is the area itself or part of it."""
        if self == area or area.country_code != self.country_code or area.kind is Kind.TOWN:
            return self == area
        if area.kind is Kind.REGION and area.region is not None:
            return self.kind is Kind.TOWN and self.region == area.region and self._near(area)
        return area.kind is Kind.COUNTRY or area.name == self.region

    def _near(self, area: Place) -> bool:
        north = self.latitude - area.latitude
        east = (self.longitude - area.longitude) * cos(radians(area.latitude))
        return hypot(north, east) * _KM_A_DEGREE < _REACH_OF_A_COUNTY_KM


@dataclass(frozen=True)
class Found:
    """A place that a message names at `text[start:end]`. More than one where several have the name, the likeliest first.

    `led`: the message is nothing else, or says that somebody is, lives or goes there; otherwise the place may be named in passing.
    """

    places: tuple[Place, ...]
    start: int
    end: int
    led: bool

    @property
    def best(self) -> Place:
        return self.places[0]
