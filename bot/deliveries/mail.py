"""Mail about something that happened."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bot.deliveries.errors import NotDeliveredError
from bot.store import Delivery

_SECONDS = 20
_NAMED_SITE = ("facility", "city", "state", "country")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. A password is sent over TLS alone; without one, TLS is used where the server offers it."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls_from_the_start: bool

    @classmethod
    def of(cls, url: str) -> MailServer:
        """From `smtp[s]://user:password@host:port`, as the settings have seen that it is."""
        parts = urlsplit(url)
        username = unquote(parts.username) if parts.username else None
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (465 if tls else 587 if username else 25),
            username=username,
            password=None if username is None else unquote(parts.password or ""),
            tls_from_the_start=tls,
        )

    @property
    def must_start_tls(self) -> bool | None:
        """True: STARTTLS or nothing. None: where it is offered."""
        if self.tls_from_the_start:
            return False
        return True if self.username is not None and not _is_here(self.host) else None


class Mailer:
    """Hands mails to a server. `texts` are the `mail` part of `words/<locale>/console/deliveries.yaml`."""

    def __init__(self, server: MailServer, sender: str, texts: Mapping[str, Any], tls: ssl.SSLContext | None = None) -> None:
        self._server, self._sender, self._texts, self._tls = server, sender, texts, tls

    async def send(self, delivery: Delivery, address: str, now: datetime) -> None:
        """Send one; `NotDeliveredError` where the server does not take it."""
        server = self._server
        try:
            await aiosmtplib.send(
                self.message(delivery, address, now),
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.tls_from_the_start,
                start_tls=server.must_start_tls,
                tls_context=self._tls,
                local_hostname=self._domain,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPResponseException as problem:
            raise NotDeliveredError(f"the mail server answered {problem.code}", problem.code) from None
        except aiosmtplib.SMTPRecipientsRefused as problem:
            code = problem.recipients[0].code
            raise NotDeliveredError(f"the mail server answered {code} to the address", code) from None
        except (aiosmtplib.SMTPException, OSError) as problem:
            raise NotDeliveredError(f"the mail server cannot be reached ({type(problem).__name__})") from None

    def message(self, delivery: Delivery, address: str, now: datetime) -> EmailMessage:
        """The mail itself. One that is sent twice has the same number, so that a mailbox can tell."""
        body, texts = delivery.body, self._texts
        filled = {
            "trial": body["trial_id"] or texts["any_trial"],
            "site": _named(body["site"]) or texts["any_site"],
            "url": body["conversation_url"],
            "at": datetime.fromisoformat(body["at"]).strftime("%Y-%m-%d %H:%M"),
        }
        about = texts["events"][delivery.event]
        message = EmailMessage()
        message["From"], message["To"] = self._sender, address
        message["Subject"] = str(about["subject"]).format(**filled)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{delivery.key}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Trialchat-Delivery"], message["X-Trialchat-Event"] = delivery.key, delivery.event
        message.set_content(str(about["text"]).format(**filled))
        return message

    @property
    def _domain(self) -> str:
        return self._sender.rpartition("@")[2]


def _named(site: Mapping[str, Any] | None) -> str:
    return ", ".join(str(site[part]) for part in _NAMED_SITE if site.get(part)) if site else ""


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
