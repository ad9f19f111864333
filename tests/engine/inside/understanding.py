"""In the engine's environment: the classifier trained, saved, loaded and asked, with every way out of the machine closed."""

import json
import socket
import sys
import time
from pathlib import Path

from bot.engine import preparation

preparation.import_rasa(Path(sys.argv[1]))

from rasa.engine.graph import ExecutionContext, GraphSchema  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402
from rasa.shared.nlu.training_data.training_data import TrainingData  # noqa: E402

from bot.engine.classify import MessageClassifier  # noqa: E402
from bot.engine.embeddings import Embedder, NoSuchModel  # noqa: E402
from bot.engine.intent_model import IntentModel, Numbers, Settings  # noqa: E402


def closed(*_, **__):
    raise OSError("the network was used")


socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = closed

EXAMPLES = {
    "ask_cost": ["what does it cost", "is it free", "who pays for the trips", "do I have to pay", "will my insurance be billed"],
    "ask_locations": ["where is it", "which hospitals take part", "is there a site near me", "which cities", "how far would I travel"],
    "stop": ["stop", "that is enough", "I want to end this", "no more questions please", "leave me alone now"],
    "statement": ["I am 61", "had chemo last spring", "it spread to the liver", "my mother is still strong", "never smoked"],
}
#: In none of their words like an example, though they mean the same.
OTHER_WORDS = {"what is the price?": "ask_cost", "in what towns are the clinics": "ask_locations"}
ASKED = ["is it free", "where is it?", "STOP", "i’m 70", "", "   ", "xqzt wvvk", "привет", "🤷", "a" * 4000, *OTHER_WORDS]
folder = Path(sys.argv[1])
context = ExecutionContext(GraphSchema({}))
data = TrainingData([Message.build(text, intent) for intent, texts in EXAMPLES.items() for text in texts])


def asked(classifier):
    messages = classifier.process([Message(data={"text": text}) for text in ASKED])
    return [[[entry["name"], entry["confidence"]] for entry in message.get("intent_ranking")] for message in messages]


def trained_and_loaded(name, **options):
    config = {**MessageClassifier.get_default_config(), "ranking_length": 0, **options}
    (folder / name).mkdir()
    storage, resource = LocalModelStorage.create(folder / name), Resource("classifier")
    trained = MessageClassifier.create(config, storage, resource, context)
    trained.train(data)
    loaded = MessageClassifier.load(config, storage, resource, context)
    with storage.read_from(resource) as saved:
        files = sorted(path.name for path in saved.iterdir())
    short = MessageClassifier.load({**config, "ranking_length": 2}, storage, resource, context)
    return {"trained": asked(trained), "loaded": asked(loaded), "files": files, "short": [len(ranking) for ranking in asked(short)]}


def refusal(error, call, *arguments):
    try:
        call(*arguments)
    except error as refused:
        return str(refused)
    return ""


result = {
    "asked": ASKED,
    "other_words": OTHER_WORDS,
    "with": trained_and_loaded("with"),
    "without": trained_and_loaded("without", embeddings=None),
}
embedder = Embedder("all-minilm-l6-v2")
together = embedder.embed(["is it free", "where to", "is it far"])
result["alone_as_together"] = bool((embedder.embed(["where to"])[0] == together[1]).all())
numbers = Numbers.of([text for texts in EXAMPLES.values() for text in texts], embedder, Settings())
result["numbers_alone_as_together"] = bool(abs(numbers.rows(ASKED)[2] - numbers.rows(ASKED[2:3])).max() < 1e-6)
result["none"] = list(embedder.embed([]).shape)
story = "and then we waited " * 200
ends = embedder.embed([story, story + "what does it cost?", "what does it cost?"])
result["the_end_is_heard"] = bool(ends[1] @ ends[2] > ends[0] @ ends[2])
begun = time.thread_time()
embedder.embed([story])
result["seconds_for_a_long_one"] = time.thread_time() - begun
result["one_intent"] = IntentModel.train(["a b", "c d"], ["only", "only"], None).probabilities(["e"]).tolist()
result["two_intents"] = (
    IntentModel.train(["yes", "yes please", "no", "not at all"], ["yes", "yes", "no", "no"], None).probabilities(["yes"]).tolist()
)
result["unknown_model"] = refusal(NoSuchModel, Embedder, "nosuch")
with_embeddings = {**MessageClassifier.get_default_config(), "embeddings": None}
storage = LocalModelStorage(folder / "with")
result["other_embeddings"] = refusal(ValueError, MessageClassifier.load, with_embeddings, storage, Resource("classifier"), context)
untrained = MessageClassifier.create(with_embeddings, storage, Resource("new"), context)
result["no_examples"] = refusal(ValueError, untrained.train, TrainingData())
print(json.dumps(result))
