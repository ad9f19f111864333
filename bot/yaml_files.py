"""Reading YAML without its surprises.

YAML 1.1, which PyYAML speaks, reads the words `no`, `on` and `off` as booleans and keeps the
last of two equal keys silently. In files full of what people say, both lose answers.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

try:  # Reads eight times as fast, and is in every wheel of PyYAML; one built without libyaml has only the other.
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]


class YamlFault(Exception):
    """A file that is not sound YAML; says which file and where."""


class _Loader(_SafeLoader):
    """Only `true` and `false` are booleans; a key that stands twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(problem=f"`{key}` stands twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a file; `YamlFault` where it cannot be read as one."""
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, _Loader)  # noqa: S506  a SafeLoader all the same
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # What never ends is noticed one line after the last.
        where = f"line {min(mark.line + 1, len(text.splitlines()))}" if mark else "the file"
        problem = getattr(error, "problem", None) or "is not readable as YAML"
        raise YamlFault(f"{path.name}: {where}: {problem}; check indentation, quotes and repeated keys") from error
    except UnicodeDecodeError as error:
        raise YamlFault(f"{path.name}: the file: is not UTF-8 text; save it as UTF-8") from error
    if not isinstance(data, dict):
        raise YamlFault(f"{path.name}: the file: expected a mapping of fields, such as `version: …`")
    return data
