"""What a pressed button sends is not language, so it is never guessed at.

The screening reads payloads itself and sees them first. But it hands a few on (a human, help, erasing), and the rules that
take them over go by intent: this component says which. Any other payload gets the intent ``payload``.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

#: ``#name`` or ``#name=value``, with nothing around it.
PAYLOAD = re.compile(r"\s*#(?P<name>[a-z][a-z0-9_]*)(?:=(?P<value>[^\s=]+))?\s*", re.ASCII)
#: Payloads that something else than the screening answers.
HANDED_ON = {"human": "human", "help": "help", "erase": "erase"}


def payload_intent(text: str) -> str | None:
    """The intent of a payload, or None where ``text`` is something a person typed."""
    found = PAYLOAD.fullmatch(text)
    return HANDED_ON.get(found["name"], "payload") if found else None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PayloadClassifier(GraphComponent):
    """Gives a payload its intent with certainty."""

    @classmethod
    def create(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> PayloadClassifier:
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            name = payload_intent(message.get(TEXT) or "")
            if name:
                intent = {"name": name, "confidence": 1.0}
                message.set(INTENT, intent, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)
        return messages
