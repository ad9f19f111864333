"""Mail, handed to a real server."""

from __future__ import annotations

import asyncio
import email
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from bot.deliveries.errors import NotDeliveredError
from bot.deliveries.mail import Mailer, MailServer
from bot.deliveries.outbox import Outbox
from bot.sealing import Sealer
from bot.store import Delivery, Store
from bot.web.console.texts import load_console_texts
from tests.certificates import made_certificate
from tests.console.house import Clock
from tests.deliveries.conftest import NOON, put
from tests.deliveries.test_webhooks import DELIVERY

BODY = {
    "event": "handoff.created",
    "trial_id": "NCT06141070",
    "site": {"facility": "Sahlgrenska", "city": "Göteborg", "state": None, "country": "Sweden"},
    "conversation_url": "https://trials.example.org/console/conversations/ab",
    "at": "2026-03-01T12:00:00+00:00",
}


class Mailbox:
    """Keeps what arrives, and whether it came over TLS; refuses what the test says."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.over_tls: list[bool] = []
        self.logins: list[str] = []
        self.refuse: str | None = None

    async def handle_RCPT(  # noqa: N802  (a name of aiosmtpd)
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.over_tls.append(session.ssl is not None)
        return "250 OK"

    def let_in(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.login == b"trials@x" and data.password == b"p:w/d"
        self.logins.append(mechanism)
        return AuthResult(success=right, handled=right)


Serve = Callable[..., int]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def serve(mailbox: Mailbox) -> Iterator[Serve]:
    """Start a server; its port."""
    with ExitStack() as stopping:

        def start(**options: Any) -> int:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port: int = free.getsockname()[1]
            controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
            controller.start()
            stopping.callback(controller.stop)
            return port

        yield start


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, with its key, that nobody but this test trusts."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(b"".join(made_certificate("localhost")))
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def mailer(url: str, tls: ssl.SSLContext | None = None) -> Mailer:
    return Mailer(MailServer.of(url), "trials@example.org", load_console_texts()["deliveries"]["mail"], tls)


async def hung_up(port: int) -> None:
    """Wait until no connection to a server is left: closing one that speaks TLS takes a while after the call that closed it."""
    async with asyncio.timeout(20):
        while any(one.raddr and one.raddr.port == port for one in psutil.Process().net_connections()):
            await asyncio.sleep(0.01)


async def send(found: Mailer, **changed: Any) -> None:
    await found.send(_delivery(**changed), "team@example.org", NOON)


def _delivery(**changed: Any) -> Delivery:
    return replace(DELIVERY, body=BODY, **changed)


async def test_a_mail_says_that_somebody_asks_and_where_to_read_how_to_reach_them(serve: Serve, mailbox: Mailbox) -> None:
    await send(mailer(f"smtp://127.0.0.1:{serve()}"))
    (mail,) = mailbox.mails
    assert (mail["From"], mail["To"]) == ("trials@example.org", "team@example.org")
    assert mail["Subject"] == "A patient asks to be contacted (NCT06141070)"
    assert mail["Message-ID"] == f"<{DELIVERY.key}@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "Place: Sahlgrenska, Göteborg, Sweden" in text
    assert BODY["conversation_url"] in text
    assert "2026-03-01 12:00 UTC" in text


@pytest.mark.parametrize("event", ["handoff.created", "handoff.changed", "handoff.withdrawn", "test"])
async def test_every_event_has_a_mail(event: str) -> None:
    mail = mailer("smtp://127.0.0.1").message(_delivery(event=event), "team@example.org", NOON)
    assert "NCT06141070" in mail["Subject"]
    assert BODY["conversation_url"] in mail.get_content()


async def test_tls_is_used_where_the_server_offers_it(
    serve: Serve, mailbox: Mailbox, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    port = serve(tls_context=server_tls)
    await send(mailer(f"smtp://127.0.0.1:{port}", trusting))
    assert mailbox.over_tls == [True]
    await hung_up(port)


async def test_a_certificate_that_is_not_trusted_is_refused(serve: Serve, mailbox: Mailbox, server_tls: ssl.SSLContext) -> None:
    port = serve(tls_context=server_tls)
    with pytest.raises(NotDeliveredError, match="cannot be reached"):
        await send(mailer(f"smtp://127.0.0.1:{port}"))
    assert mailbox.mails == []
    await hung_up(port)


async def test_a_name_and_a_password_are_given_over_tls(
    serve: Serve, mailbox: Mailbox, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    port = serve(tls_context=server_tls, authenticator=mailbox.let_in, auth_required=True)
    await send(mailer(f"smtp://trials%40x:p%3Aw%2Fd@127.0.0.1:{port}", trusting))
    assert len(mailbox.mails) == len(mailbox.logins) == 1
    with pytest.raises(NotDeliveredError, match="the mail server answered 535"):
        await send(mailer(f"smtp://trials%40x:wrong@127.0.0.1:{port}", trusting))
    await hung_up(port)


def test_a_password_is_never_sent_in_the_clear_to_another_machine() -> None:
    assert MailServer.of("smtp://ada:secret@mail.example.org").must_start_tls is True
    assert MailServer.of("smtp://ada:secret@localhost").must_start_tls is None
    assert MailServer.of("smtp://mail.example.org").must_start_tls is None
    assert MailServer.of("smtps://ada:secret@mail.example.org").must_start_tls is False


@pytest.mark.parametrize(("url", "port", "tls"), [
    ("smtp://mail.example.org", 25, False),
    ("smtp://ada:secret@mail.example.org", 587, False),
    ("smtps://mail.example.org", 465, True),
    ("smtps://mail.example.org:2465", 2465, True),
])  # fmt: skip
def test_a_server_without_a_port_is_found_where_such_servers_are(url: str, port: int, tls: bool) -> None:
    server = MailServer.of(url)
    assert (server.host, server.port, server.tls_from_the_start) == ("mail.example.org", port, tls)


@pytest.mark.parametrize("answer", ["550 no such user", "451 come back later"])
async def test_a_refusal_is_told_by_its_number_alone(serve: Serve, mailbox: Mailbox, answer: str) -> None:
    mailbox.refuse = answer
    with pytest.raises(NotDeliveredError, match=f"^the mail server answered {answer[:3]} to the address$"):
        await send(mailer(f"smtp://127.0.0.1:{serve()}"))


async def test_a_server_that_is_away_is_told_without_its_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(NotDeliveredError, match=r"^the mail server cannot be reached \("):
        await send(mailer(f"smtp://127.0.0.1:{port}"))


async def test_the_outbox_sends_mail(store: Store, sealer: Sealer, clock: Clock, serve: Serve, mailbox: Mailbox) -> None:
    with store.unit() as unit:
        target = unit.add_delivery_target(trial_id=None, kind="mail", address="team@example.org", secret=None, at=NOON)
    put(store, target)
    assert await Outbox(store, sealer, clock, mailer(f"smtp://127.0.0.1:{serve()}")).send_due() == 1
    assert [mail["X-Trialchat-Event"] for mail in mailbox.mails] == ["handoff.created"]
