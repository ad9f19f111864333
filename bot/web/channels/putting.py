"""Messages put into a channel's form, and behind what is still to be sent to somebody."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from bot.channels.lists import NOTHING, ListReader, Offer
from bot.channels.providers.base import AnyProvider
from bot.channels.shaping import Piece, shaped, with_beginning
from bot.screening.prompts import Prompt, Waiting
from bot.screening.readings import ReadAnswer
from bot.store import JsonObject, Unit
from bot.web.channels.envelope import Envelopes
from bot.words import Library, Words


class Putting:
    """Puts messages into words and lists that a channel can show, in the language of the conversation."""

    def __init__(self, providers: Mapping[str, AnyProvider], library: Library, envelopes: Envelopes) -> None:
        self._providers, self._library, self._envelopes = providers, library, envelopes
        self._readers = {locale: ListReader(words.files["channels"]["places"]) for locale, words in library.words.items()}
        self._known: dict[tuple[str, str, str], bool] = {}

    def send(
        self,
        unit: Unit,
        channel: str,
        sender: str,
        conversation_id: str | None,
        locale: str,
        address: JsonObject,
        messages: Sequence[JsonObject],
        at: datetime.datetime,
        *,
        keeps_offer: bool = False,
    ) -> None:
        """Send messages, in one transaction with what they answer. Without a conversation: it was erased, and these are its last words.

        `keeps_offer`: they are no part of the dialogue, and the list that was shown last can still be answered.
        """
        provider, words = self._providers[channel], self._library.in_locale(locale)
        limits = provider.limits
        pieces: list[Piece] = []
        offer: Offer = NOTHING
        for message in messages:
            put = shaped(message, limits, words, lambda attribute, mark: self._is_an_answer(words, attribute, mark))
            pieces += [piece for piece in put.pieces if piece.text]
            # Of several lists the last is the one that is answered.
            offer = put.offer if put.offer.choices else offer
        if provider.begins_with is not None:
            pieces = with_beginning(pieces, provider.begins_with, limits, words)
        sealed = [self._envelopes.of_piece(address, piece) for piece in pieces]
        unit.send_later(channel, sender, sealed, conversation_id=conversation_id, at=at)
        if conversation_id is not None and messages:
            if keeps_offer:
                _, offer = self._envelopes.place(unit.channel_address(conversation_id))
            unit.keep_address(conversation_id, self._envelopes.of_place(address, offer))

    def chosen(self, text: str, offer: Offer, locale: str) -> str:
        """What a reply chooses from the list that was shown last; itself where it is no reply to it."""
        words = self._library.in_locale(locale)
        return self._readers[words.locale].chosen(text, offer) or text

    def _is_an_answer(self, words: Words, attribute: str, mark: str) -> bool:
        """Whether a figure or letter alone would be read as the answer itself; looked at once for each."""
        key = (words.locale, attribute, mark)
        if key not in self._known:
            prompt = Prompt(waiting=Waiting.QUESTION, attribute=attribute)
            # Whatever the day, a figure is none.
            reading = words.reader.read(mark, prompt, frozenset(), datetime.date(2026, 1, 1))
            self._known[key] = isinstance(reading, ReadAnswer)
        return self._known[key]
