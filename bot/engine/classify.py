"""Which intent a message has, and what it would mean as an answer: the models of this folder in the shape that Rasa asks for."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.answers import AnswerModel, is_for_intents, with_meaning
from bot.engine.embeddings import Embedder
from bot.engine.intent_model import IntentModel, Settings
from bot.engine.slips import Slips
from bot.screening.sentences import sentences_of

#: What the guesses are called beside Rasa's own `intent`: for the whole message, and for each sentence where there are several.
ANSWERS, SENTENCES = "answers", "sentences"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MessageClassifier(GraphComponent):
    """Ranks the intents of a message by calibrated probabilities, and sets beside them, as ``answers``, what it would mean to each
    question, and as ``sentences`` the same for each sentence of a longer one. It needs no tokenizer and no featurizer before it."""

    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
        answers: AnswerModel | None = None,
        slips: Slips | None = None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model
        self._answers = answers or AnswerModel({})
        self._slips = slips or Slips([], None)

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`embeddings` names a model of `bot.engine.embeddings`, or null; `hasty` halves the training when false; `ranking_length`
        0 keeps every intent."""
        usual = Settings()
        return {
            "embeddings": "all-minilm-l6-v2",
            "dictionary": "symspellpy:frequency_dictionary_en_82_765.txt",
            "cost": usual.cost,
            "meaning": usual.meaning,
            "hasty": usual.hasty,
            "random_state": usual.seed,
            "ranking_length": 10,
        }

    @classmethod
    def create(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> MessageClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **_: Any
    ) -> MessageClassifier:
        with model_storage.read_from(resource) as folder:
            slips = Slips.load(folder, config["dictionary"])
            model = IntentModel.load(folder, embedder(config))
            return cls(config, model_storage, resource, model, AnswerModel.load(folder), slips)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(INTENT) and example.get(TEXT)]
        if not examples:
            raise ValueError("there are no examples of any intent to learn from")
        settings = Settings(self._config["cost"], self._config["meaning"], self._config["hasty"], self._config["random_state"])
        pairs = [(example.get(TEXT), example.get(INTENT)) for example in examples if is_for_intents(example)]
        remembering = embedder(self._config, remembering=True)
        self._model = IntentModel.train([text for text, _ in pairs], [intent for _, intent in pairs], remembering, settings)
        self._answers = AnswerModel.train(self._model.numbers, with_meaning(examples), settings)
        self._slips = Slips([example.get(TEXT) for example in examples], self._config["dictionary"])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
            self._answers.save(folder)
            self._slips.save(folder)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        if self._model is None:
            raise RuntimeError("the classifier is neither trained nor loaded")
        texts = [message.get(TEXT) or "" for message in messages]
        stories = [sentences if len(sentences := sentences_of(text)) > 1 else () for text in texts]
        every = [*texts, *(sentence for story in stories for sentence in story)]
        numbers = self._model.numbers.rows([self._slips.repaired(text) for text in every])
        rows = self._model.planes.probabilities(numbers[: len(texts)])
        answers = iter(self._answers.guesses(numbers))
        for message, row, guesses in zip(messages, rows, [next(answers) for _ in texts], strict=True):
            # Plain numbers: what is set here is sent on and stored as JSON.
            ranking = [{"name": self._model.intents[index], "confidence": float(row[index])} for index in (-row).argsort(kind="stable")]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"] or None], add_to_output=True)
            message.set(ANSWERS, guesses, add_to_output=True)
        for message, story in zip(messages, stories, strict=True):
            message.set(SENTENCES, [next(answers) for _ in story], add_to_output=True)
        return messages


def embedder(config: Dict[str, Any], remembering: bool = False) -> Embedder | None:
    """The model that the configuration names, if it names one; `remembering` as `Embedder` says."""
    name = config["embeddings"]
    return Embedder(name, remembering) if name else None
