"""How conversations become what is exported: de-identified after HIPAA's Safe Harbor, or as they are.

45 CFR 164.514(b)(2) lists 18 kinds of identifiers. `docs/de-identification.md` has each of them with what happens to it here. The
rule of this module is the safer one: it does not take identifiers out, it lets through what is known to be none.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final

from bot.criteria.operators import NEVER
from bot.exports.shown import NINETY, Ninety, ShownAnswer, ShownConversation, ShownScreening, ShownState, ShownValue, ShownVerdict
from bot.screening.attributes import AnswerType, Attribute, Attributes, canonical
from bot.store.records import Answer, ConversationFile, ScreeningFile, Verdict

AGE: Final = "age"
OLDEST_SHOWN: Final = 89
"""Years of age. What is above is one group: 45 CFR 164.514(b)(2)(i)(C)."""
_LONGEST_AGO = OLDEST_SHOWN * 365
_STATUSES = frozenset({"met", "not_met", "unknown"})
_CRITERION = re.compile(r"[IER][A-Za-z0-9_.-]{0,39}", re.ASCII)
_TRIAL = re.compile(r"NCT\d{8}", re.ASCII)


class Showing(ABC):
    """What becomes of each conversation. Its id is replaced by one that is made with a key of this export alone."""

    def __init__(self, key: bytes) -> None:
        """`key` is random, used for one export and thrown away: with it goes the way back from the ids of that export."""
        self._key = key

    def export_id(self, conversation_id: str) -> str:
        """The name of a conversation in this export: 128 bits as hexadecimal digits."""
        return hmac.new(self._key, conversation_id.encode(), hashlib.sha256).hexdigest()[:32]

    @abstractmethod
    def conversation(self, file: ConversationFile) -> ShownConversation:
        """What is shown of a conversation."""


class Identified(Showing):
    """Everything that was answered, in the patient's own words, with the moment of each; and the conversation's own id."""

    def conversation(self, file: ConversationFile) -> ShownConversation:
        """What is shown of a conversation."""
        found = file.conversation
        begun = found.created_at

        def answer(given: Answer) -> ShownAnswer:
            value = _canonical(given.value) if given.state == "known" else None
            return ShownAnswer(given.attribute, given.state, value, _day(begun, given.at), given.said, given.at)

        return ShownConversation(
            **_common(self.export_id(found.id), file),
            screenings=tuple(_screening(begun, each, tuple(map(answer, each.answers))) for each in file.screenings),
            conversation_id=found.id,
            begun_at=begun,
            last_at=found.last_at,
        )


class Deidentified(Showing):
    """No words of anybody, no dates but years, no ages above 89, no places, no names but those of our own lists."""

    def __init__(self, attributes: Attributes, names: Mapping[str, frozenset[str]], key: bytes) -> None:
        """`names` are, for each text attribute, the names that our lists of illnesses, medicines and operations have."""
        super().__init__(key)
        self._attributes, self._names = attributes, names

    def conversation(self, file: ConversationFile) -> ShownConversation:
        """What is shown of a conversation."""
        begun = file.conversation.created_at
        return ShownConversation(
            **_common(self.export_id(file.conversation.id), file),
            screenings=tuple(
                _screening(
                    begun, each, tuple(self._answer(begun, answer) for answer in each.answers if answer.attribute in self._attributes)
                )
                for each in file.screenings
            ),
        )

    def _answer(self, begun: datetime.datetime, given: Answer) -> ShownAnswer:
        day = _day(begun, given.at)
        if given.state != "known":
            return ShownAnswer(given.attribute, given.state, None, day)
        value = self._value(self._attributes[given.attribute], given.value)
        state: ShownState = "withheld" if value is None else "known"
        return ShownAnswer(given.attribute, state, value, day)

    def _value(self, attribute: Attribute, stored: Any) -> ShownValue | Ninety | None:
        """The value, where it is one that tells nobody's identity; else None."""
        value = _canonical(stored)
        if value is None or not attribute.accepts(value):
            return None
        match attribute.answer_type:
            case AnswerType.NUMBER:
                return _number(attribute, value)
            case AnswerType.TIME_SINCE:
                return value if value == NEVER or (isinstance(value, int) and value <= _LONGEST_AGO) else None
            case AnswerType.TEXT:
                known = self._names.get(attribute.name, frozenset())
                return value if not attribute.of_places and isinstance(value, tuple) and known.issuperset(value) else None
        return value


def _canonical(stored: Any) -> ShownValue | None:
    """A stored value as rules compare it; None for what is no answer's value."""
    try:
        return canonical(stored)
    except TypeError:
        return None


def _number(attribute: Attribute, value: Any) -> ShownValue | Ninety | None:
    if attribute.name == AGE:
        return NINETY if value > OLDEST_SHOWN else value
    bounds = attribute.possible or attribute.plausible
    return value if bounds is not None and bounds[0] <= value <= bounds[1] else None


def _common(export_id: str, file: ConversationFile) -> dict[str, Any]:
    found = file.conversation
    return {
        "export_id": export_id,
        "trial_id": _trial(found.trial_id),
        "channel": found.channel,
        # Without the country.
        "language": found.locale.replace("_", "-").partition("-")[0].lower(),
        "stage": found.stage,
        "status": found.status,
        "verdict": found.verdict,
        "begun_in": found.created_at.year,
        "days": _day(found.created_at, found.last_at),
        "consented": file.consents[-1].given if file.consents else None,
    }


def _screening(begun: datetime.datetime, file: ScreeningFile, answers: tuple[ShownAnswer, ...]) -> ShownScreening:
    found = file.screening
    return ShownScreening(
        number=found.number,
        trial_id=_trial(found.trial_id),
        begun_on=_day(begun, found.started_at),
        finished_on=None if found.finished_at is None else _day(begun, found.finished_at),
        verdict=found.verdict,
        answers=answers,
        verdicts=tuple(_verdict(begun, verdict) for verdict in file.verdicts),
    )


def _verdict(begun: datetime.datetime, found: Verdict) -> ShownVerdict:
    """Of the reasons only which criterion stood how: nothing of what was said."""
    detail = found.detail if isinstance(found.detail, dict) else {}
    criteria = {name: status for name, status in detail.items() if _CRITERION.fullmatch(name) and status in _STATUSES}
    return ShownVerdict(_trial(found.trial_id) or "", found.verdict, _day(begun, found.at), criteria)


def _trial(given: str | None) -> str | None:
    """A trial's number. Whoever opens a chat says which trial it is about, and could say anything."""
    return given if given is not None and _TRIAL.fullmatch(given) else None


def _day(begun: datetime.datetime, at: datetime.datetime) -> int:
    """Whole days since the conversation began."""
    return max(0, (at - begun).days)
