"""Starts the dialogue engine: ``python -m bot.engine.launch --model PATH --port N`` (in the engine's environment)."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from bot.engine.preparation import PROJECT, import_rasa

#: The engine answers to this machine only.
INTERFACE = "127.0.0.1"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Starts the dialogue engine on 127.0.0.1.")
    parser.add_argument("--model", type=Path, required=True, help="the trained model")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    for name in ("TRIALCHAT_HOME", "TRIALCHAT_ENGINE_SECRET", "TRIALCHAT_ACTIONS_PORT", "TRIALCHAT_TRACKER_DB", "TRIALCHAT_EVENTS_DB"):
        if not os.environ.get(name):
            sys.exit(f"{name} is not set; start the engine with `trialchat run`, which sets it")
    if not options.model.is_file():
        sys.exit(f"{options.model}: no such model; `trialchat train` makes it")
    serve(options.model, options.port)


def serve(model: Path, port: int) -> None:
    """Serve until stopped."""
    home = Path(os.environ["TRIALCHAT_HOME"])
    log = import_rasa(home)

    from bot.engine import pausing, turns
    from bot.engine.sqlite import share_sqlite_well

    turns.end_the_turn_when_an_action_fails()
    turns.end_the_turn_when_the_conversation_cannot_be_kept()
    pausing.let_each_turn_say_whether_it_is_paused()
    share_sqlite_well()

    import rasa.core.run
    from rasa.core.utils import AvailableEndpoints

    def keep_private(*_: Any) -> None:
        log.private = True

    # What Rasa's own command would do, without its HTTP API: the channel is all that the app needs.
    rasa.core.run.serve_application(
        model_path=str(model),
        interface=INTERFACE,
        port=port,
        credentials=str(PROJECT / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(str(PROJECT / "endpoints.yml")),
        enable_api=False,
        server_listeners=[(keep_private, "after_server_start")],
    )


if __name__ == "__main__":
    main()
