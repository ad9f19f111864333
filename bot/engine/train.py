"""Trains the model: ``python -m bot.engine.train --to PATH.tar.gz`` (in the engine's environment).

``--nlu`` takes the place of the project's own examples, for tests.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from bot.engine import corrections
from bot.engine.preparation import PROJECT, import_rasa


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Trains the dialogue model.")
    parser.add_argument("--to", type=Path, required=True, help="the model file to write")
    parser.add_argument("--nlu", type=Path, default=PROJECT / "data" / "nlu", help="training examples")
    options = parser.parse_args(arguments)
    if not options.nlu.is_file() and not any(options.nlu.rglob("*.yml")):
        sys.exit(f"{options.nlu}: no training examples (*.yml) there")
    options.to.parent.mkdir(parents=True, exist_ok=True)
    train(options.to, options.nlu)


def train(to: Path, nlu: Path) -> None:
    """Train into a file that appears whole or not at all."""
    import_rasa(Path(os.environ.get("TRIALCHAT_HOME") or to.parent.parent))

    import rasa.model_training

    corrections.read_examples_once()
    with tempfile.TemporaryDirectory(prefix=".training-", dir=to.parent) as folder:
        # Rasa keeps a cache of trained parts in the working folder; ours belongs to the model's files.
        os.environ["RASA_CACHE_DIRECTORY"] = str(Path(folder) / "cache")
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        result = rasa.model_training.train(
            domain=str(PROJECT / "domain.yml"),
            config=str(PROJECT / "config.yml"),
            training_files=[str(nlu), str(PROJECT / "data" / "rules")],
            output=folder,
            fixed_model_name="model",
            force_training=True,
        )
        if result.code != 0 or not result.model:
            sys.exit("training failed; the lines above say why")
        Path(result.model).replace(to)


if __name__ == "__main__":
    main()
