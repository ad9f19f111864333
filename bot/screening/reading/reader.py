"""Reading one message against what is open. The answer is looked for first, intents come last.

A misread answer is the worst fault this program can have: wherever words point two ways, the
message is unclear and the question is put again.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.criteria.operators import Partly, Value
from bot.screening.attributes import NONE, AnswerType, Attribute
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.corrections import Corrections
from bot.screening.reading.facts import FactReader, TellTale
from bot.screening.reading.intent import NOT_GUESSED, Intent
from bot.screening.reading.lexicon import Lexicon, Means, whole_form
from bot.screening.reading.quantities import MEASUREMENT
from bot.screening.reading.stories import StoryReader
from bot.screening.reading.text import Utterance, cleaned, said, tokens
from bot.screening.reading.values import LONG, Message, ValueReader, one_polarity, value_of_payload
from bot.screening.reading.vote import Vote
from bot.screening.readings import (
    COMMANDS,
    SELF,
    Command,
    Fact,
    Heard,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    ReadElsewhere,
    Reading,
    ReadNo,
    ReadNothing,
    ReadUnclear,
    ReadUnsure,
    ReadYes,
)
from bot.screening.spelling import Spelling

_PAYLOAD = re.compile(r"^#(?P<name>[a-z][a-z0-9_]*)(?:=(?P<value>[A-Za-z0-9_,.\- ]+))?$")
_COURTESY = 4
"""Words a no has at most that is taken for goodbye, where going on was offered."""
_NAMED_EARLY = 4
"""How far into a message the patient may be named whom a fact beside an answer is about."""
_CONSENT = "consent"
_LEADING = 4
"""Words that the beginning of a message has at most where it is the answer by itself."""
_FIRST_PART = 8
"""Words that what a message begins with has at most, where it is a number or a time."""
_SHORT_COMMAND = 12
"""Words a message has at most that is taken for a command where nothing is open."""
_MOST_IN_A_SKIP = 6
"""Words a message has at most that is taken for "skip" without being just that."""
_OFFERS: Mapping[str, Reading] = {"yes": ReadYes(), "no": ReadNo()}
MOST_WORDS = 1_000
"""Words and numbers of a message that is read; a story of 4,000 characters has some 750."""
_OVERRULING = ("safety_",)
_URGENT = (Command.STOP, Command.ERASE, Command.HUMAN, Command.RESTART, Command.CHANGE, Command.FEELING)


class Reader:
    """Reads messages in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._values = ValueReader(lexicon)
        self._facts = FactReader(lexicon, self._values)
        self._spelling = Spelling(lexicon.vocabulary, lexicon.ordinary, lexicon.reading.get("slips") or {})
        self._corrections = Corrections(lexicon, self._values, self._plain_answer)
        self._vote = Vote(lexicon, self._facts, self._corrections)
        self._stories = StoryReader(lexicon, self._values)
        self._own_spelling: dict[str, Spelling] = {}

    def read(
        self,
        text: str,
        prompt: Prompt,
        offered: Collection[str],
        today: datetime.date,
        intent: Intent = NOT_GUESSED,
    ) -> Reading:
        """What `text` means where `prompt` is open, and nothing of what it tells besides."""
        return self.hear(text, prompt, offered, today, intent).reading

    def hear(
        self,
        text: str,
        prompt: Prompt | None,
        offered: Collection[str],
        today: datetime.date,
        intent: Intent = NOT_GUESSED,
        about: str | None = None,
    ) -> Heard:
        """Everything that `text` says where `prompt` is open; None where nothing is yet.

        `offered` names the attributes whose quick replies the person has been shown: a payload
        for any other is ordinary text. `about` is whom the screening is about so far.
        """
        if intent.name and intent.name.startswith(_OVERRULING):
            return Heard(ReadElsewhere())
        if not cleaned(text):
            return Heard(ReadNothing())
        if cleaned(text).startswith("/"):
            # Looks like a command to the machine. It has no power here, and is nobody's answer.
            return Heard(ReadUnclear())
        payload = self._payload(cleaned(text), offered)
        if payload is not None:
            return Heard(payload)
        if _PAYLOAD.match(cleaned(text)):
            # A quick reply that was never offered: nobody's words, so nothing is told by it.
            return Heard(ReadUnclear())
        words = tokens(text)
        if len(words) > MOST_WORDS:
            # Nobody's story: figures or one word, again and again. It is asked for anew rather than read in part.
            return Heard(ReadUnclear())
        message = self._values.message(text, today, *self._spelled(words, prompt), about, offered)
        tales = self._facts.tales(message)
        told = tales.clear
        patient = self._facts.patient(message, told, about)
        if not self._tells_whom(patient, prompt, message, told, about):
            patient = None
        facts = self._facts.of_patient(message, told, patient if patient is not None else (about or SELF))
        correction = self._corrections.find(message, offered, prompt.attribute, facts) if prompt is not None else None
        reading: Reading
        if correction is not None:
            reading = correction
        else:
            reading = self._without_question(text, message) if prompt is None else self._at(prompt, text, message)
            reading = self._of_all(reading, message, offered)
            reading = self._owned(reading, text, prompt, told, facts)
            reading = self._vote.beside_guess(reading, text, prompt, message, intent)
        reading = self._vote.weighed(reading, text, prompt, message, intent, facts)
        if isinstance(reading, ReadCommand) and reading.command is Command.CHANGE and prompt is None:
            reading = self._corrections.wish(message, facts)
        if isinstance(reading, ReadElsewhere | ReadCommand | ReadNothing):
            return Heard(reading, about=patient)
        if prompt is None or (prompt.waiting is Waiting.QUESTION and self._lexicon.attributes[prompt.asks].group == _CONSENT):
            known = facts.keys() | tales.torn
            facts = {**facts, **self._stories.guessed(text, today, intent, patient if patient is not None else about, known)}
        asked = reading.attribute if isinstance(reading, ReadAnswer) else (prompt.attribute if prompt else None)
        rest = tuple(
            Fact(name, tale.value, said(text))
            for name, tale in facts.items()
            if name != asked and self._lexicon.attributes[name].accepts(tale.value) and self._volunteered(tale, prompt, reading, message)
        )
        return Heard(reading, rest, patient)

    def person(self, text: str) -> str | None:
        """The key of the one person that a text names, whatever it says of them."""
        people = {match.label.key for match in self._lexicon.relations.find(tokens(text))}
        return people.pop() if len(people) == 1 else None

    def place_in_list(self, text: str, length: int) -> int | None:
        """Which of a numbered list a message means, counted from 1, in the list or not; None where it is about something else."""
        data = self._lexicon.reading.get("list_places") or {}
        named, fillers = data.get("words") or {}, {token for word in data.get("fillers") or () for token in tokens(str(word))}
        left = [word for word in tokens(text) if word not in fillers]
        if len(left) != 1:
            return None
        if left[0] in map(str, data.get("last") or ()):
            return length
        if left[0] in named:
            return int(named[left[0]])
        numbers = self._values.numbers.find(left)
        return int(numbers[0].value) if numbers and numbers[0].value == int(numbers[0].value) else None

    def illnesses(self, text: str, today: datetime.date) -> Partly:
        """The illnesses that a text says the patient has, and does not have, whatever was asked; no slip is repaired in it."""
        return self._facts.illnesses(self._values.message(text, today))

    def _spelled(self, words: Sequence[str], prompt: Prompt | None) -> tuple[dict[str, str], frozenset[str]]:
        """The slips in a message and what they were meant for, and the words that stay unknown."""
        name = prompt.attribute if prompt is not None else None
        own = self._lexicon.own_vocabulary(name) if name else frozenset()
        if name is None or not self._lexicon.words_of(name).only_asked:
            return dict(self._spelling.repaired(words, own)), self._spelling.unknown(words)
        # Its words are in no other vocabulary.
        if name not in self._own_spelling:
            self._own_spelling[name] = Spelling(own, self._lexicon.ordinary)
        left = self._own_spelling[name].unknown(sorted(self._spelling.unknown(words)))
        repaired = {
            **self._spelling.repaired([word for word in words if word not in own]),
            **self._own_spelling[name].repaired(sorted(left)),
        }
        return repaired, left

    def _of_all(self, reading: Reading, message: Message, offered: Collection[str]) -> Reading:
        """The reading of an answer that tells all there are: whether all of it was read, and what "no other" is beside."""
        attribute = self._lexicon.attributes[reading.attribute] if isinstance(reading, ReadAnswer) else None
        if attribute is None or not attribute.complete or not isinstance(reading, ReadAnswer) or reading.tapped:
            return reading
        if not reading.value and attribute.includes not in offered and self._lexicon.cues("others_only").find(message.said.words):
            return ReadUnclear()  # No other than which?
        known = whole_form(message.said.text) in self._lexicon.whole(attribute.name)
        return replace(reading, partly=not known and not self._values.lists.all_read(attribute, message))

    def _tells_whom(
        self, patient: str | None, prompt: Prompt | None, message: Message, told: Sequence[TellTale], about: str | None
    ) -> bool:
        """Whether a message says whom it is about. Beside an answer a relative is often only mentioned: "my aunt had it, not me"."""
        if patient in (None, SELF, about) or prompt is None or prompt.waiting is not Waiting.QUESTION:
            return True
        if self._lexicon.attributes[prompt.asks].group == _CONSENT or message.clauses.searched_for == patient:
            return True
        if message.clauses.speaks_of_self or self._lexicon.cues("not_me").find(message.said.words):
            return False
        if any(tale.attribute == prompt.asks and tale.owner in (None, SELF) for tale in told):
            return False
        first = message.general[0] if message.general else None
        if self._lexicon.words_of(prompt.asks).only_asked and first is not None and first.start == 0 and first.label.kind == "value":
            return False  # "No, my husband had one."
        named = [start for start, _, person in message.clauses.relations if person.key == patient]
        numbers = message.numbers.find(message.said.words)
        of_them = numbers and any(position < numbers[0].start for position in message.clauses.third_persons)
        if numbers and named and numbers[0].start < named[0] and not of_them:
            return False  # "72, and my wife is 70"; but "she's 66, my aunt".
        return any(start <= _NAMED_EARLY for start in named) or any(
            tale.attribute == prompt.asks and tale.owner == patient for tale in told
        )

    def _volunteered(self, tale: TellTale, prompt: Prompt | None, reading: Reading, message: Message) -> bool:
        """Whether a fact counts beside an answer: illnesses named in passing are seldom the one that is asked for."""
        attribute = self._lexicon.attributes[tale.attribute]
        asked = prompt.attribute if prompt is not None else None
        asks_a_number = asked is not None and self._lexicon.attributes[asked].answer_type is AnswerType.NUMBER
        if asks_a_number and attribute.answer_type is AnswerType.NUMBER and attribute.group != MEASUREMENT:
            bare = any(number.start == tale.start for number in message.numbers.find(message.said.words))
            units = self._lexicon.words_of(attribute.name).units
            if bare and not any(word in units for word in message.said.words[tale.start : tale.start + 3]):
                return False  # "82 before the chemo, 71 now": both are of what was asked.
        if isinstance(reading, ReadAnswer) and attribute.answer_type is AnswerType.NUMBER and tale.value == reading.value:
            return False  # The answer's own number.
        if asked is not None and self._lexicon.attributes[asked].group == MEASUREMENT:
            own = (found for found in message.found(asked) if found.label.own and found.label.kind in ("value", "ignore"))
            if any(found.start <= tale.start < found.end for found in own):
                return False  # "Stage 3" where the kidneys or the heart were asked about is no stage of a cancer.
        if attribute.answer_type is not AnswerType.TEXT or prompt is None:
            return True
        return prompt.waiting is Waiting.QUESTION and self._lexicon.attributes[prompt.asks].group == _CONSENT

    def _owned(
        self,
        reading: Reading,
        text: str,
        prompt: Prompt | None,
        told: Sequence[TellTale],
        facts: Mapping[str, TellTale],
    ) -> Reading:
        """The reading, where what was told is of the patient and not of somebody else."""
        if prompt is None or prompt.waiting is not Waiting.QUESTION:
            return reading
        name = prompt.asks
        theirs = [tale for tale in told if tale.attribute == name]
        if isinstance(reading, ReadUnclear) and name in facts and self._lexicon.attributes[name].accepts(facts[name].value):
            # "I'm 45, she is 71": two values, and one of them hers. Two values of one person stay unclear.
            many = len(theirs) > 1 or self._lexicon.attributes[name].answer_type is AnswerType.NUMBER
            return ReadAnswer(name, facts[name].value, said(text)) if many and not reading.between else reading
        if isinstance(reading, ReadAnswer) and not reading.tapped and reading.attribute == name and theirs:
            if name not in facts:
                # "My father had it": told of somebody whom the screening is not about.
                return ReadUnclear()
            if len(theirs) > 1 and self._lexicon.attributes[name].accepts(facts[name].value):
                return ReadAnswer(name, facts[name].value, said(text), hedged=reading.hedged)
        return reading

    def _at(self, prompt: Prompt, text: str, message: Message) -> Reading:
        """The reading against what is open, intents left aside."""
        words = message.said.words
        match prompt.waiting:
            case Waiting.QUESTION:
                return self._answer(text, message, self._lexicon.attributes[prompt.asks])
            case Waiting.CHANGE:
                return self._which_to_change(text, words)
            case Waiting.FACTS if self._begins_with_no(message):
                return ReadNo()  # "No, he gets up and dresses himself": which of it is wrong is asked next.
            case Waiting.CONFIRM if self._lexicon.attributes[prompt.asks].complete and message.named(prompt.asks):
                return self._one_more(prompt, text, message)
            case Waiting.CONFIRM:
                reading = self._yes_or_no(text, message)
                if not isinstance(reading, ReadUnclear):
                    return reading
                return self._answer(text, message, self._lexicon.attributes[prompt.asks])
            case Waiting.GO_ON if prompt.attribute is not None and self._lexicon.cues("correction_cues").find(words):
                # "No wait, I misread": about the answer that ended it, not about going on.
                reading = self._answer(text, message, self._lexicon.attributes[prompt.attribute])
                return reading if isinstance(reading, ReadAnswer) else ReadCommand(Command.CHANGE, prompt.attribute, said=said(text))
            case Waiting.PAUSED if prompt.before is not None and prompt.before.waiting is Waiting.QUESTION:
                return self._while_paused(text, message, self._lexicon.attributes[prompt.before.asks])
            case Waiting.GO_ON if prompt.attribute is not None and self._lexicon.whole(None).get(whole_form(text)) is None:
                # "No, it was 2 months ago": another value for the answer that ended it. A longer no is not taken for goodbye.
                attribute = self._lexicon.attributes[prompt.attribute]
                if attribute.answer_type is not AnswerType.YES_NO:
                    value = self._values.read(attribute, message)
                    if value is not None:
                        return ReadAnswer(attribute.name, value, said(text))
                reading = self._yes_or_no(text, message)
                return ReadUnclear() if isinstance(reading, ReadNo) and len(words) > _COURTESY else reading
        return self._yes_or_no(text, message)

    def _one_more(self, prompt: Prompt, text: str, message: Message) -> Reading:
        """What was read back, with what is named behind it: "yes, and a stroke"; "no, not asthma, a stroke"."""
        reading = self._answer(text, message, self._lexicon.attributes[prompt.asks])
        if not isinstance(reading, ReadAnswer) or not isinstance(reading.value, tuple) or not isinstance(prompt.value, tuple):
            return reading
        denied = {named.name for named in message.named(prompt.asks) if message.clauses.denied(named.start, named.end)}
        before = [name for name in prompt.value if name not in denied]
        return replace(reading, value=self._lexicon.names_of(prompt.asks).without_wider([*before, *reading.value]))

    def _without_question(self, text: str, message: Message) -> Reading:
        """Before anything was asked only commands can be meant."""
        means = self._lexicon.whole(None).get(whole_form(text))
        if means is not None and means.command is not None:
            return ReadCommand(means.command)
        commands = [match.label.command for match in message.general if match.label.command]
        return ReadCommand(commands[0]) if commands and len(message.said) <= _SHORT_COMMAND else ReadUnclear()

    # -- quick replies of ours

    def _payload(self, text: str, offered: Collection[str]) -> Reading | None:
        match = _PAYLOAD.match(text)
        if match is None:
            return None
        name, value = match["name"], match["value"]
        if name in COMMANDS:
            if name == Command.CHANGE and value:
                return ReadCommand(Command.CHANGE, attribute=value) if value in offered else None
            if name == Command.ERASE and value == "confirm":
                return ReadYes()
            return ReadCommand(COMMANDS[name]) if value is None else None
        if value is None:
            return _OFFERS.get(name)
        if name not in offered or name not in self._lexicon.attributes:
            return None
        if value == "unsure":
            return ReadUnsure(name, "", tapped=True)
        if value == "decline":
            return ReadDecline(name, "", tapped=True)
        attribute = self._lexicon.attributes[name]
        meant = value_of_payload(attribute, value)
        return None if meant is None else ReadAnswer(name, meant, self._title(attribute, meant), tapped=True)

    def _title(self, attribute: Attribute, value: Value) -> str:
        """What the person saw on what they tapped."""
        options = self._lexicon.words_of(attribute.name).options
        chosen: tuple[object, ...] = (value or (NONE,)) if isinstance(value, tuple) else (value,)
        if isinstance(value, bool):
            chosen = ("yes" if value else "no",)
        return ", ".join((str(item) in options and options[str(item)].title) or str(item) for item in chosen)

    # -- which answer to change, where that was asked

    def _which_to_change(self, text: str, words: Sequence[str]) -> Reading:
        means = self._lexicon.whole(None).get(whole_form(text))
        if means and means.command not in (None, Command.CHANGE):
            return ReadCommand(means.command) if means.command else ReadUnclear()
        if means and means.value is False:
            return ReadNo()
        names = {match.label for match in self._lexicon.every_name.find(words)}
        if len(names) == 1:
            return ReadCommand(Command.CHANGE, names.pop(), said=said(text))
        return ReadUnclear()

    # -- yes or no to an offer of ours

    @staticmethod
    def _begins_with_no(message: Message) -> bool:
        """Whether a plain no stands first, with a pause behind it, and nowhere a yes."""
        said = [match for match in message.general if match.label.kind == "value"]
        first = said[0] if said else None
        plain = first is not None and first.start == 0 and first.label.value is False and first.end in message.said.pauses
        return plain and not message.said.asks and all(match.label.value is False for match in said if not match.label.weak)

    def _yes_or_no(self, text: str, message: Message) -> Reading:
        means = self._lexicon.whole(None).get(whole_form(text))
        if means is None:
            found = message.general
            commands = [match.label.command for match in found if match.label.command]
            if commands:
                return ReadCommand(commands[0])
            value = None if message.said.asks or len(message.said) > LONG else one_polarity(found, len(message.said))
            return ReadUnclear() if value is None else (ReadYes() if value else ReadNo())
        if means.command is not None:
            return ReadCommand(means.command)
        if means.kind == "value":
            return ReadYes() if means.value else ReadNo()
        return ReadUnclear()

    # -- an answer to the open question

    def _plain_answer(self, text: str, message: Message, attribute: Attribute) -> Reading:
        """The answer in a part of a message that was seen to be a command: commands in it are not read again."""
        return self._answer(text, message, attribute, commands_too=False)

    def _answer(self, text: str, message: Message, attribute: Attribute, commands_too: bool = True) -> Reading:
        known = self._lexicon.whole(attribute.name)
        words = message.said.words
        whole = known.get(whole_form(text)) or known.get(" ".join(words)) or known.get(" ".join(self._bare(words)))
        if whole is None and message.said.asks:
            # "How many more?" is the command, with or without its mark.
            asked = known.get(" ".join(words[:-1]))
            whole = asked if asked is not None and asked.command is not None else None
        if whole is not None:
            return self._as_reading(whole, attribute, text)
        if attribute.answer_type is AnswerType.TEXT and not attribute.complete and not attribute.of_places:
            name = self._lexicon.conditions.whole(words) or self._lexicon.conditions.whole(self._bare(words))
            if name is not None:
                return ReadAnswer(attribute.name, (name,), said(text))
        found = message.found(attribute.name)
        commands = [match.label.command for match in found if match.label.command and commands_too]
        if len(words) > _MOST_IN_A_SKIP:
            commands = [command for command in commands if command is not Command.SKIP]
        value = None
        if not (message.said.asks and attribute.answer_type is not AnswerType.NUMBER):
            value = self._values.read(attribute, message)
            if value is None:
                value = self._leading(attribute, message, known)
        for kind, reading in (("decline", ReadDecline), ("unsure", ReadUnsure)):
            doubts = [match for match in found if match.label.kind == kind]
            if doubts and not (kind == "unsure" and value is not None and self._stands(value, message, attribute, doubts[0].start)):
                return reading(attribute.name, said(text))
        urgent = [command for command in commands if command in _URGENT]
        if urgent:
            wish = urgent[0] is Command.CHANGE
            return self._corrections.wish(message, {}, attribute.name) if wish else ReadCommand(urgent[0])
        if value is None and attribute.answer_type is AnswerType.NUMBER:
            # "So 4", "4 in total": what is left without what leads in and trails off.
            bare = " ".join(self._bare(words))
            if bare and bare != " ".join(words) and len(self._values.numbers.find(tokens(bare))) == 1:
                value = self._values.read(attribute, self._values.message(bare, message.today))
        if value is None and not message.said.asks and not any(match.label.kind == "unclear" for match in found):
            value = self._first_part(attribute, message)
        if value is not None:
            hedged = any(match.label.kind == "hedged_no" for match in found)
            return ReadAnswer(attribute.name, value, said(text), hedged=hedged)
        hedged = any(match.label.kind == "hedged_no" for match in message.general) and attribute.answer_type is not AnswerType.YES_NO
        if hedged and (not attribute.complete or (not message.named(attribute.name) and self._values.lists.all_read(attribute, message))):
            # "Not that I'm aware of", where "no" is one of the answers.
            means = next((known[word] for word in map(whole_form, self._lexicon.plain_no) if word in known), None)
            if means is not None and means.kind == "value" and means.value is not None:
                return ReadAnswer(attribute.name, means.value, said(text), hedged=True)
        return ReadCommand(commands[0]) if commands else ReadUnclear(self._values.between(attribute, message))

    def _leading(self, attribute: Attribute, message: Message, known: Mapping[str, Means]) -> Value | None:
        """What a message begins with, where that alone would be an answer: "no, never, I am as healthy as a horse"."""
        words = message.said.words
        if attribute.answer_type is AnswerType.YES_NO or attribute.complete:
            return None
        if any(match.label.kind in ("value", "ignore", "unclear") and match.label.own for match in message.found(attribute.name)):
            return None
        turning = sentences[1].start if len(sentences := message.said.sentences) > 1 else -1
        if any(match.start in sentences[0] or match.start == turning for match in self._lexicon.cues("contrasts").find(words)):
            return None
        starters = self._lexicon.single("clause_starts")
        for end in range(min(_LEADING, len(words) - 1), 0, -1):
            means = known.get(" ".join(words[:end]))
            ends = end in message.said.pauses or words[end] in starters or bool(self._lexicon.cues("adding").longest_at(words, end))
            if means is not None and means.kind == "value" and ends:
                return means.value
        return None

    def _first_part(self, attribute: Attribute, message: Message) -> Value | None:
        """The number or time that a message begins with, where what comes behind tells no other: "72, though it was 180 back then"."""
        if attribute.answer_type not in (AnswerType.NUMBER, AnswerType.TIME_SINCE):
            return None
        said, cues = message.said, self._lexicon.cues
        turned = any(cues(key).find(said.words) for key in ("correction_cues", "turners"))
        if turned or self._values.numbers.is_vague(said.words):
            return None
        for end in self._ends_of_first_part(said):
            first, rest = (self._values.message(said.lowered[slice(*span)], message.today) for span in said.parts(end))
            value = None if cues("over").find(first.said.words) else self._values.read(attribute, first)
            if value is None:
                continue
            if attribute.whole and cues("one_more").find(rest.said.words):
                return None
            dated = attribute.answer_type is AnswerType.TIME_SINCE
            over = not dated and cues("over").find(rest.said.words) and not cues("current").find(rest.said.words)
            return value if over or self._values.others(attribute, rest) <= {value} else None
        return None

    def _ends_of_first_part(self, said: Utterance) -> Iterator[int]:
        """Where a new thought begins, early in a message."""
        starters = self._lexicon.single("clause_starts")
        for end in range(1, min(_FIRST_PART + 1, len(said))):
            begins = any(self._lexicon.cues(key).longest_at(said.words, end) for key in ("adding", "contrasts"))
            if end in said.pauses or said.words[end] in starters or begins:
                yield end

    def _stands(self, value: Value, message: Message, attribute: Attribute, doubt: int) -> bool:
        """Whether a value stands in spite of a doubt: said outright, behind a "but"."""
        contrasts = [match.start for match in self._lexicon.cues("contrasts").find(message.said.words)]
        told = [match.start for match in message.found(attribute.name) if match.label.alone and match.label.kind == "value"]
        return any(doubt < contrast < start for contrast in contrasts for start in told)

    def _bare(self, words: Sequence[str]) -> Sequence[str]:
        """The words without a lead-in and what trails off: the 4 of "it is 4 I think"."""
        bare = list(words)
        for _ in range(2):
            first = self._lexicon.cues("lead_ins").find(bare)[:1]
            if first and first[0].start == 0:
                bare = bare[first[0].end :]
            last = [match for match in self._lexicon.cues("tails").find(bare) if match.end == len(bare)]
            if last:
                bare = bare[: last[0].start]
        return bare

    def _while_paused(self, text: str, message: Message, attribute: Attribute) -> Reading:
        """A yes or no after a pause, or after an alarm, is to that: only what can be nothing else answers the question."""
        reading = self._yes_or_no(text, message)
        if not isinstance(reading, ReadUnclear) or attribute.answer_type is AnswerType.YES_NO:
            return reading
        return self._answer(text, message, attribute)

    def _as_reading(self, means: Means, attribute: Attribute, text: str) -> Reading:
        tapped = whole_form(text) in self._lexicon.titles(attribute.name)
        if means.command is not None:
            return ReadCommand(means.command)
        if means.value is not None:
            return ReadAnswer(attribute.name, means.value, said(text), tapped)
        left_open = ReadUnsure if means.kind == "unsure" else ReadDecline
        return left_open(attribute.name, said(text), tapped)
