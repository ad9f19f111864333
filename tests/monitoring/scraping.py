"""Reading `GET /metrics` as Prometheus does."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from tests.web.conftest import METRICS_KEY, Door

KEY = {"Authorization": f"Bearer {METRICS_KEY}"}


@dataclass
class Scraped:
    """What was read at one time."""

    text: str
    samples: dict[str, list[tuple[dict[str, str], float]]]

    def value(self, name: str, **labels: str) -> float:
        """A sample's value; 0 where there is none."""
        return sum(value for found, value in self.samples.get(name, []) if labels.items() <= found.items())

    @property
    def label_names(self) -> dict[str, set[str]]:
        """Which labels each sample had."""
        return {name: {label for labels, _ in found for label in labels} for name, found in self.samples.items()}


async def scrape(door: Door) -> Scraped:
    """All of it, now."""
    async with door.client.get("/metrics", headers=KEY) as response:
        assert response.status == 200, await response.text()
        assert response.headers["Content-Type"].startswith("text/plain")
        assert response.headers["Cache-Control"] == "no-store"
        text = await response.text()
    samples: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
    return Scraped(text, samples)
