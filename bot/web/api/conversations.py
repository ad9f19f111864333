"""Conversations, for programs that may read what patients told. Each read is in the audit before anything of it is answered."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from bot.store import Conversation, Unit
from bot.store.inbox_records import InboxFilter, InboxKey, shown_stage
from bot.store.records import ConversationFile, ScreeningFile, Verdict
from bot.web.api.models.conversations import (
    AnswerShape,
    ConversationItem,
    ConversationList,
    ConversationShape,
    FhirLinks,
    ScreeningShape,
    Transcript,
    TranscriptLine,
    VerdictShape,
)
from bot.web.api.operation import Call, Page
from bot.web.api.paging import cursor_of, next_page, place_of
from bot.web.api.problems import not_found

_ID = re.compile(r"[0-9a-f]{32}")
_CRITERION = re.compile(r"[IER][A-Za-z0-9_.-]{0,39}", re.ASCII)
_STATUSES = frozenset({"met", "not_met", "unknown"})


async def list_conversations(call: Call) -> Page:
    """GET /api/v1/conversations"""
    query = call.query
    older_than = None if query.after is None else InboxKey(*place_of(query.after))
    found = await asyncio.to_thread(_list, call, older_than)
    shown = found[: query.limit]
    more = None
    if len(found) > query.limit:
        more = next_page(call.request.path, query.model_dump(), after=cursor_of(shown[-1].last_at, shown[-1].id))
    return Page(ConversationList(items=[ConversationItem(**_item(one)) for one in shown], next=more), more)


async def one_conversation(call: Call) -> ConversationShape:
    """GET /api/v1/conversations/{conversation_id}"""
    file = await asyncio.to_thread(read_file, call, call.path["conversation_id"], "conversation")
    return _conversation(file)


async def transcript(call: Call) -> Page:
    """GET /api/v1/conversations/{conversation_id}/transcript"""
    name, query = call.path["conversation_id"], call.query
    lines = await asyncio.to_thread(_transcript, call, name)
    after = [line for line in lines if line.position > query.after]
    shown = after[: query.limit]
    more = None
    if len(after) > query.limit:
        more = next_page(call.request.path, query.model_dump(), after=shown[-1].position)
    return Page(Transcript(conversation_id=name, items=shown, next=more), more)


def read_file(call: Call, conversation_id: str, what: str) -> ConversationFile:
    """A conversation whole; that this key has read it is noted first."""
    with call.services.store.unit() as unit:
        _note(call, unit, _theirs(call, unit, conversation_id), what)
        file = unit.conversation_file(conversation_id)
    if file is None:
        raise not_found()
    return file


def _theirs(call: Call, unit: Unit, conversation_id: str) -> Conversation:
    """A conversation that the key may see: about one of its trials, or with a contact request for one of them."""
    found = unit.conversation(conversation_id) if _ID.fullmatch(conversation_id) else None
    if found is None or not any(map(call.key.sees_trial, (found.trial_id, *unit.trials_asked_for(found.id)))):
        raise not_found()
    return found


def _note(call: Call, unit: Unit, conversation: Conversation, what: str) -> None:
    unit.audit(
        call.key.actor,
        "api_read",
        "conversation",
        conversation.id,
        at=call.services.clock(),
        trial_id=conversation.trial_id,
        detail={"what": what},
    )


def note_listed(call: Call, unit: Unit, what: str, count: int) -> None:
    """Put into the audit that a list was read: which filters narrowed it, by their names, and how many it had."""
    trial = call.query.trial
    unit.audit(
        call.key.actor,
        "api_listed",
        "conversations",
        trial or "all",
        at=call.services.clock(),
        trial_id=trial,
        detail={"what": what, "filters": _filters(call), "count": count},
    )


def _filters(call: Call) -> list[str]:
    return sorted(name for name, value in call.query.model_dump(exclude={"limit", "after"}).items() if value is not None)


def _list(call: Call, older_than: InboxKey | None) -> list[Conversation]:
    query = call.query
    wanted = InboxFilter(trials=() if query.trial is None else (query.trial,), channel=query.channel, stage=query.stage, since=query.since)
    with call.services.store.unit() as unit:
        found = unit.list_conversations(wanted, call.key.trials, older_than=older_than, limit=query.limit + 1)
        note_listed(call, unit, "conversations", min(len(found), query.limit))
    return found


def _transcript(call: Call, conversation_id: str) -> list[TranscriptLine]:
    with call.services.store.unit() as unit:
        _note(call, unit, _theirs(call, unit, conversation_id), "transcript")
        messages = unit.messages(conversation_id)
    return [
        TranscriptLine(
            position=line.position,
            by=line.who,
            text=line.text,
            options=[str(button.get("title", "")) for button in (line.data or {}).get("buttons") or ()],
            at=line.at,
        )
        for line in messages
    ]


def _item(one: Conversation) -> dict[str, Any]:
    return {
        "id": one.id,
        "trial_id": one.trial_id,
        "channel": one.channel,
        "locale": one.locale,
        "stage": shown_stage(one),
        "verdict": one.verdict,
        "status": one.status,
        "waiting": one.waiting_since is not None,
        "created_at": one.created_at,
        "last_at": one.last_at,
    }


def _conversation(file: ConversationFile) -> ConversationShape:
    one = file.conversation
    return ConversationShape(
        **_item(one),
        consented=file.consents[-1].given if file.consents else None,
        screenings=[_screening(each) for each in file.screenings],
        fhir=FhirLinks(
            research_subject=f"/fhir/ResearchSubject/{one.id}" if one.trial_id else None,
            questionnaire_responses=[
                f"/fhir/QuestionnaireResponse/{one.id}.{each.screening.number}" for each in file.screenings if each.answers
            ],
        ),
    )


def _screening(file: ScreeningFile) -> ScreeningShape:
    found = file.screening
    return ScreeningShape(
        number=found.number,
        trial_id=found.trial_id,
        verdict=found.verdict,
        started_at=found.started_at,
        finished_at=found.finished_at,
        answers=[
            AnswerShape(attribute=each.attribute, state=each.state, value=each.value, said=each.said, at=each.at) for each in file.answers
        ],
        verdicts=[_verdict(each) for each in file.verdicts],
    )


def _verdict(found: Verdict) -> VerdictShape:
    """With which criterion stood how, and nothing else that may have been kept beside."""
    detail = found.detail if isinstance(found.detail, dict) else {}
    stood = {name: status for name, status in detail.items() if _CRITERION.fullmatch(name) and status in _STATUSES}
    return VerdictShape(trial_id=found.trial_id, verdict=found.verdict, criteria=stood, at=found.at)
