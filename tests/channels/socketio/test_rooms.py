"""What is remembered of connections, for how long, and what of it is let go."""

from __future__ import annotations

from bot.tokens import token_hash
from bot.web.socketio.rooms import Connection, Rooms

HOUR = 3600.0


class Times:
    """A clock."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def somebody(rooms: Rooms, sid: str, key: str, conversation: str | None = "c") -> Connection:
    connection = Connection(sid, "192.0.2.1", None, "en")
    rooms.connected(connection)
    rooms.join(connection, key, conversation)
    return connection


def test_an_issued_session_is_known_for_a_day_or_until_there_is_a_conversation() -> None:
    clock = Times()
    rooms = Rooms(clock)
    first, second = token_hash(rooms.issue()), token_hash(rooms.issue())
    rooms.used(second)
    assert rooms.is_issued(first)
    assert not rooms.is_issued(second)
    clock.now = 25 * HOUR
    assert not rooms.is_issued(first)


def test_no_more_sessions_are_remembered_than_a_process_can_hold() -> None:
    rooms = Rooms(Times())
    first = token_hash(rooms.issue())
    keys = [token_hash(rooms.issue()) for _ in range(10_000)]
    assert not rooms.is_issued(first)
    assert rooms.is_issued(keys[0])


def test_answers_for_whom_nobody_was_there_are_told_once() -> None:
    rooms = Rooms(Times())
    somebody(rooms, "a", "key")
    rooms.answered("key", "c", "m1")
    rooms.disconnected("a")
    rooms.answered("key", "c", "m2")
    assert rooms.take_missed("c") == ["m2"]
    assert rooms.take_missed("c") == []


def test_what_was_sent_to_somebody_who_had_gone_unnoticed_is_told_again() -> None:
    clock = Times()
    rooms = Rooms(clock)
    somebody(rooms, "a", "key")
    rooms.answered("key", "c", "m1")
    clock.now = 60.0
    rooms.answered("key", "c", "m2")
    clock.now = 70.0
    room = rooms.disconnected("a")
    assert room is not None
    rooms.miss_recent(room, 45)
    assert rooms.take_missed("c") == ["m2"]


def test_in_a_room_with_others_nothing_was_missed() -> None:
    rooms = Rooms(Times())
    somebody(rooms, "a", "key")
    somebody(rooms, "b", "key")
    rooms.answered("key", "c", "m1")
    room = rooms.disconnected("a")
    assert room is not None
    rooms.miss_recent(room, 45)
    assert rooms.take_missed("c") == []
    assert rooms.of_conversation("c") is room


def test_a_room_is_gone_with_the_last_of_its_members() -> None:
    rooms = Rooms(Times())
    one = somebody(rooms, "a", "key")
    rooms.join(one, "other", None)
    assert rooms.room("key") is None
    assert rooms.disconnected("a") is not None
    assert rooms.room("other") is None
    assert rooms.disconnected("a") is None
    assert len(rooms) == 0
