"""Words of conversations: which are kept, when they are filled in, and that they go when the conversation goes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select, text

from bot.store import NewMessage, Store
from bot.store.console_tables import SearchWordRow, TagRow
from bot.store.records import Who

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _line(key: str, text: str, who: Who = "patient", *, shown: bool = True) -> NewMessage:
    return NewMessage(event_key=key, who=who, text=text, at=NOON, shown=shown)


def _words(store: Store) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with store.reading() as unit:
        for row in unit._session.scalars(select(SearchWordRow)):
            found.setdefault(row.conversation_id, set()).add(row.word)
    return found


def _conversation(store: Store, *lines: NewMessage) -> str:
    with store.unit() as unit:
        one = unit.open_conversation(channel="widget", at=NOON)
        unit.add_messages(one.id, lines)
    return one.id


def test_what_patients_and_coordinators_wrote_is_found_and_not_what_the_bot_says(store: Store) -> None:
    name = _conversation(
        store,
        _line("1", "Lung cancer"),
        _line("2", "How old are you?", "bot"),
        _line("3", "I call you, Müller", "coordinator"),
        _line("4", "hidden", shown=False),
    )
    assert _words(store) == {name: {"lung", "cancer", "i", "call", "you", "muller"}}


def test_a_word_that_comes_again_is_kept_once_and_a_line_that_was_there_adds_nothing(store: Store) -> None:
    name = _conversation(store, _line("1", "yes"))
    with store.unit() as unit:
        unit.add_messages(name, [_line("1", "other"), _line("2", "Yes yes")])
    assert _words(store) == {name: {"yes"}}


def test_conversations_of_an_older_release_are_filled_in_once_a_few_at_a_time(store: Store) -> None:
    names = sorted(_conversation(store, _line(f"{number}", f"word{number}"), _line(f"b{number}", "no", "bot")) for number in range(5))
    before = _words(store)
    with store.unit() as unit:
        unit._session.execute(delete(SearchWordRow))
    steps: list[str | None] = [""]
    while (after := steps[-1]) is not None:
        with store.unit() as unit:
            steps.append(unit.fill_search_words(after, at_once=2))
    assert steps == ["", names[1], names[3], names[4], None]
    assert _words(store) == before
    with store.unit() as unit:
        unit._session.execute(delete(SearchWordRow))
        assert unit.fill_search_words() is None
    assert _words(store) == {}


def test_filling_in_leaves_alone_what_is_there(store: Store) -> None:
    _conversation(store, _line("1", "yes"))
    before = _words(store)
    with store.unit() as unit:
        assert unit.fill_search_words() is not None
    assert _words(store) == before


def test_an_erased_conversation_leaves_no_word_and_no_tag(store: Store) -> None:
    erased, kept = _conversation(store, _line("1", "yes")), _conversation(store, _line("2", "yes"))
    with store.unit() as unit:
        unit.add_tag(erased, "call back", NOON)
        unit.erase_conversation(erased, by="patient", at=NOON)
    assert _words(store) == {kept: {"yes"}}
    with store.reading() as unit:
        assert unit._session.scalars(select(TagRow)).all() == []


def test_words_stand_in_the_order_of_code_points_whatever_the_database_sorts_by(store: Store) -> None:
    """The beginning of a word is looked for as a stretch of this order."""
    if store.backend != "postgresql":
        return
    with store.reading() as unit:
        collation = unit._session.scalar(
            text(
                "SELECT collname FROM pg_attribute JOIN pg_collation ON pg_collation.oid = attcollation"
                " WHERE attrelid = 'search_words'::regclass AND attname = 'word'"
            )
        )
    assert collation == "C"
