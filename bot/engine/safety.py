"""The last word on an intent: danger overrules whatever the classifiers guessed.

What is certain is `bot.screening.safety`: words that people can review, so they decide first, whatever was learned. No list of words is
complete, so a classifier that has learned emergencies and crises from examples before this component is believed as well, where it is
sure (`threshold`) and the message has no sign of history, denial and the like. What it is not sure of is no danger: an alarm that is
not one breaks into the questions of somebody who is ill.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.io import read_yaml_file

from bot.screening.phrases import sentences
from bot.screening.safety import DangerWords, danger_words, find_danger, lets_by

WORDS = Path(__file__).resolve().parents[2] / "words"
#: Categories whose intent is called `safety_<category>`; any other category is an intent of its own name.
DANGERS = ("emergency", "crisis")
INTENTS = frozenset(f"safety_{danger}" for danger in DANGERS)
#: Chosen on messages by writers who saw neither the words nor the examples (docs/decisions/0011-the-classifier-is-one-vote.md): an
#: alarm too many costs one message, one too few may cost a life.
USUAL_THRESHOLD = 0.45
#: Above this a mark of history, an idiom and the like is not believed any more ("I'll kill myself lol"); what denies the danger is.
USUAL_CERTAINTY = 0.97


def every_languages_words(words: Path = WORDS) -> Tuple[DangerWords, ...]:
    """All ``safety.yaml`` files: whoever is in danger is understood in any language the bot has words for."""
    known = []
    for path in sorted(words.glob("*/safety.yaml")):
        try:
            known.append(danger_words(read_yaml_file(path)))
        except ValueError as error:
            raise ValueError(f"{path.parent.name}/{path.name}: {error}") from error
    return tuple(known)


def every_languages_answers(words: Path = WORDS) -> FrozenSet[Tuple[str, ...]]:
    """What buttons say, and what answers a question as a whole message, in any language: their words."""
    files = [*words.glob("*/attributes.yaml"), *words.glob("*/understood/*.yaml")]
    return frozenset(as_said(text) for path in sorted(files) for text in _texts(read_yaml_file(path)))


def as_said(text: str) -> Tuple[str, ...]:
    """The words of a message, however they are written."""
    return tuple(word for sentence in sentences(text) for word in sentence)


def _texts(data: Any) -> Iterator[str]:
    """The titles of buttons and the lists `whole` of a file."""
    if isinstance(data, list):
        for one in data:
            yield from _texts(one)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key == "title" and isinstance(value, str):
                yield value
            elif key == "whole" and isinstance(value, list):
                yield from map(str, value)
            else:
                yield from _texts(value)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SafetyClassifier(GraphComponent):
    """Gives a message that speaks of danger, or asks for medical advice, its intent with certainty.

    ``threshold`` (0 to 1, default 0.45): how probable the classifiers before this one must find danger, an emergency and a crisis taken
    together, to be believed without a known phrase. 1 turns this off. Lower catches more that nobody foresaw and raises more false alarms.
    ``certainty`` (default 0.97): above which probability the signs of history, idioms and the like in the message count no more. What
    denies the danger always counts. A message that is, as a whole, what a button says or what a question is answered with ("for myself") is
    no danger for having been guessed to be one.
    """

    def __init__(
        self,
        languages: Tuple[DangerWords, ...],
        answers: FrozenSet[Tuple[str, ...]] = frozenset(),
        threshold: float = USUAL_THRESHOLD,
        certainty: float = USUAL_CERTAINTY,
    ) -> None:
        self._languages = languages
        self._answers = answers
        self._threshold = threshold
        self._certainty = certainty

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {"threshold": USUAL_THRESHOLD, "certainty": USUAL_CERTAINTY}

    @classmethod
    def create(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SafetyClassifier:
        return cls(every_languages_words(), every_languages_answers(), float(config["threshold"]), float(config["certainty"]))

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            category = find_danger(text, *self._languages)
            learned = self._learned(text, message.get(INTENT_RANKING_KEY) or [])
            if category in DANGERS:
                _set(message, f"safety_{category}")
            elif learned:
                _set(message, f"safety_{learned}")
            elif category:
                _set(message, category)
            elif (message.get(INTENT) or {}).get("name") in INTENTS:
                _believe_the_next(message)
        return messages

    def _learned(self, text: str, ranking: List[Dict[str, Any]]) -> str | None:
        """The danger that the classifiers found, where they were sure and the message does not speak against it."""
        found = {danger: _confidence(ranking, f"safety_{danger}") for danger in DANGERS}
        likeliest = max(found, key=lambda danger: found[danger])
        sure = sum(found.values())
        if self._threshold >= 1 or sure < self._threshold or not any(map(str.isalpha, text)):
            return None  # "39" is an age or a reading, and no cry for help.
        if as_said(text) in self._answers:
            return None
        return None if lets_by(text, likeliest, *self._languages, sure=sure > self._certainty) else likeliest


def _confidence(ranking: List[Dict[str, Any]], name: str) -> float:
    return max((float(guess["confidence"]) for guess in ranking if guess["name"] == name), default=0.0)


def _set(message: Message, name: str) -> None:
    intent = {"name": name, "confidence": 1.0}
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)


def _believe_the_next(message: Message) -> None:
    """A danger that is not believed is no intent either: the next guess takes its place, as probable as it is if there is no danger."""
    ranking = message.get(INTENT_RANKING_KEY) or []
    others = [guess for guess in ranking if guess["name"] not in INTENTS]
    left = 1.0 - sum(float(guess["confidence"]) for guess in ranking if guess["name"] in INTENTS)
    safe = [{**guess, "confidence": min(1.0, float(guess["confidence"]) / left) if left > 0 else 0.0} for guess in others]
    message.set(INTENT, safe[0] if safe else {"name": None, "confidence": 0.0}, add_to_output=True)
    message.set(INTENT_RANKING_KEY, safe, add_to_output=True)
