"""An ethics board reads every text; none may stand there that nobody is ever told."""

from __future__ import annotations

import re

from bot.settings import PROJECT
from bot.yaml_files import read_yaml

# Families of texts whose keys the code puts together.
FAMILIES = (
    r"unclear_(yes_no|number|choice|choices|time_since|text)_[12]",
    r"result_(likely|possible|unlikely)(_why)?",
    r"result_(met|not_met|unknown)_title",
    r"(unit_[a-z]+|questions|points|points_more|distance_(km|mi))_(one|many)",
)


def test_every_text_of_the_chat_is_said_somewhere() -> None:
    conversation = read_yaml(PROJECT / "words" / "en" / "conversation.yaml")
    # What is said to somebody who asks for another person has the key of the text that it replaces.
    texts = {**conversation["texts"], **conversation["texts_for_other"]}
    code = "".join(path.read_text() for folder in ("bot", "actions") for path in sorted((PROJECT / folder).rglob("*.py")))
    unused = [key for key in texts if not re.search(f"[\"']{key}[\"']", code) and not any(re.fullmatch(family, key) for family in FAMILIES)]
    assert unused == []
