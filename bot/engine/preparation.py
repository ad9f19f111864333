"""What serving and training have in common: Rasa imported, corrected and kept quiet, with nothing written outside the project."""

from __future__ import annotations

import os
from pathlib import Path

from bot.engine.logs import PrivateFormatter, log_quietly

#: The project's folder, where Rasa's own files are.
PROJECT = Path(__file__).resolve().parents[2]


def keep_to_ourselves(home: Path) -> None:
    """No telemetry, and the caches of libraries inside ``home`` instead of the user's own folders."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["LOG_LEVEL"] = "WARNING"
    os.environ.setdefault("MPLCONFIGDIR", str(home / "cache" / "matplotlib"))
    os.environ.setdefault("XDG_CONFIG_HOME", str(home / "cache" / "config"))
    os.environ.setdefault("KERAS_HOME", str(home / "cache" / "keras"))
    # No accelerator is looked for, and TensorFlow, where it is needed at all, does not talk.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def import_rasa(home: Path) -> PrivateFormatter:
    """Import Rasa with the corrections that need it to be imported in a certain way; returns the log's formatter."""
    keep_to_ourselves(home)
    formatter = log_quietly()

    import rasa.constants

    # Rasa would note in the user's home directory that telemetry is off.
    rasa.constants.GLOBAL_USER_CONFIG_PATH = str(home / "cache" / "rasa.yml")

    from bot.engine import corrections, light_imports

    light = os.environ.get("TRIALCHAT_ENGINE_TENSORFLOW") != "1" and light_imports.needs_no_tensorflow(PROJECT / "config.yml")
    if light:
        light_imports.leave_tensorflow_out()
    corrections.import_skops_first()

    import rasa.core.run
    import rasa.engine.recipes.default_components
    import rasa.model_training

    if light:
        light_imports.seal()
    corrections.compile_the_reply_schema_once()
    corrections.remember_event_classes()
    return formatter
