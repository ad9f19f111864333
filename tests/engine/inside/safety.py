"""In the engine's environment: what the safety classifier makes of messages and of the guesses before it."""

import json
import sys
from pathlib import Path

from bot.engine import preparation

preparation.import_rasa(Path(sys.argv[1]))

from rasa.engine.graph import ExecutionContext, GraphSchema  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from bot.engine.safety import SafetyClassifier, every_languages_words  # noqa: E402

folder = Path(sys.argv[1])
context = ExecutionContext(GraphSchema({}))


def judged(text, ranking, **options):
    config = {**SafetyClassifier.get_default_config(), **options}
    classifier = SafetyClassifier.create(config, LocalModelStorage(folder), Resource("safety"), context)
    guesses = [{"name": name, "confidence": sure} for name, sure in ranking]
    message = Message(data={"text": text, "intent": guesses[0] if guesses else {}, "intent_ranking": guesses})
    (message,) = classifier.process([message])
    return [message.get("intent")["name"], round(message.get("intent")["confidence"], 3)]


faulty = folder / "words" / "xx"
faulty.mkdir(parents=True)
(faulty / "safety.yaml").write_text("danger: nothing\n", "utf-8")
try:
    every_languages_words(folder / "words")
except ValueError as error:
    fault = str(error)

SURE = [["safety_crisis", 0.9], ["statement", 0.08]]
print(
    json.dumps(
        {
            "known": judged("I can't breathe", [["affirm", 0.99]]),
            "advice": judged("should I stop my chemo", [["ask_risks", 0.9]]),
            "guessed": judged("the knife is on the table beside me", SURE),
            "together": judged("something is off with him", [["safety_emergency", 0.4], ["safety_crisis", 0.25], ["statement", 0.3]]),
            "unsure": judged("the knife is on the table beside me", [["safety_crisis", 0.2], ["statement", 0.64]]),
            "history": judged("that was when I was young, long over", SURE),
            "certain": judged("that was when I was young, long over", SURE, certainty=0.8),
            "a_button": judged("For  MYSELF.", [["safety_crisis", 0.99]]),
            "an_answer": judged("very severe", [["safety_emergency", 0.99]]),
            "more_than_an_answer": judged("for myself I want nothing any more", [["safety_crisis", 0.9]]),
            "denied": judged("I would never hurt myself", [["safety_crisis", 0.98], ["statement", 0.02]]),
            "an_idiom": judged("kill myself lol", [["safety_crisis", 0.9], ["out_of_scope", 0.1]]),
            "surer_than_an_idiom": judged("kill myself lol", [["safety_crisis", 0.99]]),
            "harmless": judged("62", [["statement", 0.7], ["affirm", 0.1]]),
            "off": judged("the knife is on the table beside me", SURE, threshold=1),
            "lower": judged("the knife is on the table beside me", [["safety_crisis", 0.2], ["statement", 0.7]], threshold=0.15),
            "fault": fault,
        }
    )
)
