"""What a story tells in words that nobody listed: what the classifier makes of each of its sentences.

A second opinion (docs/decisions 13): it adds facts to a story before anything was asked, and replaces none. Which attributes
it may add, and how sure it has to be, is data (`stories` of reading.yaml). Everything a story tells is read back and confirmed.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.screening.reading.facts import TellTale
from bot.screening.reading.intent import ANY, LEAVES_OPEN, Guess, Intent
from bot.screening.reading.lexicon import Lexicon, option_value
from bot.screening.reading.stance import SOMEONE
from bot.screening.reading.values import Message, ValueReader
from bot.screening.readings import SELF
from bot.screening.sentences import sentences_of

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
            str(name): _Rule(float(rule["certainty"]), frozenset(rule.get("unlike") or ()))
            for name, rule in (lexicon.reading.get("stories") or {}).items()
            if name in lexicon.attributes
        }

    def guessed(self, text: str, today: datetime.date, intent: Intent, patient: str | None, known: Collection[str]) -> dict[str, TellTale]:
        """Facts about the patient that no word told, by attribute; `known` are those that need no guess, or must have none."""
        if not self._rules:
            return {}
        sentences = sentences_of(text)
        guesses = intent.sentences if len(sentences) > 1 else (intent.answers,)
        if len(sentences) != len(guesses):
            return {}  # An engine of another version cuts elsewhere.
        found: dict[str, set[str]] = {}
        for sentence, answers in zip(sentences, guesses, strict=True):
            likely = {name: guess for name, guess in answers.items() if name not in known and self._is_likely(name, guess, answers)}
            if likely and self._tells_of(patient, self._values.message(sentence, today)):
                for name, guess in likely.items():
                    found.setdefault(name, set()).add(guess.means)
        return {
            name: TellTale(name, option_value(self._lexicon.attributes[name], means.pop()), patient, 0)
            for name, means in found.items()
            if len(means) == 1
        }

    def _is_likely(self, name: str, guess: Guess, answers: Mapping[str, Guess]) -> bool:
        rule = self._rules.get(name)
        if rule is None or guess.means in LEAVES_OPEN or guess.confidence < rule.sure:
            return False
        doubt = answers.get(ANY)
        return not (doubt and doubt.confidence > guess.confidence) and not any(other in answers for other in rule.beside)

    def _tells_of(self, patient: str | None, message: Message) -> bool:
        """Whether a sentence is a statement, without a doubt, of the patient and nobody else."""
        clauses, words = message.clauses, message.said.words
        if len(words) < _LEAST or message.questions or self._lexicon.cues("doubts").find(words) or clauses.gone:
            return False
        named = {person.key for _, _, person in clauses.relations}
        of_others = bool(self._lexicon.single("third_person").intersection(words)) or bool(named)
        if patient in (None, SELF):
            return not of_others
        return named <= {patient, SOMEONE} and (of_others or not clauses.speaks_of_self)
