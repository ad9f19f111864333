"""Erasing asks once, and then nothing of the conversation is left in the store."""

from __future__ import annotations

import sqlalchemy as sa

from tests.conversing import Talk
from tests.people import people

FITS = people("NCT06141070")[0].answers


def test_erase_asks_before_it_erases(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("erase my answers")
    assert talk.codes == ["confirm_erase"]


def test_anything_but_a_yes_keeps_everything(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say_all("erase my answers", "hm, wait")
    assert talk.codes[0] == "kept"
    assert talk.question == "prior_radiotherapy"


def test_a_yes_leaves_nothing_of_what_was_said(talk: Talk) -> None:
    talk.until("condition", FITS)
    talk.say("adenocarcinoma of the lung")
    talk.say("erase my answers")
    reply = talk.say("Yes, erase everything")
    assert reply.erased
    assert talk.codes == ["erased", "receipt"]
    engine = sa.create_engine(str(talk.store._engine.url))
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        kept = {table: [repr(row) for row in connection.execute(sa.text(f'SELECT * FROM "{table}"'))] for table in tables}  # noqa: S608
    engine.dispose()
    # The trial's own record may name the illness. That something was erased is known, by a number that says nothing.
    assert {table for table, rows in kept.items() for row in rows if talk.conversation_id in row} == {"audit_entries", "erasures"}
    assert [table for table, rows in kept.items() for row in rows if "adenocarcinoma of the lung" in row and table != "trials"] == []


def test_the_last_words_give_a_receipt_that_is_kept(talk: Talk) -> None:
    talk.until("condition", FITS)
    talk.say("erase my answers")
    reply = talk.say("Yes, erase everything")
    with talk.store.reading() as unit:
        (erasure,) = unit.erasures()
    assert (erasure.by, erasure.counts["screenings"]) == ("patient", 1)
    assert f"Your receipt is {erasure.receipt}." in reply.messages[-1]["text"]
