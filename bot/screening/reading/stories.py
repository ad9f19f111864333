"""What a story tells in words that nobody listed: what the classifier makes of each of its sentences.

A second opinion (docs/decisions 13): it adds facts to a story before anything was asked, and replaces none. Which attributes
it may add, and how sure it has to be, is data (`stories` of reading.yaml). Everything a story tells is read back and confirmed.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.screening.reading.facts import TellTale
from bot.screening.reading.intent import ANY, LEAVES_OPEN, OPEN, Guess, Intent
from bot.screening.reading.lexicon import Lexicon, option_value
from bot.screening.reading.stance import SOMEONE
from bot.screening.reading.values import Message, ValueReader
from bot.screening.readings import SELF
from bot.screening.sentences import sentences_of

_OTHER, _CONDITION, _NONE = "other_cancer", "condition", "none"
_LEAST = 4
"""Words a sentence has at least that says something by itself."""


@dataclass(frozen=True)
class _Rule:
    """How sure a guess has to be, and the attributes that must not be guessed in the same sentence."""

    sure: float
    beside: frozenset[str]


class StoryReader:
    """Adds guessed facts with the words of one language."""

    def __init__(self, lexicon: Lexicon, values: ValueReader) -> None:
        self._lexicon = lexicon
        self._values = values
        self._rules = {
            str(name): _Rule(float(rule["sureness"]), frozenset(rule.get("unlike") or ()))
            for name, rule in (lexicon.reading.get("stories") or {}).items()
            if name in lexicon.attributes
        }

    def guessed(self, text: str, today: datetime.date, intent: Intent, patient: str | None, known: Collection[str]) -> dict[str, TellTale]:
        """Facts about the patient that no word told, by attribute; `known` are those that need no guess, or must have none."""
        sentences = sentences_of(text)
        guesses = intent.sentences if len(sentences) > 1 else (intent.answers,)
        if len(sentences) != len(guesses):
            return {}  # An engine of another version cuts elsewhere.
        likely = [{name: guess for name, guess in of.items() if name not in known and self._is_likely(name, guess, of)} for of in guesses]
        if not any(likely):
            return {}
        found: dict[str, set[str]] = {}
        illnesses: list[tuple[bool, tuple[str, ...]]] = []
        for sentence, guessed in zip(sentences, likely, strict=True):
            message = self._values.message(sentence, today)
            named = self._values.conditions(message) or ()
            if not named:
                guessed.pop(_OTHER, None)
            illnesses.append((_OTHER in guessed, named))
            if guessed and self._tells_of(patient, message):
                for name, guess in guessed.items():
                    found.setdefault(name, set()).add(guess.means)
        tales = {
            name: TellTale(name, option_value(self._lexicon.attributes[name], means.pop()), patient, 0)
            for name, means in found.items()
            if len(means) == 1
        }
        return self._with_the_one_sought(tales, illnesses, patient)

    def _with_the_one_sought(
        self, tales: dict[str, TellTale], illnesses: Sequence[tuple[bool, tuple[str, ...]]], patient: str | None
    ) -> dict[str, TellTale]:
        """Another cancer is told where two are: "Bowel cancer in 2014, all clear. Now it's the lung." What is sought is the other one."""
        if _OTHER not in tales:
            return tales
        others = {name for is_other, names in illnesses if is_other for name in names}
        sought = [name for is_other, names in illnesses if not is_other for name in names if name not in others]
        if not sought or tales[_OTHER].value == _NONE:
            return {name: tale for name, tale in tales.items() if name != _OTHER}
        return {**tales, _CONDITION: TellTale(_CONDITION, self._lexicon.conditions.narrowest(sought), patient, 0)}

    def _is_likely(self, name: str, guess: Guess, answers: Mapping[str, Guess]) -> bool:
        rule = self._rules.get(name)
        if rule is None or guess.means in (*LEAVES_OPEN, OPEN) or guess.confidence < rule.sure:
            return False
        doubt = answers.get(ANY)
        return not (doubt and doubt.means != OPEN and doubt.confidence > guess.confidence) and not any(
            other.means != OPEN for name, other in answers.items() if name in rule.beside
        )

    def _tells_of(self, patient: str | None, message: Message) -> bool:
        """Whether a sentence is a statement, without a doubt, of the patient and nobody else."""
        clauses, words = message.clauses, message.said.words
        if len(words) < _LEAST or message.questions or self._lexicon.cues("doubts").find(words) or clauses.gone:
            return False
        named = {person.key for _, _, person in clauses.relations}
        of_others = bool(clauses.third_persons) or bool(named)
        if patient in (None, SELF):
            return not of_others
        return named <= {patient, SOMEONE} and (of_others or not clauses.speaks_of_self)
