"""Who is connected, and to which session; sessions that were issued and not used yet; answers that nobody was there for.

Nothing here holds what was said.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.tokens import new_token, token_hash

_ISSUED_FOR = 24 * 3600.0
_MISSED_FOR = 24 * 3600.0
_MOST = 10_000
_MOST_MISSED = 20
_MOST_RECENT = 50

Value = TypeVar("Value")


@dataclass(eq=False, slots=True)
class Room:
    """A session: whoever is connected to it sees what is said in it. `key` is the hash of its token."""

    key: str
    conversation_id: str | None = None
    members: set[str] = field(default_factory=set)
    # Turns that were answered lately, with when.
    recent: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=_MOST_RECENT))


@dataclass(eq=False, slots=True)
class Connection:
    """One connection. `lock`: its events are handled one after another; who waits gets it in the order in which they came."""

    sid: str
    address: str
    origin: str | None
    locale: str
    room: Room | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    told_too_fast_at: float = float("-inf")


class Kept(Generic[Value]):
    """Values by key, for a while, and no more of them than a process can hold: the oldest go."""

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        self._seconds, self._now = seconds, now
        self._kept: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def put(self, key: str, value: Value) -> None:
        """Keep it from now on."""
        self._kept.pop(key, None)
        self._kept[key] = (self._now(), value)
        while len(self._kept) > _MOST or next(iter(self._kept.values()))[0] < self._now() - self._seconds:
            self._kept.popitem(last=False)

    def get(self, key: str) -> Value | None:
        """What is kept; None where there is nothing, or nothing any more."""
        found = self._kept.get(key)
        return found[1] if found is not None and found[0] >= self._now() - self._seconds else None

    def take(self, key: str) -> Value | None:
        """The same, and it is kept no longer."""
        found = self.get(key)
        self._kept.pop(key, None)
        return found


class Rooms:
    """All of them, in this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._rooms: dict[str, Room] = {}
        self._connections: dict[str, Connection] = {}
        self._issued: Kept[bool] = Kept(_ISSUED_FOR, now)
        self._missed: Kept[list[str]] = Kept(_MISSED_FOR, now)

    def __len__(self) -> int:
        return len(self._connections)

    def connected(self, connection: Connection) -> None:
        """Somebody connected."""
        self._connections[connection.sid] = connection

    def connection(self, sid: str) -> Connection | None:
        """Who that is; None where they went."""
        return self._connections.get(sid)

    def disconnected(self, sid: str) -> Room | None:
        """Somebody went; the room that they were in."""
        connection = self._connections.pop(sid, None)
        if connection is None:
            return None
        room = connection.room
        self._leave(connection)
        return room

    def issue(self) -> str:
        """A new session's token. A conversation is opened under it when something is said."""
        token = new_token()
        self._issued.put(token_hash(token), True)
        return token

    def is_issued(self, key: str) -> bool:
        """Whether it was issued here, and there was no conversation under it yet."""
        return bool(self._issued.get(key))

    def used(self, key: str) -> None:
        """There is a conversation under it. Should that be erased, whoever comes back gets another session."""
        self._issued.take(key)

    def join(self, connection: Connection, key: str, conversation_id: str | None) -> Room:
        """Let somebody into a room, out of the one that they are in."""
        self._leave(connection)
        room = self._rooms.setdefault(key, Room(key))
        room.conversation_id = conversation_id or room.conversation_id
        if connection.sid in self._connections:
            room.members.add(connection.sid)
        connection.room = room
        return room

    def room(self, key: str) -> Room | None:
        """The room of a session in which there is somebody."""
        return self._rooms.get(key)

    def of_conversation(self, conversation_id: str) -> Room | None:
        """The same by its conversation."""
        return next((room for room in self._rooms.values() if room.conversation_id == conversation_id), None)

    def answered(self, key: str, conversation_id: str, message_id: str) -> None:
        """A message was answered. It is kept which, where nobody is there."""
        room = self._rooms.get(key)
        if room is None:
            self._miss(conversation_id, [message_id])
        else:
            room.recent.append((self._now(), message_id))

    def miss_recent(self, room: Room, seconds: float) -> None:
        """The last connection went silent some time ago: what was sent since then may not have arrived."""
        if not room.members and room.conversation_id is not None:
            since = self._now() - seconds
            self._miss(room.conversation_id, [message_id for at, message_id in room.recent if at >= since])

    def take_missed(self, conversation_id: str) -> list[str]:
        """Messages whose answers nobody saw; they are told now."""
        return self._missed.take(conversation_id) or []

    def _miss(self, conversation_id: str, message_ids: list[str]) -> None:
        if message_ids:
            self._missed.put(conversation_id, [*(self._missed.get(conversation_id) or ()), *message_ids][-_MOST_MISSED:])

    def _leave(self, connection: Connection) -> None:
        room = connection.room
        if room is None:
            return
        connection.room = None
        room.members.discard(connection.sid)
        if not room.members and self._rooms.get(room.key) is room:
            del self._rooms[room.key]
