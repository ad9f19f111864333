"""Whatever text is stored, and whoever wrote it: on a page it is text. Gone through by the tables and by the list of routes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import String, Text, select, update

from bot.accounts.roles import Role
from bot.store.base import Table
from bot.web.console.route import Access, PublicRoute
from bot.web.console.routes import ROUTES
from tests.console.everything import with_everything
from tests.console.house import TRIAL, Guest, House
from tests.console.test_every_route import filled, name
from tests.console.things import STRANGERS

# Columns that people, registries or other programs fill. A new column has to be put here or below.
FREE = {
    "api_keys": {"name"},
    "account_sessions": {"browser"},
    "accounts": {"name", "email"},
    "channel_messages": {"message_id"},
    "contact_requests": {"text_version"},
    "conversation_notes": {"text"},
    "conversation_tags": {"tag"},
    "conversations": {"sender", "locale", "closed_because", "taken_over_as", "channel"},
    "criteria": {"plain", "text", "reviewed_by"},
    "deliveries": {"problem"},
    "channel_failures": {"channel", "why"},
    "delivery_targets": {"address"},
    "handoffs": {"reason"},
    "messages": {"text", "intent"},
    "saved_views": {"name", "query"},
    "search_words": {"word"},
    "trial_briefs": {"title", "status"},
    "unread_messages": {"channel", "locale"},
}
# Filled by the program alone, or from texts of its own; where a trigger refuses changes, the test adds a row instead.
OURS = {
    "account_sessions": {"token_hash", "csrf"},
    "account_trials": {"trial_id"},
    "accounts": {"login", "role", "state", "password_hash", "totp_secret", "oidc_issuer", "oidc_subject"},
    "api_key_trials": {"trial_id"},
    "api_keys": {"prefix", "key_hash"},
    "answers": {"attribute", "state", "said", "message_id"},
    "audit_entries": {"actor", "action", "object_kind", "object_id", "trial_id", "previous", "digest"},
    "audit_head": {"digest", "seal"},
    "channel_addresses": {"conversation_id", "sealed"},
    "channel_failures": {"conversation_id"},
    "channel_messages": {"channel", "sender", "sealed"},
    "channel_replies": {"channel", "sender", "conversation_id", "key", "sealed"},
    "consents": {"conversation_id", "text_version", "text_hash", "message_id"},
    "contact_requests": {"conversation_id", "trial_id", "sealed", "text_hash"},
    "conversation_notes": {"conversation_id"},
    "conversation_tags": {"conversation_id"},
    "conversations": {"id", "token_hash", "trial_id", "state", "stage", "verdict", "status", "asks"},
    "criteria": {"nct_id", "criterion_id", "section", "checked_by", "status", "reading", "fingerprint", "reviewed_on"},
    "criterion_reviews": {"nct_id", "criterion_id", "fingerprint", "action", "by"},
    "deliveries": {"key", "event", "conversation_id", "outcome"},
    "delivery_targets": {"trial_id", "kind", "secret"},
    "erasures": {"receipt", "by", "trial_id", "conversation_id"},
    "events": {"event", "key", "conversation_id", "trial_id", "receipt"},
    "handoffs": {"conversation_id", "trial_id"},
    "ingest_positions": {"source"},
    "invitations": {"token_hash"},
    "known_browsers": {"token_hash"},
    "messages": {"event_key", "conversation_id", "who", "message_id", "delivery"},
    "misreadings": {"conversation_id", "event_key", "attribute"},
    "registry_records": {"nct_id", "content_hash", "origin"},
    "reveals": {"conversation_id", "what"},
    "screenings": {"conversation_id", "trial_id", "state", "verdict", "words_version", "summary_key", "contact_key"},
    "search_words": {"conversation_id"},
    "trial_briefs": {"nct_id", "content_hash"},
    "trial_settings": {"trial_id"},
    "trial_versions": {"nct_id", "version", "content_hash"},
    "trials": {"nct_id", "version", "content_hash", "made_of"},
    "turns": {"conversation_id", "message_id", "status"},
    "unread_messages": {"conversation_id", "attribute", "trial_id"},
    "verdicts": {"trial_id", "verdict"},
}
PAGES = [route for route in ROUTES if route.method == "GET" and not route.path.endswith("/events")]


def markup(of: str) -> str:
    """Text that would be an element, out of a text and out of an attribute alike."""
    return f"\"'><xss-{re.sub(r'[^a-z]', '', of)}>"


class Elements(HTMLParser):
    """The names of all elements of a page, and of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(attribute for attribute, _ in attrs)}


def test_every_column_of_text_is_somebodys_or_ours() -> None:
    found = {
        table.name: {column.name for column in table.columns if isinstance(column.type, String | Text)}
        for table in Table.metadata.sorted_tables
    }
    both = {table: FREE.get(table, set()) | OURS.get(table, set()) for table in FREE.keys() | OURS.keys()}
    assert {table: columns for table, columns in found.items() if columns} == both


def _spoil(house: House, conversation: str) -> None:
    """Write markup into every text that is not ours."""
    with house.store.unit() as unit:
        screening = unit.current_screening(conversation)
        assert screening is not None
        unit.add_answer(screening.id, attribute="condition", state="known", value=[markup("value")], said=markup("said"), at=house.clock())
        unit.audit("system", markup("action"), markup("kind"), markup("object"), at=house.clock(), detail={"is": markup("detail")})
        session = unit._session
        for table in Table.metadata.sorted_tables:
            for column in FREE.get(table.name, ()):
                # Rows that must differ get markup that differs.
                for number, key in enumerate(session.execute(select(*table.primary_key.columns)).all()):
                    where = [column_ == value for column_, value in zip(table.primary_key.columns, key, strict=True)]
                    text = f"{number or ''}{markup(f'{table.name}{column}')}"
                    longest = getattr(table.columns[column].type, "length", None)
                    session.execute(update(table).where(*where).values({column: text[:longest] if longest else text}))
        for row in session.execute(select(Table.metadata.tables["messages"].c["event_key"])).scalars().all():
            data: dict[str, Any] = {
                "buttons": [{"title": markup("button"), "payload": "#" + markup("payload")}],
                "custom": {"type": "notice", "code": markup("code")},
            }
            messages = Table.metadata.tables["messages"]
            session.execute(update(messages).where(messages.c["event_key"] == row, messages.c["who"] == "bot").values(data=data))
        for kind in ("trials", "trial_versions"):
            records = Table.metadata.tables[kind]
            for number, record in session.execute(select(records.c["nct_id"], records.c["record"])).all():
                spoilt = _prose(record)
                session.execute(update(records).where(records.c["nct_id"] == number).values(record=spoilt, content_hash=f"spoilt {kind}"))
        session.expire_all()


def _prose(part: Any) -> Any:
    """A record with markup behind every text of several words."""
    match part:
        case dict():
            return {key: _prose(value) for key, value in part.items()}
        case list():
            return [_prose(value) for value in part]
        case str() if part.count(" ") > 2 and "{" not in part:
            return f"{part} {markup('record')}"
    return part


@pytest.fixture
async def spoilt(house: House) -> tuple[House, str]:
    """A house full of markup, and a conversation with everything in it."""
    conversation = with_everything(house)
    for make in STRANGERS.values():
        make(house)
    _spoil(house, conversation)
    return house, conversation


@pytest.fixture
async def guest(spoilt: tuple[House, str]) -> AsyncIterator[Guest]:
    house, conversation = spoilt
    account = house.account(Role.ADMINISTRATOR)
    guest = Guest(house).arrive(account)
    with house.store.unit() as unit:
        (session,) = (row.id for row in unit.account_sessions(account.id))
        for what in ("answers", "contact"):
            unit.save_view(account.id, markup("view"), "stage=finished")
            unit.reveal(session, conversation, what, house.clock() + timedelta(minutes=15))
    yield guest
    await guest.close()


def addresses(house: House, conversation: str) -> Iterator[tuple[str, str]]:
    """Every page of the console, of the conversation that has everything, and the site's pages with texts of others."""
    things = {**STRANGERS, "conversation": lambda _house: conversation}
    for route in PAGES:
        if isinstance(route, PublicRoute) or route.needs is not Access.HALF:
            yield name(route), filled(house, route, things)
    yield "the site", "/"
    yield "a trial", f"/trials/{TRIAL}"


async def test_what_is_stored_is_text_on_every_page(spoilt: tuple[House, str], guest: Guest) -> None:
    house, conversation = spoilt
    seen: set[str] = set()
    for route, address in addresses(house, conversation):
        async with guest.session.get(address) as response:
            assert response.status in {200, 404, 409}, (route, response.status)
            if response.content_type != "text/html":
                continue
            html = await response.text()
        assert not {element for element in Elements(html).names if element.startswith("xss")}, route
        seen |= set(re.findall(r"&lt;xss-([a-z]+)", html))
    # Not in vain: the pages did show what was written into them.
    assert {
        "accountsname",
        "conversationnotestext",
        "conversationtagstag",
        "messagestext",
        "view",
        "said",
        "record",
        "detail",
    } <= seen
