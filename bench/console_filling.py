"""A store as it is after some years: many conversations, some with all their lines, in the mixture that a study team sees."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import text

from bot.figures.weeks import week_of
from bot.store.engine import database_url, open_engine
from bot.store.event_names import FED, Event

_T = TypeVar("_T")
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SCOPE = ("NCT06141070", "NCT00000001", "NCT00000002")
"""Trials that the coordinator of the benchmark works with: some 60 % of the conversations."""
LINES = 60
"""Of the conversation whose page is measured."""
_TRIALS = ([*SCOPE, *(f"NCT{number:08}" for number in range(3, 40)), None], [40, 15, 5, *([1] * 37), 3])
_TARGETS = (None, *SCOPE, *(f"NCT{number:08}" for number in range(3, 10)))
_STAGES = (["in_progress", "finished", "handed_off", "withdrawn"], [45, 40, 10, 5])
_STATUSES = (["new", "to_call", "called", "prescreening", "enrolled", "closed"], [70, 10, 8, 4, 1, 7])
_CHANNELS = (["widget", "rest", "twilio", "slack"], [80, 12, 7, 1])
_LOCALES = (["en", "de", "es"], [85, 10, 5])
_CONSENTED = ([True, False, None], [80, 5, 15])
_VERDICTS = (["likely", "possible", "unlikely", None], [15, 25, 20, 40])
_VOCABULARY = 30_000
_WORDS_EACH = (8, 40)
_WITH_LINES = 0.2
_COLUMNS = {
    "conversations": "id channel sender token_hash trial_id locale state created_at last_at stage verdict status closed_because"
    " assigned_to taken_over_by taken_over_at waiting_since changed_at week consented decided_after",
    "messages": "event_key conversation_id position who text data intent confidence message_id shown at author delivery",
    "search_words": "word conversation_id",
    "conversation_tags": "conversation_id tag",
    "screenings": "id conversation_id number trial_id snapshot state words_version started_at",
    "contact_requests": "id conversation_id screening_id trial_id sealed text_version text_hash at",
    "delivery_targets": "id trial_id kind address secret active events created_at",
    "deliveries": "id key event target_id conversation_id body created_at next_at attempts outcome done done_at problem status",
    "channel_failures": "id conversation_id channel why attempts said_at at settled",
}


def fill(url: str, number: int, account: int) -> str:
    """Fill a migrated, empty store with so many conversations; the id of the one that has `LINES` lines."""
    chance = random.Random(7)  # noqa: S311 - not for secrets
    engine = open_engine(database_url(url), to_disk=False)
    names = [f"{chance.getrandbits(128):032x}" for _ in range(number)]
    with engine.begin() as connection:
        raw = connection.connection.dbapi_connection
        for table, rows in (
            ("conversations", _conversations(chance, names, account)),
            ("messages", _messages(chance, names)),
            ("search_words", _words(chance, names)),
            ("conversation_tags", _tags(chance, names)),
            ("screenings", _screenings(names)),
            ("contact_requests", _requests(chance, names)),
            ("delivery_targets", _targets()),
            ("deliveries", _deliveries(chance, names)),
            ("channel_failures", _failures(chance, names)),
        ):
            _insert(raw, table, rows, is_sqlite=engine.dialect.name == "sqlite")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))  # as its own housekeeping does, a little later
    engine.dispose()
    return names[0]


def _insert(raw: object, table: str, rows: Iterable[Sequence[object]], *, is_sqlite: bool) -> None:
    columns = _COLUMNS[table].split()
    cursor = raw.cursor()  # type: ignore[attr-defined]  # either driver's own connection: both are fastest in ways of their own
    if is_sqlite:
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608
        return
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _conversations(chance: random.Random, names: Sequence[str], account: int) -> Iterator[Sequence[object]]:
    for number, name in enumerate(names):
        last = NOW - timedelta(minutes=7 * number, seconds=chance.randrange(400))
        waits = chance.random() < 0.002
        taken = account if chance.random() < 0.003 else None
        status = _one_of(chance, _STATUSES)
        yield (
            name,
            _one_of(chance, _CHANNELS),
            name,
            None,
            SCOPE[0] if number == 0 else _one_of(chance, _TRIALS),
            _one_of(chance, _LOCALES),
            "open",
            _moment(last - timedelta(minutes=20)),
            _moment(last),
            _one_of(chance, _STAGES),
            _one_of(chance, _VERDICTS),
            status,
            "moved away" if status == "closed" else None,
            account if chance.random() < 0.02 else None,
            taken,
            None if taken is None else _moment(last),
            _moment(last) if waits else None,
            _moment(last),
            week_of(last - timedelta(minutes=20)),
            _one_of(chance, _CONSENTED),
            chance.randint(120, 1_800) if chance.random() < 0.5 else None,
        )


def _messages(chance: random.Random, names: Sequence[str]) -> Iterator[Sequence[object]]:
    for number, name in enumerate(names):
        if number and chance.random() > _WITH_LINES:
            continue
        for line in range(LINES if number == 0 else chance.randint(20, 40)):
            patient = line % 2 == 1
            at = NOW - timedelta(minutes=7 * number + 20 - line / 4)
            danger = patient and chance.random() < 0.001
            intent = ("safety_emergency" if danger else "inform") if patient else None
            data = None if patient else json.dumps({"custom": {"type": "question", "attribute": "age"}})
            words = " ".join(_word(chance) for _ in range(6))
            yield (
                f"{name}-{line}",
                name,
                line,
                "patient" if patient else "bot",
                words,
                data,
                intent,
                0.9 if patient else None,
                f"m{line // 2}",
                True,
                _moment(at),
                None,
                # Lines of people that nobody came back to read.
                "waiting" if not patient and chance.random() < 0.002 else None,
            )


def _words(chance: random.Random, names: Sequence[str]) -> Iterator[Sequence[object]]:
    for name in names:
        for word in sorted({"yes", *(_word(chance) for _ in range(chance.randint(*_WORDS_EACH)))}):
            yield (word, name)


def _tags(chance: random.Random, names: Sequence[str]) -> Iterator[Sequence[object]]:
    for name in names:
        if chance.random() < 0.05:
            yield (name, _one_of(chance, (["call back", "needs interpreter", "site visit"], [90, 9, 1])))


def _asking(names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Who asked to be contacted, with a number: one in ten, and not the one with lines."""
    return enumerate(names[1::10], 1)


def _screenings(names: Sequence[str]) -> Iterator[Sequence[object]]:
    for number, name in _asking(names):
        yield (number, name, 1, None, "{}", "nothing", "1", _moment(NOW))


def _requests(chance: random.Random, names: Sequence[str]) -> Iterator[Sequence[object]]:
    for number, name in _asking(names):
        # Most conversations are about another trial: as if all of these had turned to one since.
        yield (number, name, number, _one_of(chance, _TRIALS) or SCOPE[0], "sealed", "1", "hash", _moment(NOW))


def _targets() -> Iterator[Sequence[object]]:
    for number, trial in enumerate(_TARGETS, 1):
        yield (number, trial, "webhook", f"https://{number}.example.org", "sealed", True, json.dumps(list(FED)), _moment(NOW))


def _deliveries(chance: random.Random, names: Sequence[str]) -> Iterator[Sequence[object]]:
    """Four of each conversation, as if all of them had been held within the days for which the log is kept."""
    for number in range(1, 4 * len(names) + 1):
        outcome = _one_of(chance, (["delivered", "given_up", "waiting"], [9_980, 15, 5]))
        event = _one_of(chance, ([*FED, Event.TEST], [500, 100, 20, 379, 1])).value
        name, at = names[(number - 1) // 4], _moment(NOW - timedelta(seconds=5 * (4 * len(names) - number)))
        body = json.dumps({"event": event, "conversation_id": name, "trial_id": SCOPE[0], "cursor": number, "receipt": None, "at": at})
        done = outcome != "waiting"
        target = _one_of(chance, (range(1, len(_TARGETS) + 1), [90, *([1] * (len(_TARGETS) - 1))]))
        yield (number, f"{number:032x}", event, target, name, body, at, at, 1, outcome, done, at if done else None, None, 204)


def _failures(chance: random.Random, names: Sequence[str]) -> Iterator[Sequence[object]]:
    for number, name in enumerate((name for name in names if chance.random() < 0.01), 1):
        yield (number, name, "slack", "answered channel_not_found", 1, _moment(NOW), _moment(NOW), chance.random() < 0.9)


def word(rank: int) -> str:
    """The word of a rank: the first ones are in most conversations, the last ones in hardly any."""
    return f"{'abcdefghij'[rank % 10]}word{rank}"


def _word(chance: random.Random) -> str:
    # As words are spread: the n-th is there about 1/n as often as the first.
    return word(int(_VOCABULARY ** chance.random()) - 1)


def _one_of(chance: random.Random, weighted: tuple[Sequence[_T], Sequence[int]]) -> _T:
    return chance.choices(weighted[0], weighted[1])[0]


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
