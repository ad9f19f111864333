"""The turn of a conversation that has become long, beside that of one that has just begun.

At the product's REST door. Conversations are brought to their lengths first; then turns of short and long ones alternate, so that all
meet the same noise. People answer and take back, a turn each, so that what is said is alike everywhere.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from bench.tables import show
from tests.people import people
from tests.product import Product, running_product

LENGTHS = (5, 50, 100, 200)
#: Turns that are measured: so many around each length, whatever comes and goes with every second or third turn.
AROUND = 6
ROUNDS = 5


@dataclass
class Person:
    """Answers the open question, takes it back, answers it again."""

    product: Product
    answers: dict[str, str]
    sender: str = field(default_factory=lambda: str(uuid.uuid4()))
    turns: int = 0
    question: str | None = None

    def turn(self) -> float:
        """Say what comes next; how long the answer took."""
        self.turns += 1
        text = "hello" if self.question is None else self.answers[self.question] if self.turns % 2 or self.turns < 4 else "go back"
        begun = time.perf_counter()
        messages = self.product.send(self.sender, text, {"trial_id": "NCT06141070"})
        took = time.perf_counter() - begun
        asked = [message["custom"]["attribute"] for message in messages if message.get("custom", {}).get("type") == "question"]
        if not asked:
            raise RuntimeError(f"no question at turn {self.turns}, after {text!r}")
        self.question = asked[-1]
        return took


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home, running_product(Path(home)) as product:
        timings = measure(product)
    show(
        f"A turn of a conversation that has so many already (ms); {ROUNDS} conversations of each length",
        {f"turns {begin(length)} to {begin(length) + AROUND - 1}": timings[length] for length in LENGTHS},
        beside=f"turns {begin(LENGTHS[0])} to {begin(LENGTHS[0]) + AROUND - 1}",
    )


def begin(length: int) -> int:
    """The first of the turns around a length that are measured."""
    return length - AROUND // 2 + 1


def measure(product: Product) -> dict[int, list[float]]:
    """Seconds of the turns around each length."""
    answers = people("NCT06141070")[0].answers
    rounds = [{length: Person(product, answers) for length in LENGTHS} for _ in range(ROUNDS)]
    for turn in range(1, begin(max(LENGTHS))):
        # In turns, as people would: a conversation may not go on faster than five times a second.
        for grown in rounds:
            for length, person in grown.items():
                if turn < begin(length):
                    person.turn()
    timings: dict[int, list[float]] = {length: [] for length in LENGTHS}
    for grown in rounds:
        for _ in range(AROUND):
            for length, person in grown.items():
                timings[length].append(person.turn())
    return timings
