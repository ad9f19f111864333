"""An event file as Rasa's SQL broker makes it."""

from __future__ import annotations

import itertools
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Broker:
    """Writes events the way `rasa.core.brokers.sql.SQLEventBroker` does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ticks = itertools.count()

    def make_file(self) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS events (id INTEGER NOT NULL, sender_id VARCHAR(255), data TEXT, PRIMARY KEY (id))"
            )

    def publish(self, sender_id: str, **event: Any) -> None:
        body = {"sender_id": sender_id, "timestamp": START.timestamp() + next(self._ticks), **event}
        self.publish_raw(sender_id, json.dumps(body))

    def publish_raw(self, sender_id: str | None, data: str) -> None:
        self.make_file()
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("INSERT INTO events (sender_id, data) VALUES (?, ?)", [sender_id, data])

    def rows(self) -> list[tuple[int, str | None, str]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute("SELECT id, sender_id, data FROM events ORDER BY id").fetchall()

    def user(self, sender_id: str, text: str, message_id: str, intent: str = "inform", confidence: float = 0.9) -> None:
        parse_data = {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": []}
        self.publish(
            sender_id, event="user", text=text, parse_data=parse_data, input_channel="trialchat", message_id=message_id, metadata={}
        )

    def bot(
        self, sender_id: str, text: str | None, buttons: list[dict[str, str]] | None = None, custom: dict[str, Any] | None = None
    ) -> None:
        data = {"elements": None, "quick_replies": None, "buttons": buttons, "attachment": None, "image": None, "custom": custom}
        self.publish(sender_id, event="bot", text=text, data=data, metadata={})

    def action(self, sender_id: str, name: str) -> None:
        self.publish(sender_id, event="action", name=name, policy="RulePolicy", confidence=1.0, action_text=None, hide_rule_turn=False)

    def turn(self, sender_id: str, text: str, message_id: str, *replies: str) -> None:
        self.user(sender_id, text, message_id)
        self.action(sender_id, "action_screening")
        for reply in replies:
            self.bot(sender_id, reply)
        self.action(sender_id, "action_listen")
