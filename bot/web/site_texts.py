"""The site's texts in one language, and the small things a language decides: dates, ages, lists."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SiteTexts:
    """`words/<locale>/site.yaml`, by section."""

    data: Mapping[str, Any]

    @property
    def locale(self) -> str:
        return str(self.data["locale"])

    @property
    def direction(self) -> str:
        return str(self.data["language"]["direction"])

    @property
    def widget(self) -> Mapping[str, str]:
        return dict(self.data["widget"])

    def section(self, name: str) -> Mapping[str, Any]:
        """One of `pages`, `summary`, `privacy`, as the templates take it."""
        return dict(self.data[name])

    def text(self, path: str, /, **filled: object) -> str:
        """The text at `pages.trial.back` and the like, with its {names} filled in."""
        found: Any = self.data
        for step in path.split("."):
            found = found[step]
        return str(found).format(**filled) if filled else str(found)

    def date(self, day: datetime.date) -> str:
        """A day as people write it in this language."""
        language = self.data["language"]
        return str(language["date"]).format(day=day.day, month=language["months"][day.month - 1], year=day.year)

    def listed(self, items: Iterable[str]) -> str:
        """Several names in one line."""
        return str(self.data["language"]["list_join"]).join(items)

    def value(self, kind: str, code: str | None) -> str:
        """A registry code (`PHASE3`) in plain words; an unknown one is shown as it is rather than lost."""
        if code is None:
            return self.text("pages.not_stated")
        named = self.data["pages"]["values"][kind].get(code)
        return str(named) if named else code.replace("_", " ").capitalize()

    def hint(self, kind: str, code: str | None) -> str | None:
        """A few more words about a code, where there are any."""
        found = self.data["pages"]["values"].get(f"{kind}_hint", {}).get(code)
        return str(found) if found else None
