"""In the engine's environment: what Rasa does with and without our corrections, counted."""

import json
import sys
from pathlib import Path

from bot.engine import preparation

patches = {}
from bot.engine import corrections  # noqa: E402

for name in ("compile_the_reply_schema_once", "remember_event_classes"):
    patches[name] = getattr(corrections, name)
    setattr(corrections, name, lambda: None)

preparation.import_rasa(Path(sys.argv[1]))

import jsonschema.validators  # noqa: E402
import rasa.shared.core.events as events  # noqa: E402
import rasa.shared.utils.common as common  # noqa: E402
from rasa.core.actions.action import RemoteAction  # noqa: E402

counts = {"schema_checks": 0, "walks": 0}
validator = jsonschema.validators.validator_for(RemoteAction.action_response_format_spec())
check_schema, all_subclasses = validator.check_schema, common.all_subclasses


def counting_check(*args, **kwargs):
    counts["schema_checks"] += 1
    return check_schema(*args, **kwargs)


def counting_walk(cls):
    counts["walks"] += 1
    return all_subclasses(cls)


validator.check_schema = counting_check
common.all_subclasses = counting_walk
REPLY = {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None}], "responses": [{"text": "hello"}]}
WRONG = {"events": "none", "responses": []}


def count(times):
    counts.update(schema_checks=0, walks=0)
    for _ in range(times):
        RemoteAction("action_a", None)._validate_action_result(REPLY)
        events.Event.resolve_by_type("user")
    return dict(counts)


def refuses(reply):
    try:
        RemoteAction("action_a", None)._validate_action_result(reply)
    except jsonschema.ValidationError:
        return True
    return False


def resolved():
    names = {cls.type_name for cls in all_subclasses(events.Event)}
    return {str(name): str(events.Event.resolve_by_type(name)) for name in names} | {
        "nosuch": str(events.Event.resolve_by_type("nosuch", events.Event))
    }


before, classes_before = count(10), resolved()
for patch in patches.values():
    patch()
after = count(10)
print(
    json.dumps(
        {
            "before": before,
            "after": after,
            "wrong_reply_refused": refuses(WRONG),
            "same_classes": resolved() == classes_before,
            # Modules are listed in the order in which their imports began.
            "order": [name for name in sys.modules if name in ("skops.io", "tensorflow", "rasa.core.run")],
            "tensorflow_file": getattr(sys.modules.get("tensorflow"), "__file__", None),
        }
    )
)
