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
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.io import read_yaml_file

from bot.screening.safety import NO_WORDS, DangerWords, danger_words, find_danger

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

    Danger is never guessed: only phrases, which people can review, decide on it.
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
            category = find_danger(message.get(TEXT) or "", self._words)
            if category:
                intent = {"name": f"safety_{category}", "confidence": 1.0}
                message.set(INTENT, intent, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)
        return messages
