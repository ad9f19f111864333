"""How people come in, and what else can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network

from bot.doctor.deployment import Deployment, host_of, is_here
from bot.doctor.finding import Finding, matters, unsafe, warning
from bot.settings import LOOPBACK_NETWORKS, SettingsError

# Wider than any house is: whoever is in it may claim to come from anywhere, or be sent what happened here.
_WIDEST = {4: 8, 6: 16}


def public_url(here: Deployment) -> Iterator[Finding]:
    """Without https cookies are not Secure, browsers are not told to stay on https, and everybody on the way reads along."""
    settings = here.settings
    if not settings.public_url:
        yield matters(
            here.exposed,
            "public-url",
            "no public address is set, so cookies are not marked Secure and browsers are not kept on https",
            "set TRIALCHAT_PUBLIC_URL=https://… to where people find the site",
        )
    elif not settings.public_url.startswith("https://"):
        yield matters(
            not is_here(host_of(settings.public_url)),
            "public-url",
            "people come over http, where everybody on the way can read and change what is said",
            "put a proxy with a certificate before it and set TRIALCHAT_PUBLIC_URL=https://…",
        )


def listening(here: Deployment) -> Iterator[Finding]:
    """The app speaks no TLS itself: what comes to it over a network has to come from a proxy."""
    settings = here.settings
    if is_here(settings.listen):
        return
    named = {part.strip() for part in settings.proxies.split(",")} - set(LOOPBACK_NETWORKS.split(","))
    if not named:
        yield unsafe(
            "listen",
            f"the app listens on {settings.listen} and no proxy is named, so everybody can come straight to it, unencrypted",
            "set TRIALCHAT_LISTEN=127.0.0.1, or TRIALCHAT_PROXIES to the network of your proxy and let nobody else in",
        )


def proxies(here: Deployment) -> Iterator[Finding]:
    """A proxy's word on where a request comes from decides whose limits it counts against."""
    if wide := _too_wide(here.settings.proxies):
        yield unsafe(
            "proxies",
            f"{wide} is trusted to say where requests come from: whoever is in it passes every limit by address",
            "name the proxy's own address or network in TRIALCHAT_PROXIES",
        )


def webhook_networks(here: Deployment) -> Iterator[Finding]:
    """Webhooks go where a coordinator says; networks of the house are closed to them but for those named."""
    if wide := _too_wide(here.settings.webhook_networks):
        yield unsafe(
            "webhook-networks",
            f"webhooks may be sent to any machine in {wide}: whoever may add one can call what is inside your house",
            "name single addresses or small networks in TRIALCHAT_WEBHOOK_NETWORKS",
        )


def inner_ports(here: Deployment) -> Iterator[Finding]:
    """The engine has old libraries, and is safe for the reason that nobody but the app can reach it."""
    for name, address, port in here.open_inside:
        yield unsafe(
            "inner-ports",
            f"{name} can be reached at {address} port {port}, and not from this machine alone",
            "see what forwards or publishes that port, and close it: only the app's own port is for others",
        )


def origins(here: Deployment) -> Iterator[Finding]:
    """By default every website may open a chat: that is how a widget is tried out."""
    with suppress(SettingsError):  # told by `servers.readable_settings`
        if here.settings.allowed_origins.general is not None:
            return
        yield warning(
            "origins",
            "every website may open a chat here and look as if it were yours",
            "set TRIALCHAT_ORIGINS to the websites that have the widget",
        )


def _too_wide(networks: str) -> str:
    for part in filter(None, (one.strip() for one in networks.split(","))):
        network = ip_network(part)
        if network.prefixlen < _WIDEST[network.version] and not network.is_loopback:
            return str(network)
    return ""
