"""Every operation of the API. What is not listed here is not there; routes, description, docs and tests go through this list."""

from __future__ import annotations

from bot.accounts.api_keys import Scope
from bot.web.api import conversations, events, fhir, handoffs, screenings, trials
from bot.web.api.facts import request_model
from bot.web.api.models.attributes import AttributeList
from bot.web.api.models.base import LocaleQuery
from bot.web.api.models.conversations import ConversationList, ConversationShape, ConversationsQuery, Transcript, TranscriptQuery
from bot.web.api.models.events import EventList, EventsQuery
from bot.web.api.models.fhir import FhirCapabilities, FhirQuestionnaire, FhirResponse, FhirStudy, FhirSubject
from bot.web.api.models.handoffs import Contact, HandoffList, HandoffsQuery
from bot.web.api.models.screenings import ScreeningResult
from bot.web.api.models.trials import CriterionList, Trial, TrialList, TrialsQuery
from bot.web.api.operation import FHIR_JSON, Operation
from bot.words import Library

V1 = "/api/v1"


def operations(library: Library) -> tuple[Operation, ...]:
    """All of them, in the order in which they are described. What facts can be sent depends on the attributes."""
    facts = request_model(library.attributes, library.in_locale(None))
    return (*_OF_TRIALS, _screening(facts), *_OF_CONVERSATIONS, *_OF_FHIR)


_OF_TRIALS = (
    Operation("GET", f"{V1}/trials", "listTrials", "trials", Scope.TRIALS, trials.list_trials, TrialList, query=TrialsQuery, cached=True),
    Operation(
        "GET",
        f"{V1}/trials/{{nct_id}}",
        "getTrial",
        "trials",
        Scope.TRIALS,
        trials.one_trial,
        Trial,
        query=LocaleQuery,
        cached=True,
        finds=True,
    ),
    Operation(
        "GET",
        f"{V1}/trials/{{nct_id}}/criteria",
        "listCriteria",
        "trials",
        Scope.TRIALS,
        trials.criteria,
        CriterionList,
        query=LocaleQuery,
        cached=True,
        finds=True,
    ),
    Operation(
        "GET",
        f"{V1}/attributes",
        "listAttributes",
        "trials",
        Scope.TRIALS,
        trials.attributes,
        AttributeList,
        query=LocaleQuery,
        cached=True,
    ),
)


def _screening(facts: type) -> Operation:
    return Operation(
        "POST", f"{V1}/screenings", "screen", "screening", Scope.SCREEN, screenings.screen, ScreeningResult, body=facts, finds=True
    )


_OF_CONVERSATIONS = (
    Operation(
        "GET",
        f"{V1}/conversations",
        "listConversations",
        "conversations",
        Scope.CONVERSATIONS,
        conversations.list_conversations,
        ConversationList,
        query=ConversationsQuery,
    ),
    Operation(
        "GET",
        f"{V1}/conversations/{{conversation_id}}",
        "getConversation",
        "conversations",
        Scope.CONVERSATIONS,
        conversations.one_conversation,
        ConversationShape,
        finds=True,
    ),
    Operation(
        "GET",
        f"{V1}/conversations/{{conversation_id}}/transcript",
        "getTranscript",
        "conversations",
        Scope.CONVERSATIONS,
        conversations.transcript,
        Transcript,
        query=TranscriptQuery,
        finds=True,
    ),
    Operation(
        "GET",
        f"{V1}/handoffs",
        "listHandoffs",
        "handoffs",
        Scope.CONVERSATIONS,
        handoffs.list_handoffs,
        HandoffList,
        query=HandoffsQuery,
    ),
    Operation(
        "GET",
        f"{V1}/handoffs/{{handoff_id}}/contact",
        "getContact",
        "handoffs",
        Scope.CONTACTS,
        handoffs.contact,
        Contact,
        finds=True,
        more_problems=("unreadable",),
    ),
    Operation("GET", f"{V1}/events", "listEvents", "events", Scope.EVENTS, events.list_events, EventList, query=EventsQuery),
)
_OF_FHIR = (
    Operation("GET", "/fhir/metadata", "getCapabilities", "fhir", None, fhir.capabilities, FhirCapabilities, media_type=FHIR_JSON),
    *(
        Operation(
            "GET", f"/fhir/{kind}/{{id}}", f"read{kind}", "fhir", Scope(fhir.SCOPES[kind]), handler, model, finds=True, media_type=FHIR_JSON
        )
        for kind, handler, model in (
            ("ResearchStudy", fhir.study, FhirStudy),
            ("Questionnaire", fhir.questionnaire, FhirQuestionnaire),
            ("QuestionnaireResponse", fhir.response, FhirResponse),
            ("ResearchSubject", fhir.subject, FhirSubject),
        )
    ),
)
