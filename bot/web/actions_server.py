"""The port on which the engine calls our actions: rasa-sdk's executor behind aiohttp, on the loopback address.

rasa-sdk's own server listens everywhere, tells anyone what it can do, and puts the request into its error messages.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot import traceparent
from bot.monitoring.watch import Seen, Watch
from bot.web.errors import place
from bot.web.light_sdk import import_sdk
from bot.web.sessions import same_secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rasa_sdk import Action
    from rasa_sdk.executor import ActionExecutor

_log = logging.getLogger(__name__)

SECRET_HEADER = "X-Trialchat-Secret"  # noqa: S105 - a header's name
# The engine sends its tracker with every call. It is short, but for conversations that a release before ours has left behind.
LARGEST_TRACKER = 64 * 1024 * 1024
_UNKNOWN = "unknown"

_EXECUTOR: web.AppKey[ActionExecutor] = web.AppKey("executor")
_SECRET: web.AppKey[str] = web.AppKey("secret", str)
_WATCH: web.AppKey[Watch] = web.AppKey("watch", Watch)


def executor_of(actions: Iterable[Action]) -> ActionExecutor:
    """An executor that knows these actions."""
    executor: ActionExecutor = import_sdk().ActionExecutor()
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    for action in actions:
        executor.register_action(action)
    return executor


def make_actions_app(executor: ActionExecutor, secret: str, watch: Watch | None = None) -> web.Application:
    """The application behind the actions port."""
    app = web.Application(client_max_size=LARGEST_TRACKER)
    app[_EXECUTOR] = executor
    app[_SECRET] = secret
    app[_WATCH] = watch or Watch()
    app.router.add_post("/webhook", run_action)
    return app


async def run_action(request: web.Request) -> web.Response:
    """Run the action the engine asks for. The answers are the ones that Rasa knows from its own server."""
    given = request.headers.get(SECRET_HEADER) or request.query.get("token", "")
    if not same_secret(given, request.app[_SECRET]):
        return web.json_response({"error": "unknown caller"}, status=401)
    try:
        call = json.loads(await request.text())
    except (ValueError, RecursionError, LookupError):
        call = None
    if not isinstance(call, dict) or not isinstance(call.get("next_action"), str):
        # Not 400: that is how an action hands a turn on, and Rasa would look for the action's name in it.
        return web.json_response({"error": "expected a call of an action"}, status=422)
    # Our own names alone are counted, and written into traces.
    name = call["next_action"] if call["next_action"] in request.app[_EXECUTOR].actions else _UNKNOWN
    with traceparent.carrying(request.headers.get(traceparent.HEADER, "")), request.app[_WATCH].action(name) as seen:
        return await _run(request.app[_EXECUTOR], call, seen)


async def _run(executor: ActionExecutor, call: dict[str, Any], seen: Seen) -> web.Response:
    from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException

    name: str = call["next_action"]
    # Rasa leaves the domain out (`selective_domain`), which rasa-sdk would take for a mistake. No action needs it.
    call.setdefault("domain", {})
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as rejection:
        seen.outcome = "handed_on"
        return web.json_response({"action_name": rejection.action_name, "error": f"{rejection.action_name} hands this turn on"}, status=400)
    except ActionNotFoundException as problem:
        seen.outcome = "unknown"
        _log.error("the engine asks for %s, which is not among the actions", problem.action_name)
        return web.json_response({"action_name": problem.action_name, "error": problem.message}, status=404)
    except ActionMissingDomainException as problem:
        return web.json_response({"action_name": problem.action_name, "error": problem.message}, status=449)
    except Exception as problem:
        # Not the exception's own text: it may quote what a person said.
        _log.error("%s failed: %s", name, place(problem))
        return web.json_response({"action_name": name, "error": "the action failed"}, status=500)
    seen.outcome = "done"
    return web.json_response(None if result is None else result.model_dump())
