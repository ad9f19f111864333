"""What the store hands out: frozen values, never rows that are tied to a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

Json = Any
JsonObject = dict[str, Any]

AnswerState = Literal["known", "unsure", "declined", "unread"]
TurnStatus = Literal["pending", "failed", "done"]
Who = Literal["patient", "bot", "coordinator"]
DeliveryState = Literal["waiting", "delivered"]
Stage = Literal["in_progress", "finished", "handed_off", "withdrawn"]
AccountState = Literal["invited", "active", "disabled"]
WorkStatus = Literal["new", "to_call", "called", "prescreening", "enrolled", "closed"]
TargetKind = Literal["mail", "webhook"]
DeliveryOutcome = Literal["waiting", "delivered", "given_up"]
CriterionStatus = Literal["reviewed", "unreviewed"]
# In the order in which lists have them.
STAGES: tuple[Stage, ...] = get_args(Stage)
WORK_STATUSES: tuple[WorkStatus, ...] = get_args(WorkStatus)
OUTCOMES: tuple[DeliveryOutcome, ...] = get_args(DeliveryOutcome)
VERDICTS = ("likely", "possible", "unlikely")
ReviewAction = Literal["approved", "edited", "returned"]


@dataclass(frozen=True, slots=True)
class StoredTrial:
    """The current version of a trial's record."""

    nct_id: str
    version: str
    record: JsonObject
    content_hash: str
    imported_at: datetime
    made_of: str | None = None


@dataclass(frozen=True, slots=True)
class TrialBrief:
    """What a search among all trials needs of one."""

    nct_id: str
    brief: JsonObject
    content_hash: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class BriefCriterion:
    """A criterion as a search needs it."""

    criterion_id: str
    section: str
    checked_by: str
    rule: JsonObject | None
    status: CriterionStatus


@dataclass(frozen=True, slots=True)
class RegistryRecord:
    """A trial's study as the registry gave it, and where it was found."""

    nct_id: str
    study: JsonObject
    content_hash: str
    origin: str
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class CriterionReview:
    """A decision about the criterion of an official text."""

    nct_id: str
    criterion_id: str
    fingerprint: str
    action: ReviewAction
    by: str
    at: datetime
    rule: JsonObject | None = None
    words: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class TrialVersion:
    """One version of a record that was current at some time."""

    nct_id: str
    version: str
    content_hash: str
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class NewCriterion:
    """A criterion to store; its position is its place in the list it comes in."""

    criterion_id: str
    section: str
    checked_by: str
    plain: str
    rule: JsonObject | None = None
    status: CriterionStatus = "unreviewed"
    text: str | None = None
    span: tuple[int, int] | None = None
    reading: str | None = None
    fingerprint: str | None = None
    reviewed_by: str | None = None
    reviewed_on: str | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """A stored criterion of the current version of a trial."""

    nct_id: str
    criterion_id: str
    section: str
    position: int
    checked_by: str
    plain: str
    rule: JsonObject | None
    status: CriterionStatus
    text: str | None = None
    span: tuple[int, int] | None = None
    reading: str | None = None
    fingerprint: str | None = None
    reviewed_by: str | None = None
    reviewed_on: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's conversation in one channel."""

    id: str
    channel: str
    sender: str
    token_hash: str | None
    trial_id: str | None
    locale: str
    state: str
    created_at: datetime
    last_at: datetime
    stage: Stage = "in_progress"
    verdict: str | None = None
    status: WorkStatus = "new"
    closed_because: str | None = None
    assigned_to: int | None = None
    taken_over_by: int | None = None
    taken_over_at: datetime | None = None
    taken_over_as: str | None = None
    waiting_since: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Screening:
    """One run through a trial's questions; a conversation may have several, numbered from 1."""

    id: int
    conversation_id: str
    number: int
    trial_id: str | None
    snapshot: JsonObject
    state: str
    verdict: str | None
    words_version: str
    started_at: datetime
    finished_at: datetime | None
    summary_key: str | None
    contact_key: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, once; a correction is another answer."""

    id: int
    screening_id: int
    attribute: str
    state: AnswerState
    value: Json
    said: str
    message_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict as it stood when it was given, with its reasons."""

    id: int
    screening_id: int
    trial_id: str
    verdict: str
    detail: Json
    at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """Which text was shown, and whether the person agreed to it."""

    id: int
    conversation_id: str
    screening_id: int | None
    text_version: str
    text_hash: str
    given: bool
    message_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person was pointed to (or asked for) somebody to talk to."""

    id: int
    conversation_id: str
    screening_id: int | None
    trial_id: str | None
    reason: str
    detail: Json
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody of the study team wrote down about a conversation."""

    id: int
    conversation_id: str
    account_id: int
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Misreading:
    """What a misread message meant, as `trialchat read` writes it (contract, section 8), and who says so."""

    id: int
    conversation_id: str
    event_key: str
    account_id: int
    author: str
    attribute: str | None
    meant: JsonObject
    at: datetime


@dataclass(frozen=True, slots=True)
class FlaggedMessage:
    """A misread message with what it meant, to learn from."""

    id: int
    text: str
    locale: str
    attribute: str | None
    meant: JsonObject


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a client and what it was answered, so that a repeat gets the same answer.

    ``handled_at`` is set when the engine's events show that it finished the turn, whether or not its reply arrived.
    """

    conversation_id: str
    message_id: str
    status: TurnStatus
    replies: list[JsonObject]
    started_at: datetime
    handled_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A line of a transcript, to be added after those that are there.

    ``delivery``: "waiting" for a line that the patient did not ask for, and that has to be brought to them.
    """

    event_key: str
    who: Who
    text: str
    at: datetime
    data: JsonObject | None = None
    intent: str | None = None
    confidence: float | None = None
    message_id: str | None = None
    shown: bool = True
    author: int | None = None
    delivery: DeliveryState | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A line of a transcript. ``message_id`` is the turn it belongs to; ``delivery`` is for lines that belong to none (`NewMessage`)."""

    conversation_id: str
    event_key: str
    position: int
    who: Who
    text: str
    data: JsonObject | None
    intent: str | None
    confidence: float | None
    message_id: str | None
    shown: bool
    at: datetime
    author: int | None = None
    delivery: DeliveryState | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in to the console. `trials` counts only without `all_trials`."""

    id: int
    login: str
    name: str
    email: str | None
    role: str
    all_trials: bool
    trials: frozenset[str]
    state: AccountState
    password_hash: str | None
    password_changed_at: datetime | None
    totp_secret: str | None
    totp_step: int | None
    recovery_hashes: tuple[str, ...]
    oidc_issuer: str | None
    oidc_subject: str | None
    failures: int
    locked_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountSession:
    """A browser that somebody signed in with; not `complete` until the second factor was given, where there is one."""

    id: int
    account_id: int
    csrf: str
    complete: bool
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser that an account was signed in with before, and how often in a row a proof that came from it was wrong."""

    id: int
    account_id: int
    failures: int
    locked_until: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link by which somebody sets a password, once and for a time; `used_at` is also set where a newer link replaced it."""

    id: int
    account_id: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """How somebody wants to be reached about one trial, `sealed`. `site` is facility and place as the record has them; None: whichever."""

    id: int
    conversation_id: str
    screening_id: int
    trial_id: str
    site: JsonObject | None
    sealed: str
    text_version: str
    text_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryTarget:
    """Whom to tell: an address for mail, or a URL with the sealed secret that it is signed with. `trial_id` None: of all trials."""

    id: int
    trial_id: str | None
    kind: TargetKind
    address: str
    secret: str | None
    active: bool
    # The names of what they are told.
    events: frozenset[str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to be sent, or that was. `attempts` counts the tries that began; `problem` is why the last one failed.

    `status` is what the receiver answered last, where it answered.
    """

    id: int
    key: str
    event: str
    target_id: int
    conversation_id: str | None
    body: JsonObject
    created_at: datetime
    next_at: datetime
    attempts: int
    outcome: DeliveryOutcome
    done_at: datetime | None
    problem: str | None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """That a conversation was erased: by whom (`patient`, `account:<id>`, `retention`, `system`), and how many rows of each table went.

    `completed_at` is None as long as the engine's own files may still hold something of it; `conversation_id` is kept so long,
    and no longer.
    """

    number: int
    receipt: str
    by: str
    trial_id: str | None
    counts: Mapping[str, int]
    at: datetime
    conversation_id: str | None
    settles_at: datetime
    completed_at: datetime | None
    # The trials whose readers were told something of it; known in the transaction that erases, and never again.
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ScreeningFile:
    """A screening with everything that was answered and concluded in it, oldest first."""

    screening: Screening
    answers: tuple[Answer, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class ConversationFile:
    """A conversation with its screenings, first to last, and its replies to consent texts; without what was said."""

    conversation: Conversation
    screenings: tuple[ScreeningFile, ...]
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which conversations to export; what is empty does not narrow it. They began at `since` or later, and before `until`."""

    trial: str = ""
    stage: str = ""
    verdict: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
