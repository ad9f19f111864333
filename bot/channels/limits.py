"""What each channel can show: a table that is data (`lexicon/channels.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.settings import PROJECT
from bot.yaml_files import read_yaml


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ButtonLimits(_Shape):
    """How many buttons a message takes, how long a title may be (characters), and a payload (bytes of UTF-8). `writes_title`: who
    presses one writes its title, and its payload goes nowhere."""

    most: int = Field(ge=1)
    title: int = Field(ge=1)
    payload: int = Field(ge=1)
    writes_title: bool = False


class ChannelLimits(_Shape):
    """One row of the table; see the file."""

    title: str
    buttons: ButtonLimits | None
    longest: int = Field(ge=140)
    comfortable: int = Field(ge=140)
    push: bool
    source: str

    @model_validator(mode="after")
    def _comfortable_is_possible(self) -> ChannelLimits:
        if self.comfortable > self.longest:
            raise ValueError("comfortable: no more than longest")
        return self

    def shows(self, buttons: list[tuple[str, str]]) -> bool:
        """Whether these buttons, title and payload each, can all be shown."""
        at_most = self.buttons
        return (
            at_most is not None
            and len(buttons) <= at_most.most
            and all(len(title) <= at_most.title and len(payload.encode()) <= at_most.payload for title, payload in buttons)
        )


class _Table(_Shape):
    version: str
    channels: Mapping[str, ChannelLimits]


@cache
def channel_table() -> Mapping[str, ChannelLimits]:
    """The channels by name. Raises pydantic's `ValidationError`, which names the row and field that is not as expected."""
    return _Table.model_validate(read_yaml(PROJECT / "lexicon" / "channels.yaml")).channels
