"""People who all write at once, in a process of their own: reads what to do as JSON, prints what came of it as JSON.

`python -m bench.load_driver` with a `Plan` as JSON on its standard input. The people are those of `tests/personas`; where no question is
open any more, the next conversation begins, until each has had its number of turns.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from tests.people import Person, people

TRIAL = "NCT06141070"
INTERRUPTION = "what phase is this trial?"
#: Every so many turns of a person, that is asked instead of the answer given.
INTERRUPTS_EVERY = 5


@dataclass(frozen=True)
class Plan:
    """Who writes how much to whom.

    ``bases``: for each product its address and a key of its REST channel; people are dealt out in turn. Where ``channel`` is "rasa", it is
    Rasa's own REST channel, which takes no key. ``pause``: seconds between an answer and the next message, from and to; none for a
    closed loop.
    """

    bases: Sequence[tuple[str, str]]
    conversations: int
    turns: int
    pause: tuple[float, float] | None = None
    channel: str = "rest"


@dataclass
class Outcome:
    """What came of it."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    took: float = 0.0


async def drive(plan: Plan) -> Outcome:
    """Let all of them write."""
    outcome, known = Outcome(), people(TRIAL)
    async with ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=120)) as session:
        begun = time.perf_counter()
        await asyncio.gather(*(_write(session, plan, number, known[number % len(known)], outcome) for number in range(plan.conversations)))
        outcome.took = time.perf_counter() - begun
    return outcome


async def _write(session: ClientSession, plan: Plan, number: int, person: Person, outcome: Outcome) -> None:
    base, key = plan.bases[number % len(plan.bases)]
    chance = Random(number)  # noqa: S311 - not for secrets
    sender, question = str(uuid.uuid4()), None
    for turn in range(plan.turns):
        if plan.pause is not None:
            # The first messages do not come all at the same moment, as those of people do not.
            await asyncio.sleep(chance.uniform(*plan.pause) if turn else chance.uniform(0, plan.pause[1]))
        text = "hello" if question is None else INTERRUPTION if turn % INTERRUPTS_EVERY == INTERRUPTS_EVERY - 1 else person.answer(question)
        begun = time.perf_counter()
        try:
            messages = await _send(session, plan.channel, base, key, sender, text, number)
        except (ClientError, TimeoutError, RuntimeError) as problem:
            outcome.errors[str(problem) if isinstance(problem, RuntimeError) else type(problem).__name__] += 1
            continue
        outcome.seconds.append(time.perf_counter() - begun)
        if plan.channel == "rasa":
            question = "age"  # an echo asks nothing, and is told something all the same
            continue
        asked = [message["custom"]["attribute"] for message in messages if message.get("custom", {}).get("type") == "question"]
        question = asked[-1] if asked else None
        if question is None:
            sender = str(uuid.uuid4())


async def _send(session: ClientSession, channel: str, base: str, key: str, sender: str, text: str, number: int) -> list[dict[str, Any]]:
    # Each writes from an address of its own, as a proxy would tell it.
    address = f"10.0.{number // 250}.{number % 250}"
    header = {"Authorization": f"Bearer {key}", "X-Forwarded-For": address} if channel == "rest" else {}
    body = {"sender": sender, "message": text, "metadata": {"trial_id": TRIAL}}
    async with session.post(f"{base}/webhooks/rest/webhook", json=body, headers=header) as response:
        if response.status != 200:
            raise RuntimeError(f"status {response.status}")
        messages: list[dict[str, Any]] = await response.json()
    return messages


def main() -> None:
    """Do what standard input says."""
    given = json.load(sys.stdin)
    outcome = asyncio.run(drive(Plan(**given)))
    # Not by `asdict`: of a counter that makes a count of its pairs.
    json.dump({"seconds": outcome.seconds, "errors": dict(outcome.errors), "took": outcome.took}, sys.stdout)


if __name__ == "__main__":
    main()
