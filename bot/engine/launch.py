"""Starts the dialogue engine: ``python -m bot.engine.launch --model PATH --port N`` (in the engine's environment)."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from bot.engine.preparation import PROJECT, import_rasa
from bot.engine.servers import TRACKER, prepare_servers

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
    prepare_servers(os.environ)
    log = import_rasa(home)

    from bot.engine import corrections, pausing, postgres, traces, turns
    from bot.engine.endpoints import EndpointError, endpoints
    from bot.engine.sqlite import share_sqlite_well

    try:
        found = endpoints(PROJECT / "endpoints.yml", os.environ)
    except EndpointError as error:
        sys.exit(str(error))
    turns.end_the_turn_when_an_action_fails()
    turns.end_the_turn_when_the_conversation_cannot_be_kept()
    pausing.let_each_turn_say_whether_it_is_paused()
    share_sqlite_well()
    postgres.keep_connections_fresh()
    if tracker := os.environ.get(TRACKER):
        postgres.make_schema(tracker)
    traces.tell_the_actions_which_trace_it_is()
    hang_up = corrections.stay_connected_to_the_actions()

    import rasa.core.run

    def keep_private(*_: Any) -> None:
        log.private = True

    # What Rasa's own command would do, without its HTTP API: the channel is all that the app needs.
    rasa.core.run.serve_application(
        model_path=str(model),
        interface=INTERFACE,
        port=port,
        credentials=str(PROJECT / "credentials.yml"),
        endpoints=found,
        enable_api=False,
        server_listeners=[(keep_private, "after_server_start"), (hang_up, "before_server_stop")],
    )


if __name__ == "__main__":
    main()
