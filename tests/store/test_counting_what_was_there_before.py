"""A database of the release before gets figures of the conversations that it has."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from bot.figures.counting import TICK, Decided, Selection
from bot.store import Store, migrations
from bot.store.engine import database_url as parsed
from bot.store.trial_settings import TrialFilter

NEW_YEAR = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)


def moved(database_url: str, to: str, statements: tuple[tuple[str, dict[str, Any]], ...] = ()) -> None:
    """Take a database back to a version, and put something in it as that version would."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(parsed(database_url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)
        for statement, values in statements:
            connection.execute(text(statement), values)
    engine.dispose()


def test_old_conversations_have_their_week_their_consent_their_question_and_their_time(database_url: str) -> None:
    # As both databases read a moment.
    at = {name: f"{moment:%Y-%m-%d %H:%M:%S.%f}" for name, moment in (("begun", NEW_YEAR), ("decided", NEW_YEAR + timedelta(seconds=130)))}
    conversation = (
        "INSERT INTO conversations (id, channel, sender, trial_id, locale, state, created_at, last_at) "
        "VALUES (:id, 'rest', :id, 'NCT00000001', 'en', 'open', :begun, :begun)"
    )
    screening = (
        "INSERT INTO screenings (id, conversation_id, number, snapshot, state, verdict, words_version, started_at, finished_at) "
        "VALUES (:id, :of, 1, :snapshot, 'open', :verdict, '1', :begun, :finished)"
    )
    consent = "INSERT INTO consents (id, conversation_id, text_version, text_hash, given, at) VALUES (:id, :of, '1', '0', :given, :begun)"
    open_question = json.dumps({"prompt": {"waiting": "question", "attribute": "age"}})
    ended = {"id": 2, "of": "b", "snapshot": "{}", "verdict": "likely", "finished": at["decided"], "begun": at["begun"]}
    going = {"id": 1, "of": "a", "snapshot": open_question, "verdict": None, "finished": None, "begun": at["begun"]}
    moved(
        database_url,
        "0003",
        (
            *((conversation, {"id": name, "begun": at["begun"]}) for name in "abc"),
            (screening, going),
            (screening, ended),
            (consent, {"id": 1, "of": "b", "given": True, "begun": at["begun"]}),
            (
                "INSERT INTO verdicts (id, screening_id, trial_id, verdict, at) VALUES (1, 2, 'NCT00000001', 'likely', :decided)",
                {"decided": at["decided"]},
            ),
            (
                "INSERT INTO trials (nct_id, version, record, content_hash, imported_at) VALUES ('NCT00000001', '1', '{}', '0', :begun)",
                {"begun": at["begun"]},
            ),
            (
                "INSERT INTO trial_briefs (nct_id, brief, content_hash, changed_at) VALUES ('NCT00000001', :brief, '0', :begun)",
                {"brief": json.dumps({"title": "About asthma", "status": "RECRUITING"}), "begun": at["begun"]},
            ),
        ),
    )
    store = Store(database_url)
    store.migrate()
    every = Selection(None, 202653, 202653)
    with store.reading() as unit:
        progress = {(one.consented, one.stage, one.verdict): one.count for one in unit.progress_by_week(every)}
        stopped, decided = unit.stopped_at(every, NEW_YEAR + timedelta(days=2)), unit.times_to_a_result(every)
        listed = unit.list_trials(TrialFilter(None, text="asthma", status="RECRUITING"), limit=5, most_conversations=5)
    store.dispose()
    assert progress == {(None, "in_progress", None): 1, (False, "in_progress", None): 1, (True, "finished", "likely"): 1}
    assert stopped == [("age", 1)]
    assert decided == [Decided(202653, 130 // TICK, 1)]
    assert [one.nct_id for one in listed] == ["NCT00000001"]
