"""An action belongs to the trace of the turn that calls it: the app's own spans begin and end there.

The engine records nothing itself. It hands the header on that the app gave it, and names the trace in its log.
"""

from __future__ import annotations

from typing import Any

from rasa.utils.endpoints import EndpointConfig

from bot import traceparent


def tell_the_actions_which_trace_it_is() -> None:
    """Send the turn's `traceparent` along with each call of an action."""
    request = EndpointConfig.request

    async def request_within_the_trace(self: EndpointConfig, *args: Any, **kwargs: Any) -> Any:
        if header := traceparent.as_header():
            kwargs["headers"] = {**(kwargs.get("headers") or {}), **header}
        return await request(self, *args, **kwargs)

    EndpointConfig.request = request_within_the_trace
