"""In the engine's environment: how often Rasa reads and copies the examples before anything is learned, with and without our correction."""

import copy
import json
import sys
from pathlib import Path

from bot.engine import corrections, preparation

home, domain, config = (Path(given) for given in sys.argv[1:])
preparation.import_rasa(home)

from rasa.shared.importers.importer import TrainingDataImporter  # noqa: E402
from rasa.shared.nlu.training_data import loading  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

examples = home / "nlu.yml"
examples.write_text('version: "3.1"\nnlu:\n- intent: skip\n  examples: |\n    - next please\n    - leave this one out\n', "utf-8")
counts = {"reads": 0, "copies": 0}
load, copied = loading.load_data, copy.copy


def counting_load(*args, **kwargs):
    counts["reads"] += 1
    return load(*args, **kwargs)


def counting_copy(self, memo):
    counts["copies"] += 1
    same = copied(self)
    same.data = dict(self.data)
    return same


def count():
    counts.update(reads=0, copies=0)
    importer = TrainingDataImporter.load_from_config(str(config), str(domain), [str(examples)])
    # What `rasa.model_training.train` asks for.
    importer.get_domain()
    found = sorted(example.get("text") for example in importer.get_nlu_data().intent_examples)
    return dict(counts) | {"texts": found}


loading.load_data = counting_load
Message.__deepcopy__ = counting_copy
before = count()
corrections.read_examples_once()
print(json.dumps({"before": before, "after": count()}))
