"""The words of one language, in the shape the readers use. Built once from the words files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.criteria.operators import Value
from bot.screening.attributes import AnswerType, Attribute, Attributes
from bot.screening.reading.text import Phrases, cleaned, tokens
from bot.screening.readings import COMMANDS, Command


@dataclass(frozen=True)
class Means:
    """What a phrase can mean. `weak` ones give way to any no in the same message."""

    kind: str  # "value", "hedged_no", "unsure", "decline", "command"
    value: Value | None = None
    command: Command | None = None
    own: bool = False  # the attribute's own word, not a general yes or no
    weak: bool = False


@dataclass(frozen=True)
class OptionWords:
    title: str
    words: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class AttributeWords:
    """How people name an attribute and answer it."""

    names: tuple[str, ...]
    options: Mapping[str, OptionWords]
    unit_words: Mapping[str, tuple[str, ...]]
    unit_factors: Mapping[str, float]


def _list(data: Any, key: str) -> tuple[str, ...]:
    return tuple(str(word) for word in (data or {}).get(key) or ())


class Lexicon:
    """The reading words of one locale.

    `reading` is words/<locale>/reading.yaml, `attribute_words` the `attributes` of
    attributes.yaml, `conditions` the `conditions` of conditions.yaml, `titles` the button
    titles of conversation.yaml by command, "unsure" and "decline".
    """

    def __init__(
        self,
        attributes: Attributes,
        reading: Mapping[str, Any],
        attribute_words: Mapping[str, Any],
        conditions: Iterable[Mapping[str, Any]],
        titles: Mapping[str, str],
    ) -> None:
        self.attributes = attributes
        self.reading = reading
        self._titles = titles
        self.conditions = tuple(conditions)
        self._words = {
            name: AttributeWords(
                names=(*_list(data, "names"), str(data["name"])),
                options={
                    str(value): OptionWords(str(option["title"]), _list(option, "words"), _list(option, "whole"))
                    for value, option in (data.get("options") or {}).items()
                },
                unit_words={unit: tuple(map(str, words)) for unit, words in (data.get("unit_words") or {}).items()},
                unit_factors={str(unit): float(factor) for unit, factor in ((reading.get("units") or {}).get(name) or {}).items()},
            )
            for name, data in attribute_words.items()
        }
        self._phrases: dict[str, Phrases[Means]] = {}
        self._whole: dict[str, dict[str, Means]] = {}

    def words_of(self, attribute: str) -> AttributeWords:
        return self._words[attribute]

    @cached_property
    def condition_names(self) -> tuple[str, ...]:
        return tuple(str(condition["name"]) for condition in self.conditions)

    @cached_property
    def condition_phrases(self) -> Phrases[str]:
        return Phrases({str(c["name"]): (str(c["name"]), *_list(c, "synonyms")) for c in self.conditions})

    @cached_property
    def broader(self) -> Mapping[str, str]:
        return {str(c["name"]): str(c["broader"]) for c in self.conditions if c.get("broader")}

    @cached_property
    def attribute_names(self) -> Phrases[str]:
        return Phrases({name: words.names for name, words in self._words.items()})

    @cached_property
    def change_cues(self) -> Phrases[bool]:
        return Phrases({True: _list(self.reading["commands"]["change"], "before_name")})

    @cached_property
    def negators(self) -> Phrases[bool]:
        return Phrases({True: _list(self.reading, "negators")})

    @cached_property
    def negative_results(self) -> Phrases[bool]:
        """Words that turn what stands before them into a no: "EGFR negative"."""
        return Phrases({True: _list(self.reading, "negative_results")})

    @cached_property
    def contrasts(self) -> Phrases[bool]:
        """Words that may turn round what stands beside them: "but", "and now"."""
        return Phrases({True: _list(self.reading, "contrasts")})

    @cached_property
    def correction_cues(self) -> Phrases[bool]:
        """Words that take something back: "wait", "sorry", "I meant"."""
        return Phrases({True: _list(self.reading, "correction_cues")})

    @cached_property
    def question_starts(self) -> Phrases[bool]:
        """Words that questions begin with."""
        return Phrases({True: _list(self.reading, "question_starts")})

    @cached_property
    def determiners(self) -> frozenset[str]:
        """Words that deny the noun behind them, and only that, in the middle of a sentence."""
        return frozenset(_list(self.reading, "determiners"))

    @cached_property
    def lead_ins(self) -> Phrases[bool]:
        """What stands before a bare answer and adds nothing: "it is", "I'm"."""
        return Phrases({True: _list(self.reading, "lead_ins")})

    @cached_property
    def every_unit(self) -> frozenset[str]:
        """Every word that is a unit of something, so that kilograms are not taken for years."""
        attributes = (unit for words in self._words.values() for unit in (*words.unit_factors, *sum(words.unit_words.values(), ())))
        times = (str(word) for unit in self.reading["times"]["units"].values() for word in unit["words"])
        return frozenset((*attributes, *times, *_list(self.reading, "other_units")))

    @cached_property
    def joins(self) -> frozenset[str]:
        """Single words between the parts of an answer: where one stands, a lone number may not be all."""
        return frozenset(word for word in _list(self.reading, "list_separators") if tokens(word) == (word,))

    @cached_property
    def general(self) -> Phrases[Means]:
        """Yes, no and commands, for prompts that ask no attribute."""
        return self._index(None)

    def phrases(self, attribute: str) -> Phrases[Means]:
        """Everything that counts wherever it stands in an answer to this attribute."""
        if attribute not in self._phrases:
            self._phrases[attribute] = self._index(self.attributes[attribute])
        return self._phrases[attribute]

    def titles(self, attribute: str) -> frozenset[str]:
        """The titles of the attribute's quick replies, as whole messages are compared."""
        own = [option.title for option in self._words[attribute].options.values()]
        general = [self._titles[key] for key in ("yes", "no", "unsure", "decline")]
        return frozenset(map(whole_form, (*own, *general)))

    def whole(self, attribute: str | None) -> Mapping[str, Means]:
        """Whole messages (cleaned, lower case, no closing punctuation) and what they mean."""
        key = attribute or ""
        if key not in self._whole:
            self._whole[key] = self._whole_index(self.attributes[attribute] if attribute else None)
        return self._whole[key]

    def _index(self, attribute: Attribute | None) -> Phrases[Means]:
        """One index of everything, so that the longest phrase wins: "i don't know" over "i don't"."""
        entries: dict[Means, list[str]] = {}
        reading = self.reading
        for command in Command:
            entries[Means("command", command=command)] = list(_list(reading["commands"].get(command.value), "words"))
        exact = attribute is not None and attribute.answer_type in (AnswerType.NUMBER, AnswerType.TIME_SINCE)
        about = set(_list(reading["numbers"], "about")) if exact else set()
        entries[Means("unsure")] = [w for w in _list(reading["unsure"], "words") if w not in about]
        entries[Means("decline")] = list(_list(reading["decline"], "words"))
        if attribute is None or attribute.answer_type is AnswerType.YES_NO:
            agreeing = _list(reading["yes"], "words")
            plain_yes = {tokens(word) for word in agreeing if len(tokens(word)) == 1}
            for word in agreeing:
                # "i have" begins many a no ("i have never …"); "yes, i have" does not.
                weak = tokens(word)[:1] not in plain_yes
                entries.setdefault(Means("value", True, weak=weak), []).append(word)
            entries[Means("value", False)] = [*_list(reading["no"], "words"), *map(str, reading["never"])]
            entries[Means("hedged_no", False)] = [str(word) for word in reading["hedged_no"]]
        if attribute is not None:
            for value, option in self._words[attribute.name].options.items():
                meant = _value(attribute, value)
                entries.setdefault(Means("value", meant, own=True), []).extend(option.words)
        # What the attribute means by a phrase wins over what it means in general.
        own = {tokens(word) for means, words in entries.items() if means.own for word in words}
        return Phrases({means: [w for w in words if means.own or tokens(w) not in own] for means, words in entries.items()})

    def _whole_index(self, attribute: Attribute | None) -> dict[str, Means]:
        found: dict[str, Means] = {}
        reading = self.reading

        def add(words: Iterable[str], means: Means) -> None:
            for word in words:
                found[whole_form(word)] = means

        for command in Command:
            data = reading["commands"].get(command.value)
            add((*_list(data, "words"), *_list(data, "whole")), Means("command", command=command))
        if attribute is None or attribute.answer_type is AnswerType.YES_NO:
            for word, value in (("yes", True), ("no", False)):
                add((*_list(reading[word], "whole"), *_list(reading[word], "words")), Means("value", value))
        add((*_list(reading["unsure"], "whole"), *_list(reading["unsure"], "words")), Means("unsure"))
        add((*_list(reading["decline"], "whole"), *_list(reading["decline"], "words")), Means("decline"))
        for name, title in self._titles.items():
            if name in ("unsure", "decline"):
                add((title,), Means(name))
            elif name in COMMANDS:
                add((title,), Means("command", command=COMMANDS[name]))
            elif name in _TITLES_THAT_AGREE:
                add((title,), Means("value", _TITLES_THAT_AGREE[name]))
        if attribute is not None:
            for key, option in self._words[attribute.name].options.items():
                means = Means("value", _value(attribute, key), own=True)
                add((option.title, *option.words, *option.whole), means)
        return found


_TITLES_THAT_AGREE = {"erase_confirm": True, "erase_cancel": False, "confirm_value": True, "correct_value": False}


def _value(attribute: Attribute, option: str) -> Value:
    if attribute.answer_type is AnswerType.YES_NO:
        return option == "yes"
    return (option,) if attribute.answer_type is AnswerType.CHOICES else option


def whole_form(text: str) -> str:
    """A message as whole messages are compared: cleaned, lower case, no closing punctuation."""
    return cleaned(text).casefold().strip(" .!,;:\"'")
