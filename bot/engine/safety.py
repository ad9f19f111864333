"""The last word on an intent: danger overrules whatever the classifiers guessed.

The matching itself is `bot.screening.safety`, which the screening uses as well; this component only gives it Rasa's shape.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.io import read_yaml_file

from bot.screening.safety import NO_WORDS, DangerWords, danger_words, find_danger, mentions_danger

#: Intents of danger begin so.
DANGER = "safety_"
#: A guess of danger below this is none; the next best guess below that is none either.
LEAST_DANGER = 0.6
LEAST_NEXT_BEST = 0.35

WORDS = Path(__file__).resolve().parents[2] / "words"


def every_languages_words(words: Path = WORDS) -> DangerWords:
    """All ``safety.yaml`` files together: whoever is in danger is understood in any language the bot has words for."""
    known = NO_WORDS
    for path in sorted(words.glob("*/safety.yaml")):
        try:
            known += danger_words(read_yaml_file(path))
        except ValueError as error:
            raise ValueError(f"{path.parent.name}/{path.name}: {error}") from error
    return known


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SafetyClassifier(GraphComponent):
    """Gives a message that speaks of danger the intent ``safety_<category>`` with certainty.

    Danger that was only guessed, from wording no phrase foresaw, holds where the guess is good. It does not hold where the
    phrases know better (history, a denial), nor for the odd number that happens to look like an emergency.
    """

    def __init__(self, words: DangerWords) -> None:
        self._words = words

    @classmethod
    def create(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SafetyClassifier:
        return cls(every_languages_words())

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            category = find_danger(text, self._words)
            if category:
                _decide(message, [{"name": f"{DANGER}{category}", "confidence": 1.0}])
            elif _is_danger(message.get(INTENT)) and not self._is_good_guess(text, message.get(INTENT)):
                others = [guess for guess in message.get(INTENT_RANKING_KEY) or [] if not _is_danger(guess)]
                unclear = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1.0 - float(message.get(INTENT)["confidence"])}
                _decide(message, others if others and others[0]["confidence"] >= LEAST_NEXT_BEST else [unclear, *others])
        return messages

    def _is_good_guess(self, text: str, guess: Dict[str, Any]) -> bool:
        return float(guess["confidence"]) >= LEAST_DANGER and not mentions_danger(text, self._words)


def _is_danger(intent: Dict[str, Any] | None) -> bool:
    return bool(intent and str(intent.get("name")).startswith(DANGER))


def _decide(message: Message, ranking: List[Dict[str, Any]]) -> None:
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
