"""What a screening can ask."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.web.api.models.base import Shape

AnswerTypeName = Literal["yes_no", "number", "choice", "choices", "time_since", "text"]


class OptionShape(Shape):
    """A value that may be answered, and how it is called."""

    value: bool | str
    title: str


class AttributeShape(Shape):
    """One thing that can be known about a person."""

    name: str
    title: str
    answer_type: AnswerTypeName
    unit: str | None
    minimum: float | None = Field(description="Below it, a number cannot be an answer.")
    maximum: float | None
    options: list[OptionShape] = Field(description="The values there are; empty for numbers, times and names.")
    exclusive: list[str] = Field(description="Options that go with no other.")
    names: Literal["conditions", "medicines", "operations", "places"] | None = Field(
        description="Of what the names are that answer it. The names themselves are in the API's description (`…Name`)."
    )
    asked: bool = Field(description="False: nobody is asked for it; told, it counts.")
    question: str | None


class AttributeList(Shape):
    """All attributes, in the order of their file."""

    items: list[AttributeShape]
