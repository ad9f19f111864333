"""Recognising that a person is in danger, or asks for medical advice, from their own words.

Pure, and made of the standard library alone: the engine (Python 3.10) and the app use this same module, so a message means
the same wherever it is read. Better one alarm too many than one too few; what is plainly history, denied or only asked about is let by.

The words live in ``words/<locale>/safety.yaml``; `bot.screening.phrases` says how phrases are written::

    groups:                      # what many phrases share, by name
      hurts: ["pain*, hurt*|ache*"]
    danger:                      # in the order in which they count
      - category: emergency
        unless: [denied, past]   # names of `marks`, and `denied`
        phrases: ["my? chest {hurts}", "chest + {hurts} + suddenly"]   # "+": near each other in a sentence, in any order
    marks:                       # let a phrase by when they stand in the same part of the sentence
      past: {phrases: [years ago], unless: [present], anywhere: [returned]}   # "in 2015 but now it's back" is now
    guessed: {crisis: [hope]}    # marks that also speak against a danger that only a classifier found, however sure it is
    turns: [but]                 # where a new part begins
    denial: {by: ["no, dont have"], bridge: ["any, or"], not_of: [not], lists: [or]}
                                 # "by", then only words of "bridge", then the danger: denied; "no pain, fever or cough" denies them all
    cut_off: [t]                 # letters that an apostrophe cuts off, and that some write apart
    idioms: [dying to know]      # these words say something else and are not looked at
    spelling: {words: [ambulance], except: [ambulances]}   # long words that are recognised one slip away
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from bot.screening.phrases import PAUSE, PhraseBook, Phrases, Span, bare, listed, sentences

_NEAR = 9
"""Words between two phrases joined by "+" at most."""
_BRIDGE = 8
"""Words between a denial and what it denies at most."""
_LONG_ENOUGH = 5
"""Letters of a word in which a slip is forgiven, with one of them missing or not."""
_BLANK = ""
"""Stands where an idiom was; equal to no word."""
_DENIED = "denied"
"""Among the `unless` of a danger: it is let by where it is denied."""


@dataclass(frozen=True)
class _Danger:
    category: str
    unless: frozenset[str]
    parts: tuple[int, ...]
    """The phrases that have to stand near each other, by number."""


@dataclass(frozen=True)
class _Mark:
    phrases: frozenset[int]
    unless: frozenset[int] = frozenset()
    anywhere: frozenset[int] = frozenset()
    """Like `unless`, in whatever else the message says from there on."""


@dataclass(frozen=True)
class DangerWords:
    """What a ``safety.yaml`` says, ready to be looked for."""

    phrases: Phrases
    dangers: tuple[_Danger, ...]
    guessed: Mapping[str, frozenset[str]]
    """The marks that speak against a danger that was only guessed, by its category."""
    marks: Mapping[str, _Mark]
    turns: Phrases
    idioms: Phrases
    denial: frozenset[int]
    bridge: frozenset[str]
    undeniable: frozenset[str]
    listing: frozenset[str]
    """Words of a list: with one of them behind, commas do not end a denial."""
    spelling: Mapping[str, Sequence[str]]
    """Words that may be misspelled, by their first letter."""
    spelled: frozenset[str]
    """Words that are right as they are."""
    cut_off: frozenset[str] = frozenset()
    """Letters that an apostrophe cuts off a word: the "t" of "don t"."""


@dataclass(frozen=True)
class _Sentence:
    tokens: Sequence[str]
    part_of: Sequence[int]
    """For each token, the part of the sentence it stands in."""
    found: Mapping[int, Sequence[Span]]
    """Where each phrase stands, by its number."""
    parts_of: Mapping[int, Set[int]]
    """The parts in which each phrase begins."""
    denials: Sequence[Span]

    def has(self, phrases: frozenset[int], parts: Set[int]) -> bool:
        """Whether one of the phrases begins in one of the parts."""
        return any(not self.parts_of[phrase].isdisjoint(parts) for phrase in phrases & self.parts_of.keys())


def danger_words(data: Mapping[str, Any]) -> DangerWords:
    """Compile what a ``safety.yaml`` says; ``ValueError`` names the key that is not as described above."""
    book = PhraseBook(_mapping(data, "groups"))
    dangers = _dangers(data, book)
    marks = _marks(data, book)
    guessed = {category: frozenset(listed(_mapping(data, "guessed"), category, "guessed.")) for category in _mapping(data, "guessed")}
    named = frozenset().union(*(danger.unless for danger in dangers), *guessed.values())
    for name in sorted(named - set(marks) - {_DENIED}):
        raise ValueError(f"danger: there is no mark {name!r}")
    denial = _mapping(data, "denial")
    spelling = _mapping(data, "spelling")
    misspelled = [bare(word) for word in listed(spelling, "words", "spelling.")]
    by_letter: dict[str, list[str]] = defaultdict(list)
    for word in misspelled:
        by_letter[word[0]].append(word)
    return DangerWords(
        dangers=dangers,
        guessed=guessed,
        marks=marks,
        turns=book.together("turns", listed(data, "turns")),
        idioms=book.together("idioms", listed(data, "idioms")),
        cut_off=frozenset(listed(data, "cut_off")),
        denial=frozenset(book.number("denial.by", text) for text in listed(denial, "by", "denial.")),
        bridge=frozenset(map(bare, listed(denial, "bridge", "denial."))),
        undeniable=frozenset(map(bare, listed(denial, "not_of", "denial."))),
        listing=frozenset(map(bare, listed(denial, "lists", "denial."))),
        spelling=by_letter,
        spelled=frozenset(misspelled) | frozenset(map(bare, listed(spelling, "except", "spelling."))) | book.words,
        phrases=book.numbered(),
    )


def find_danger(text: str, *languages: DangerWords) -> str | None:
    """The category that ``text`` speaks of, or None. Categories count in the order they are written, the gravest first."""
    found = [_gravest(_sentences(text, words), words) for words in languages]
    return min((place for place in found if place is not None), default=(0, None))[1]


def lets_by(text: str, category: str, *languages: DangerWords, sure: bool = False) -> bool:
    """Whether something in ``text`` speaks against a danger of this category that was only guessed.

    However ``sure`` the guess: one of its `guessed` marks, or a phrase of it that is denied. Where the guess is not sure also an idiom, a
    mark by which the phrases of the category are let by, or such a phrase that was let by.
    """
    for words in languages:
        dangers = [danger for danger in words.dangers if danger.category == category]
        against = [words.marks[name] for name in sorted(words.guessed.get(category, ()))]
        lightly = [words.marks[name] for name in sorted(frozenset().union(*(danger.unless for danger in dangers)) - {_DENIED})]
        for sentence in _sentences(text, words):
            everywhere = set(sentence.part_of)
            found = [(danger, match) for danger in dangers for match in _matches(danger.parts, sentence)]
            if any(_marked(mark, sentence, everywhere, ()) for mark in against):
                return True
            if any(_is_denied(match, danger, sentence, words) for danger, match in found):
                return True
            if not sure and (found or _BLANK in sentence.tokens or any(_marked(mark, sentence, everywhere, ()) for mark in lightly)):
                return True
    return False


# -- deciding


def _gravest(said: Sequence[_Sentence], words: DangerWords) -> tuple[int, str] | None:
    """The place and category of the first danger of the list that counts in any sentence."""
    for place, danger in enumerate(words.dangers):
        for number, sentence in enumerate(said):
            if any(_counts(match, danger, sentence, said[number + 1 :], words) for match in _matches(danger.parts, sentence)):
                return place, danger.category
    return None


def _matches(parts: Sequence[int], sentence: _Sentence, so_far: tuple[Span, ...] = ()) -> Iterator[tuple[Span, ...]]:
    """The ways in which all parts of a danger stand near each other."""
    if not parts:
        yield so_far
        return
    for span in _near(so_far, sentence.found.get(parts[0], ())):
        yield from _matches(parts[1:], sentence, (*so_far, span))


def _near(match: Sequence[Span], spans: Sequence[Span]) -> Sequence[Span]:
    """Those of `spans` that stand near `match` and share no word with it."""
    if not match:
        return spans
    start, end = min(span[0] for span in match), max(span[1] for span in match)
    reach = spans[bisect_left(spans, (start - 2 * _NEAR, 0)) : bisect_left(spans, (end + _NEAR + 1, 0))]
    return [span for span in reach if start - span[1] <= _NEAR and all(span[1] <= first or last <= span[0] for first, last in match)]


def _counts(match: Sequence[Span], danger: _Danger, sentence: _Sentence, later: Sequence[_Sentence], words: DangerWords) -> bool:
    if _is_denied(match, danger, sentence, words):
        return False
    first, last = min(span[0] for span in match), max(span[1] for span in match) - 1
    parts = set(sentence.part_of[first : last + 1])
    return not any(_marked(words.marks[name], sentence, parts, later) for name in danger.unless - {_DENIED})


def _marked(mark: _Mark, sentence: _Sentence, parts: Set[int], later: Sequence[_Sentence]) -> bool:
    if not sentence.has(mark.phrases, parts) or sentence.has(mark.unless, parts):
        return False
    return not any(mark.anywhere & said.found.keys() for said in (sentence, *later))


def _is_denied(match: Sequence[Span], danger: _Danger, sentence: _Sentence, words: DangerWords) -> bool:
    return _DENIED in danger.unless and any(_denied(span, match, sentence, words) for span in match)


def _denied(span: Span, match: Sequence[Span], sentence: _Sentence, words: DangerWords) -> bool:
    """Whether a denial stands before, with nothing but words of the bridge between, or alone behind.

    A denial that is itself a part of the danger denies nothing: "better off without me".
    """
    start, end = span
    if sentence.tokens[start] in words.undeniable:
        return False
    denials = sentence.denials
    for first, last in denials[bisect_left(denials, (start - 2 * _BRIDGE, 0)) : bisect_left(denials, (start, 0))]:
        if any(begins <= first < ends for begins, ends in match):
            continue
        bridge = words.bridge | {PAUSE} if words.listing.intersection(sentence.tokens[last:]) else words.bridge
        if last <= start <= last + _BRIDGE and all(token in bridge for token in sentence.tokens[last:start]):
            return True
    first, last = denials[-1] if denials else (0, 0)
    return end <= first and last == len(sentence.tokens) and all(token == PAUSE for token in sentence.tokens[end:first])


# -- taking a text apart


def _sentences(text: str, words: DangerWords) -> list[_Sentence]:
    return [_sentence([_spelled(token, words) for token in tokens], words) for tokens in sentences(text, words.cut_off)]


def _sentence(tokens: list[str], words: DangerWords) -> _Sentence:
    for spans in words.idioms.spans(tokens).values():
        for start, end in spans:
            tokens[start:end] = [_BLANK] * (end - start)
    turns = {start for spans in words.turns.spans(tokens).values() for start, _ in spans}
    part, part_of = 0, []
    for place in range(len(tokens)):
        part += place in turns
        part_of.append(part)
    found = words.phrases.spans(tokens)
    parts_of = {phrase: {part_of[start] for start, _ in spans} for phrase, spans in found.items()}
    denials = sorted(span for phrase in words.denial for span in found.get(phrase, ()))
    return _Sentence(tokens, part_of, found, parts_of, denials)


def _spelled(token: str, words: DangerWords) -> str:
    """The token, or the word that it misses by a slip of the finger."""
    if len(token) < _LONG_ENOUGH or token in words.spelled:
        return token
    return next((word for word in words.spelling.get(token[0], ()) if _one_slip(token, word)), token)


def _one_slip(token: str, word: str) -> bool:
    """Whether one letter is missing, too many, wrong, or changed places with its neighbour."""
    same = next((place for place, (one, other) in enumerate(zip(token, word, strict=False)) if one != other), min(len(token), len(word)))
    rest, wanted = token[same:], word[same:]
    swapped = len(rest) > 1 and rest[1::-1] + rest[2:] == wanted
    return swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]


# -- compiling


def _dangers(data: Mapping[str, Any], book: PhraseBook) -> tuple[_Danger, ...]:
    blocks = data.get("danger")
    if not isinstance(blocks, Sequence) or isinstance(blocks, str) or not blocks:
        raise ValueError("danger: expected a list of blocks with category, unless and phrases")
    dangers = []
    for number, block in enumerate(blocks):
        key = f"danger.{number}."
        if not isinstance(block, Mapping) or not isinstance(block.get("category"), str):
            raise ValueError(f"{key}category: expected emergency, crisis or another category")
        unless = frozenset(listed(block, "unless", key))
        for text in listed(block, "phrases", key):
            parts = tuple(book.number(f"{key}phrases", part) for part in text.split(" + "))
            dangers.append(_Danger(block["category"], unless, parts))
    return tuple(dangers)


def _marks(data: Mapping[str, Any], book: PhraseBook) -> dict[str, _Mark]:
    texts = _mapping(data, "marks")
    phrases = {
        name: frozenset(book.number(f"marks.{name}", text) for text in listed(_mapping(texts, name, "marks."), "phrases", f"marks.{name}."))
        for name in texts
    }

    def of(name: str, key: str) -> frozenset[int]:
        found: frozenset[int] = frozenset()
        for other in listed(texts[name], key, f"marks.{name}."):
            if other not in phrases:
                raise ValueError(f"marks.{name}: there is no mark {other!r}")
            found |= phrases[other]
        return found

    return {name: _Mark(phrases[name], of(name, "unless"), of(name, "anywhere")) for name in texts}


def _mapping(data: Mapping[str, Any], key: str, within: str = "") -> Mapping[str, Any]:
    found = data.get(key) or {}
    if not isinstance(found, Mapping):
        raise ValueError(f"{within}{key}: expected names and what they hold, found {type(found).__name__}")
    return found
