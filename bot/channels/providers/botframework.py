"""Microsoft Bot Framework: a bot in Teams, and on the other channels of Azure AI Bot Service.

Source: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication (both directions),
.../bot-framework-rest-connector-send-and-receive-messages, https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/
cards-actions (messageBack).
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from pydantic import Field

from bot.channels.providers.base import (
    Answered,
    Arrived,
    Call,
    Config,
    ForgedError,
    Heard,
    Outcome,
    Provider,
    Received,
    ServerUrl,
    by_status,
    items,
    moment,
    needed,
    part,
    word,
)
from bot.channels.providers.tokens import AccessToken, SigningKeys
from bot.channels.shaping import Piece
from bot.store.records import JsonObject

_ISSUER = "https://api.botframework.com"
_SCOPE = "https://api.botframework.com/.default"
_CARD = "application/vnd.microsoft.card.hero"


class BotFrameworkConfig(Config):
    """The app's id and secret; `tenant` is that of a single-tenant bot."""

    app_id: str = Field(min_length=8, max_length=64)
    app_password: str = Field(min_length=8)
    tenant: str = Field(default="botframework.com", pattern=r"^[\w.-]+$")
    login_url: ServerUrl = "https://login.microsoftonline.com"
    metadata_url: ServerUrl = "https://login.botframework.com/v1/.well-known/openidconfiguration"


class BotFramework(Provider[BotFrameworkConfig]):
    """A bot. Only conversations between two are answered: in a team others would read along."""

    name = "botframework"

    def __init__(self, config: BotFrameworkConfig) -> None:
        super().__init__(config)
        self._keys, self._token = SigningKeys(config.metadata_url), AccessToken(self._asks_for_a_token)
        self.to_receive, self.to_send = (self._keys,), (self._token,)

    def receive(self, arrived: Arrived) -> Received:
        """An activity: a message, or somebody who added the bot."""
        claims, key = self._keys.claims(arrived.headers.get("authorization", ""), arrived.at, issuer=_ISSUER, audience=self.config.app_id)
        activity = arrived.object()
        service = needed(activity, "serviceUrl", 400)
        if word(dict(claims), "serviceurl").rstrip("/") != service.rstrip("/"):
            raise ForgedError("the token is for another service")
        endorsed, channel = key.get("endorsements"), word(activity, "channelId")
        if isinstance(endorsed, list) and channel not in endorsed:
            raise ForgedError("the key is not for this channel")
        talk = part(activity, "conversation")
        if talk.get("isGroup") or talk.get("conversationType") not in (None, "", "personal"):
            return Received()
        return Received(self._heard(activity, service))

    def _heard(self, activity: JsonObject, service: str) -> tuple[Heard, ...]:
        kind, bot = activity.get("type"), part(activity, "recipient")
        opens = kind == "conversationUpdate" and any(word(one, "id") == word(bot, "id") for one in items(activity, "membersAdded"))
        if kind != "message" and not opens:
            return ()
        person = part(activity, "from")
        user, talk = needed(person, "id", 400), needed(part(activity, "conversation"), "id", 400)
        address: JsonObject = {"service": service, "conversation": talk, "bot": {"id": word(bot, "id")}, "person": {"id": user}}
        number, order = needed(activity, "id", 400), moment(word(activity, "timestamp"))
        # A button's payload comes as the text; its title was shown in the chat.
        text = "" if opens else word(activity, "text")
        return (Heard(f"{word(activity, 'channelId')}:{user}", f"{talk}:{number}", text, address, order=order, opens=opens),)

    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """A message, as plain text: nothing that somebody said is read as markup."""
        data: JsonObject = {
            "type": "message",
            "from": address["bot"],
            "recipient": address["person"],
            "conversation": {"id": address["conversation"]},
            "text": piece.text,
            "textFormat": "plain",
        }
        if piece.buttons:
            buttons = [
                {"type": "messageBack", "title": title, "text": payload, "displayText": title, "value": {"payload": payload}}
                for title, payload in piece.buttons
            ]
            data["attachments"] = [{"contentType": _CARD, "content": {"buttons": buttons}}]
        url = f"{str(address['service']).rstrip('/')}/v3/conversations/{quote(str(address['conversation']), safe='')}/activities"
        return Call(url, data, headers=self._token.header)

    def outcome(self, answered: Answered) -> Outcome:
        """401: another token is needed. 412, 502 and 504 pass, as all that is Teams' own."""
        found = by_status(answered)
        if answered.status == 401:
            self._token.forget()
        return found if answered.status not in (401, 412) else Outcome(False, again=True, after=found.after, why=found.why)

    def _asks_for_a_token(self, _now: datetime) -> Call:
        config = self.config
        form = (
            ("grant_type", "client_credentials"),
            ("client_id", config.app_id),
            ("client_secret", config.app_password),
            ("scope", _SCOPE),
        )
        return Call(f"{config.login_url}/{config.tenant}/oauth2/v2.0/token", form=form)
