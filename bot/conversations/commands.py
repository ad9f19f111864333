"""`trialchat transcript` on the command line."""

from __future__ import annotations

import json
import sqlite3

import click

from bot.conversations.transcripts import EventReader, Transcript, find_transcript
from bot.many.engine_events import queued_events
from bot.settings import Settings, SettingsError
from bot.store import Message, Store, StoreError

_WHO = {"patient": "Patient", "bot": "Bot"}


@click.command()
@click.argument("conversation")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def transcript(conversation: str, as_json: bool) -> None:
    """Print one conversation whole.

    CONVERSATION is its id, or the sender that an integrator gave it.
    """
    try:
        settings = Settings.from_environment()
        store = Store(settings.database_url)
        try:
            store.check()
            (queued_events(settings, store) or EventReader(store, settings.events_database)).ingest()
            found = find_transcript(store, conversation)
        finally:
            store.dispose()
    except (SettingsError, StoreError) as problem:
        raise click.ClickException(str(problem)) from None
    except sqlite3.Error as problem:
        raise click.ClickException(f"the engine's events cannot be read: {settings.events_database}: {problem}") from None
    if found is None:
        raise click.ClickException(f"there is no conversation {conversation} in this store; it may have been erased")
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else as_text(found))


def as_text(found: Transcript) -> str:
    """A transcript for reading: who said what, when, and which quick replies there were."""
    about = found.conversation
    head = [
        f"Conversation {about.id} ({about.channel}, {about.sender})",
        f"Trial {about.trial_id or 'not chosen'}, language {about.locale}, {about.state}, begun {about.created_at:%Y-%m-%d %H:%M} UTC",
    ]
    return "\n".join([*head, "", *(_line(message) for message in found.messages)])


def _line(message: Message) -> str:
    indent = " " * 18
    text = message.text.replace("\n", f"\n{indent}")
    lines = [f"{message.at:%H:%M:%S}  {_WHO[message.who]:<7} {text}".rstrip()]
    data = message.data or {}
    if message.who == "bot" and data.get("buttons"):
        lines.append(indent + " ".join(f"[{button.get('title', '')}]" for button in data["buttons"]))
    if message.who == "bot" and not message.text and data.get("custom"):
        lines.append(f"{indent}({data['custom'].get('type', 'custom')})")
    return "\n".join(lines)
