"""The words' reading of a message beside what the engine's classifier says: docs/decisions 11 and 13 say why it is weighed so.

The classifier is one vote. Its intent may turn a reading into a question or a command, and its guess at an answer may fill in
where the words say nothing. Neither ever takes the place of a value that words gave.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.screening.attributes import AnswerType, Attribute
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.corrections import Corrections
from bot.screening.reading.facts import FactReader, TellTale
from bot.screening.reading.intent import Intent
from bot.screening.reading.lexicon import Lexicon, option_value, whole_form
from bot.screening.reading.text import said
from bot.screening.reading.values import Message
from bot.screening.readings import (
    Command,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    ReadElsewhere,
    Reading,
    ReadUnclear,
    ReadUnsure,
)

_SEX = "sex"
_TOPIC, _ADVICE, _OUT_OF_SCOPE = "ask_", "medical_advice", "out_of_scope"
_COURTESY = 4
"""Words a greeting, thanks or goodbye has at most. Longer ones are likelier an answer that was not understood."""
_TRUSTED = 0.6
"""How sure the classifier has to be to turn a reading that words gave into a question."""
_OVERRULES = 0.8
"""How sure it has to be to overrule a value or a command that was read from a few words in passing."""
_SURELY = 0.9
"""How sure it has to be to overrule what begins as an answer does, and that only where no answer is guessed; and how sure a guess has to
be to turn a doubt into an answer, or an answer into a doubt."""
_LIKELY, _LIKELY_ASKED = 0.5, 0.3
"""How sure it has to be where the words say nothing else; less where they are put as a question."""
_GUESSED, _GUESSED_OPEN = 0.6, 0.55
"""How sure a guess at an answer has to be where the words say nothing; less where it leaves the question open."""
_ENOUGH_TO_GUESS = 3
"""Words from which on a message says enough for a guess: "back pain" is no answer to anything."""
_ENOUGH_TO_DOUBT = 4
"""Words from which on a message says enough to be no answer in spite of the words of one."""
_AT_THE_BEGINNING = 2
"""How many words may stand before what a message begins with: "god, no"."""
_CONTRADICTED, _CONTRADICTED_CHOICE = 0.75, 0.5
"""How sure a guess has to be to make a value doubtful that words gave; less for one of several, which is misread sooner."""
_STORY = 3
"""Facts from which on a message is a story: "could he be considered?" at its end asks for no advice."""
_COMMAND_INTENTS: Mapping[str, Command] = {
    "why": Command.WHY,
    "repeat": Command.REPEAT,
    "go_back": Command.BACK,
    "change_answer": Command.CHANGE,
    "skip": Command.SKIP,
    "stop": Command.STOP,
    "start_over": Command.RESTART,
    "help": Command.HELP,
    "human": Command.HUMAN,
    "progress": Command.PROGRESS,
    "language": Command.LANGUAGE,
    "erase": Command.ERASE,
    "show_contacts": Command.CONTACTS,
    "show_result": Command.SUMMARY,
    "go_on": Command.GO_ON,
    # Who says goodbye stops for now.
    "goodbye": Command.STOP,
}
_LEFT_OPEN: Mapping[str, type[ReadUnsure] | type[ReadDecline]] = {"unsure": ReadUnsure, "decline": ReadDecline}
"""Intents that leave a question open and so do no harm: who does not know, or would rather not say, in words that are not known."""
_WISHES = frozenset({Command.HUMAN, Command.HELP, Command.LANGUAGE, Command.ERASE, Command.STOP})
"""Commands that may be wrapped in a story before anything was asked."""
_LARGER = frozenset({Command.RESTART, Command.ERASE, Command.HUMAN})
"""Commands that concern more than one answer, and so outrank a change that a value in passing seems to make."""
_GOING_ON = frozenset({Command.RESUME, Command.GO_ON})
"""Commands that say little where a question is open anyhow."""
_ABOUT_THE_QUESTION = frozenset({Command.WHY, Command.REPEAT})
"""Commands about the question that is open, which a question about the trial only resembles."""
_REFUSING = frozenset({Command.SKIP, Command.WHY})
"""Commands in whose words people also refuse: "next question", "is that any of your business"."""
_COURTESIES = frozenset({"greet", "thanks"})


class Vote:
    """Weighs the words' reading against the classifier's intent and guesses."""

    def __init__(self, lexicon: Lexicon, facts: FactReader, corrections: Corrections) -> None:
        self._lexicon = lexicon
        self._facts = facts
        self._corrections = corrections

    def beside_guess(self, reading: Reading, text: str, prompt: Prompt | None, message: Message, intent: Intent) -> Reading:
        """The reading of the words beside what the classifier learned of answers to this question.

        A guess fills in where the words say nothing that is known, and makes a value doubtful that it contradicts. It never
        takes the place of a value.
        """
        if prompt is None or prompt.waiting is not Waiting.QUESTION or self._is_of_another_kind(intent):
            return reading
        attribute = self._lexicon.attributes[prompt.asks]
        if whole_form(text) in self._lexicon.whole(attribute.name) or len(message.said) < _ENOUGH_TO_GUESS:
            return reading
        value, left_open = intent.value(attribute.name), intent.leaves_open(attribute.name)
        if isinstance(reading, ReadUnclear):
            unclear = reading.between or any(match.label.kind == "unclear" for match in message.found(attribute.name))
            if message.said.asks or (unclear and (value is None or value.confidence < _SURELY)):
                return reading
            # The name of an illness that nobody knows is no doubt.
            if left_open is not None and left_open.confidence >= _GUESSED_OPEN and attribute.answer_type is not AnswerType.TEXT:
                return _LEFT_OPEN[left_open.means](attribute.name, said(text))
            if value is not None and value.confidence >= _GUESSED:
                return ReadAnswer(attribute.name, option_value(attribute, value.means), said(text), guessed=True)
        surer = value is not None and value.confidence >= _SURELY and (left_open is None or left_open.confidence < value.confidence)
        if isinstance(reading, ReadUnsure) and value is not None and surer:
            # A "maybe" in passing: "has maybe a two hour nap, otherwise he's up and about".
            return ReadAnswer(attribute.name, option_value(attribute, value.means), said(text), guessed=True)
        if not isinstance(reading, ReadAnswer) or reading.tapped:
            return reading
        if left_open is not None and left_open.confidence >= _SURELY:
            return _LEFT_OPEN[left_open.means](attribute.name, said(text))  # "He isn't sure, he'd want to see the dates before saying."
        if self._says_nothing(attribute, message, intent):
            return ReadUnclear()  # "They took a sample of my gut for coeliac": the words of an answer, and none.
        several = attribute.answer_type is AnswerType.CHOICE
        if value is not None and value.confidence >= (_CONTRADICTED_CHOICE if several else _CONTRADICTED):
            meant = option_value(attribute, value.means)
            if meant != reading.value:
                return ReadUnclear((reading.value, meant) if several else ())
        return reading

    @staticmethod
    def _says_nothing(attribute: Attribute, message: Message, intent: Intent) -> bool:
        """Whether a message is surely no answer, though it has the words of one. A yes or no that stands first is believed."""
        if attribute.answer_type not in (AnswerType.YES_NO, AnswerType.CHOICE) or len(message.said) < _ENOUGH_TO_DOUBT:
            return False
        ends = message.said.pauses | {len(message.said)}
        said = (match for match in message.found(attribute.name) if match.label.kind in ("value", "hedged_no"))
        leads = any(match.start <= _AT_THE_BEGINNING and match.end in ends for match in said)
        return not leads and intent.settles_nothing(attribute.name) >= _SURELY

    def weighed(
        self, reading: Reading, text: str, prompt: Prompt | None, message: Message, intent: Intent, facts: Mapping[str, TellTale]
    ) -> Reading:
        """The reading of the words against what the classifier says."""
        if getattr(reading, "tapped", False) or whole_form(text) in self._lexicon.whole(prompt.attribute if prompt else None):
            return reading
        asks = self._asks(message)
        if isinstance(reading, ReadUnclear):
            if prompt is not None and prompt.waiting is Waiting.PAUSED and intent.name in _COURTESIES:
                return reading  # Who greets after a pause is back.
            about_trial = intent.name is not None and (intent.name.startswith(_TOPIC) or intent.name == _ADVICE)
            about_them = [tale for name, tale in facts.items() if name != _SEX]
            if prompt is None and about_them:
                wish = _COMMAND_INTENTS.get(intent.name or "")
                if wish is Command.CHANGE and intent.confidence >= (_LIKELY if self._speaks_of_answers(message) else _SURELY):
                    return self._corrections.wish(message, facts)  # "I gave 95 as my weight, it should say 59."
                if wish in _WISHES and intent.confidence >= (_OVERRULES if asks else _SURELY):
                    return ReadCommand(wish)  # "My mother is 86 and hates computers. Could a person ring her?"
                if intent.name == _ADVICE and intent.confidence >= (_TRUSTED if asks and len(about_them) < _STORY else _SURELY):
                    return ReadElsewhere()  # A story that ends in "should I stop the tablets?" asks for advice.
                only_asked = all(self._facts.asked(tale, message) for tale in about_them)
                if not (only_asked and about_trial and intent.confidence >= _TRUSTED):
                    return reading
            open_now = prompt.attribute if prompt is not None and prompt.waiting is Waiting.QUESTION else None
            return self._from_intent(intent, message, asks, reading, facts, open_now)
        about_trial = intent.name is not None and (intent.name.startswith(_TOPIC) or intent.name == _ADVICE)
        if isinstance(reading, ReadCommand):
            of_question = reading.command in _ABOUT_THE_QUESTION and prompt is not None and prompt.waiting is Waiting.QUESTION
            of_question = of_question and not (intent.name == _ADVICE and intent.confidence >= _OVERRULES)
            if about_trial and not of_question and intent.confidence >= (_TRUSTED if asks else _OVERRULES):
                return ReadElsewhere()  # "My marker went from 4 to 19, what does that mean?"
            if prompt is None and intent.name == _OUT_OF_SCOPE and intent.confidence >= _OVERRULES:
                return ReadUnclear()
            other = _COMMAND_INTENTS.get(intent.name or "")
            needed = _SURELY if reading.command is Command.CHANGE else _OVERRULES
            if reading.command in _GOING_ON and prompt is not None and prompt.waiting is Waiting.QUESTION:
                needed = _LIKELY  # "Ignore this question and carry on."
            if prompt is not None and prompt.attribute and reading.command in _REFUSING and self._refuses(intent, prompt.attribute):
                return ReadDecline(prompt.attribute, said(text))  # "A lady doesn't tell. Next question."
            if other in (None, reading.command) or intent.confidence < needed:
                return reading
            if reading.command is Command.CHANGE and other not in _LARGER:
                return reading
            return self._from_intent(intent, message, asks, reading, facts, prompt.attribute if prompt else None)
        if intent.name == _ADVICE and intent.confidence >= _SURELY and not isinstance(reading, ReadUnsure | ReadDecline):
            return ReadElsewhere()  # "8.2, do I need a transfusion": what they ask comes first, the answer can be given again.
        if about_trial and asks and intent.confidence >= (_LIKELY if intent.name == _ADVICE else _TRUSTED):
            return ReadElsewhere()
        if isinstance(reading, ReadAnswer) and _COMMAND_INTENTS.get(intent.name or "") in (Command.GO_ON, Command.RESUME):
            return reading  # "Fire away" to a question is a yes.
        leads = isinstance(reading, ReadAnswer) and any(
            found.start == 0 and not found.label.weak for found in message.general if found.label.kind == "value"
        )
        if leads and intent.confidence >= _SURELY and prompt is not None and intent.value(prompt.attribute or "") is None:
            leads = False  # "No more questions please, I'm done": no answer, though it begins as one.
        if intent.name in _COMMAND_INTENTS and intent.confidence >= _OVERRULES and not facts and not leads:
            return self._from_intent(intent, message, asks, reading, facts, prompt.attribute if prompt else None)
        return reading

    def _from_intent(
        self,
        intent: Intent,
        message: Message,
        asks: bool,
        otherwise: Reading,
        facts: Mapping[str, TellTale],
        attribute: str | None = None,
    ) -> Reading:
        """What the classifier makes of words that say nothing to the readers; `otherwise` where it is not sure."""
        words = message.said.words
        command = _COMMAND_INTENTS.get(intent.name or "")
        if command is not None and intent.confidence >= _LIKELY:
            return self._corrections.wish(message, facts, attribute) if command is Command.CHANGE else ReadCommand(command)
        left_open = _LEFT_OPEN.get(intent.name or "")
        if left_open is not None and intent.confidence >= _GUESSED_OPEN and attribute is not None:
            return left_open(attribute, said(message.said.text))
        if intent.name in _COURTESIES and intent.confidence >= _TRUSTED and len(words) <= _COURTESY:
            return ReadElsewhere()
        if intent.name is not None and (intent.name.startswith(_TOPIC) or intent.name == _ADVICE):
            # "My daughter can drive me" is no question, whatever the classifier makes of it.
            needed = _LIKELY_ASKED if asks else (_TRUSTED if attribute is not None else _LIKELY)
            return ReadElsewhere() if intent.confidence >= needed else otherwise
        return otherwise

    def _speaks_of_answers(self, message: Message) -> bool:
        """Whether words say that something was answered before, or was wrong."""
        return any(self._lexicon.cues(key).find(message.said.words) for key in ("old_answer", "was_wrong", "correction_cues"))

    @staticmethod
    def _refuses(intent: Intent, attribute: str) -> bool:
        """Whether both the intent and the guess at the answer are a refusal."""
        guess = intent.leaves_open(attribute)
        agreed = guess is not None and guess.means == intent.name and guess.confidence >= _OVERRULES
        return agreed and _LEFT_OPEN[intent.name or ""] is ReadDecline

    @staticmethod
    def _is_of_another_kind(intent: Intent) -> bool:
        """Whether the classifier takes the message for no answer at all."""
        name = intent.name or ""
        return (name in _COMMAND_INTENTS or name.startswith(_TOPIC) or name == _ADVICE) and intent.confidence >= _LIKELY

    def _asks(self, message: Message) -> bool:
        """Whether the message is a question: it ends as one, or a sentence of it begins as one."""
        if message.said.asks or any(word == "?" for word in message.said.words):
            return True
        words, leads = message.said.words, self._lexicon.single("question_leads")
        if any(match.start in message.said.pauses for match in self._lexicon.cues("asking_inside").find(words)):
            return True  # "158, shall I take another tablet."
        starts = {match.start for match in self._lexicon.cues("question_starts").find(words)}
        return any(
            start == sentence.start or (start == sentence.start + 1 and words[sentence.start] in leads)
            for sentence in message.said.sentences
            for start in starts
        )
