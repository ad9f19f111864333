"""Costs of Rasa 3.6 that are measured, and removed here; a test for each fails when a newer Rasa makes it needless."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any


def import_skops_first() -> None:
    """Import ``skops`` while few modules are loaded.

    It looks through every loaded module for each of some 750 functions; after TensorFlow that takes seven seconds.
    """
    import skops.io  # noqa: F401 - imported for the moment at which it happens


def compile_the_reply_schema_once() -> None:
    """Check the replies of actions against a schema that is itself checked once.

    Rasa checks the schema as well as the reply, on every reply: more than half of a turn's time.
    """
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)
    validate = RemoteAction._validate_action_result

    def validate_with_compiled_schema(self: RemoteAction, result: dict[str, Any]) -> bool:
        # A reply that is wrong is rare: let Rasa itself find the words for it.
        return True if validator.is_valid(result) else bool(validate(self, result))

    RemoteAction._validate_action_result = validate_with_compiled_schema


def remember_event_classes() -> None:
    """Look an event's class up by name.

    Rasa walks all subclasses of `Event` for each stored event, on every turn, so turns grow slower with the conversation.
    """
    from rasa.shared.core.events import Event
    from rasa.shared.utils.common import all_subclasses

    resolve = Event.resolve_by_type
    known: dict[str, Any] = {}
    for event_class in all_subclasses(Event):
        known.setdefault(event_class.type_name, event_class)

    def resolve_by_name(type_name: str, default: Any | None = None) -> Any | None:
        return known.get(type_name) or resolve(type_name, default)

    Event.resolve_by_type = staticmethod(resolve_by_name)


def read_examples_once() -> None:
    """For training: read the examples once, and hand them on instead of copying them.

    Rasa reads all files twice and copies every example some eight times before anything is learned, though nothing changes
    one: a minute for 37,000 of them.
    """
    from rasa.shared.importers import utils
    from rasa.shared.nlu.training_data.message import Message

    read = utils.training_data_from_paths
    known: dict[tuple[tuple[str, ...], str], Any] = {}

    def read_once(paths: Iterable[str], language: str) -> Any:
        wanted = tuple(paths), language
        if wanted not in known:
            known[wanted] = read(wanted[0], language)
        return known[wanted]

    def itself(self: Message, _: dict[int, Any]) -> Message:
        return self

    utils.training_data_from_paths = read_once
    Message.__deepcopy__ = itself


class _Lent:
    """A session that whoever is done with it does not close."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def __aenter__(self) -> Any:
        return self._session

    async def __aexit__(self, *_: object) -> None:
        return None


def stay_connected_to_the_actions() -> Callable[..., Awaitable[None]]:
    """Call the actions over a connection that stays open; returns what closes it, for the end.

    Rasa opens and closes a session and a connection for each call.
    """
    from rasa.utils.endpoints import EndpointConfig

    begin = EndpointConfig.session
    kept: dict[str, Any] = {}

    def session(self: EndpointConfig) -> _Lent:
        if self.url not in kept:
            kept[self.url] = begin(self)
        return _Lent(kept[self.url])

    async def close(*_: Any) -> None:
        while kept:
            await kept.popitem()[1].close()

    EndpointConfig.session = session
    return close
