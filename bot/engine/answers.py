"""What a message would mean as the answer to each question, learned from examples: a second opinion beside the words.

The examples carry the question and the meaning as metadata of their intent (``data/nlu/<language>/answers``):

    - intent: statement
      metadata: {attribute: prior_radiotherapy, means: "yes"}
      examples: |
        - they zapped my hip for two weeks

``means`` is a value of the attribute, or ``unsure``, ``decline``, or ``open`` for what does not settle the question. ``attribute`` is
`any_question` for doubts and refusals to questions that have no examples of their own, and for what is neither. ``learned_as: answer``
beside them keeps the examples out of the intents: told at length, nearly everything is a `statement`, and thousands of them would
outweigh the commands.

The engine does not know which question is open. It guesses for every question, and whoever knows asks for the one
(`bot.screening.reading`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bot.engine.intent_model import Numbers, Planes, Settings

OPEN, UNSURE, DECLINE = "open", "unsure", "decline"
#: Doubts and refusals sound alike whatever was asked: `ANY` learns them from the examples of all questions.
SHARED = frozenset({UNSURE, DECLINE})
ANY = "any_question"
#: So many examples of other questions stand for all that is no answer to a question, for each example of its own.
OTHERS = 2.0
#: Words from which on an answer to another question is none to this one: a "no, never" would be one to any.
TELLING = 4
_FOLDER = "answers"


@dataclass(frozen=True)
class Example:
    """A text, the question it answers, and what it means there."""

    text: str
    attribute: str
    means: str


@dataclass(frozen=True)
class AnswerModel:
    """Planes for each question."""

    heads: dict[str, Planes]

    @classmethod
    def train(cls, numbers: Numbers, examples: Sequence[Example], settings: Settings) -> AnswerModel:
        """Learn each question from its own examples, with a share of the others' as no answer to it; doubts and refusals from all."""
        if not examples:
            return cls({})
        rows = numbers.rows([example.text for example in examples])

        def learned(attribute: str) -> Planes:
            chosen = _lesson(attribute, examples)
            return Planes.train(rows[[index for index, _ in chosen]], [means for _, means in chosen], settings)

        attributes = sorted({example.attribute for example in examples})
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return cls(dict(zip(attributes, threads.map(learned, attributes), strict=True)))

    def guesses(self, rows: Any) -> list[dict[str, dict[str, Any]]]:
        """For each row and question the likeliest meaning and its probability."""
        found: list[dict[str, dict[str, Any]]] = [{} for _ in range(rows.shape[0])]
        if not self.heads:
            return found
        distances, start = rows.astype(self._side_by_side.dtype) @ self._side_by_side, 0
        for attribute, planes in self.heads.items():
            end = start + len(planes.labels)
            probabilities, start = planes.certain(distances[:, start:end]), end
            for guesses, row in zip(found, probabilities, strict=True):
                best = int(row.argmax())
                # Plain numbers: what is set here is sent on and stored as JSON.
                guesses[attribute] = {"means": planes.labels[best], "confidence": round(float(row[best]), 3)}
        return found

    @cached_property
    def _side_by_side(self) -> Any:
        """The planes of all questions as one: a message is set against all of them at once."""
        return np.hstack([planes.planes for planes in self.heads.values()])

    def save(self, folder: Path) -> None:
        """Write arrays and JSON, a folder for each question."""
        for attribute, planes in self.heads.items():
            (folder / _FOLDER / attribute).mkdir(parents=True)
            planes.save(folder / _FOLDER / attribute)

    @classmethod
    def load(cls, folder: Path) -> AnswerModel:
        """What `save` wrote. The planes are kept once, side by side."""
        model = cls({path.name: Planes.load(path) for path in sorted((folder / _FOLDER).glob("*"))})
        if model.heads:
            ends = np.cumsum([len(planes.labels) for planes in model.heads.values()])[:-1]
            for attribute, part in zip(model.heads, np.split(model._side_by_side, ends, axis=1), strict=True):
                model.heads[attribute] = replace(model.heads[attribute], planes=part)
        return model


def _lesson(attribute: str, examples: Sequence[Example]) -> list[tuple[int, str]]:
    """Which examples a question learns from, each with its meaning there."""
    if attribute == ANY:
        return [(index, example.means if example.means in SHARED else OPEN) for index, example in enumerate(examples)]
    own = [(index, example.means) for index, example in enumerate(examples) if example.attribute == attribute]
    foreign = [
        index
        for index, example in enumerate(examples)
        if example.attribute != attribute and example.means not in SHARED and len(example.text.split()) >= TELLING
    ]
    # Always the same ones, and of all other questions.
    others = sorted(foreign, key=lambda index: hashlib.sha256(examples[index].text.encode()).digest())[: int(OTHERS * len(own))]
    return own + [(index, OPEN) for index in others]


def is_for_intents(example: Any) -> bool:
    """Whether one of Rasa's examples teaches its intent, and not only what it means as an answer."""
    return _told(example).get("learned_as") != "answer"


def with_meaning(examples: Iterable[Any]) -> list[Example]:
    """Those of Rasa's examples whose intent says what they mean as an answer."""
    found = []
    for example in examples:
        told = _told(example)
        if "attribute" in told and "means" in told:
            found.append(Example(example.get("text"), str(told["attribute"]), str(told["means"])))
    return found


def _told(example: Any) -> dict[str, Any]:
    """What the file says of the block in which an example stands."""
    return ((example.get("metadata") or {}).get("intent")) or {}
