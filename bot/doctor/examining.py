"""All checks, in the order in which what they find is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.doctor.checks import addresses, files, machine, people, secrets, servers, stored
from bot.doctor.deployment import Deployment
from bot.doctor.finding import Finding, Level

Check = Callable[[Deployment], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    stored.in_order,
    servers.readable_settings,
    addresses.public_url,
    addresses.listening,
    addresses.proxies,
    addresses.inner_ports,
    addresses.webhook_networks,
    addresses.origins,
    secrets.given_on_purpose,
    secrets.long_enough,
    secrets.sealing_keys,
    secrets.used_once,
    people.first_password,
    people.second_factors,
    files.modes,
    files.network_file_system,
    servers.postgresql_tls,
    servers.queues_tls,
    servers.mail_tls,
    servers.fitting_each_other,
    servers.single_sign_on,
    servers.channels,
    stored.sealed,
    stored.audit,
    stored.clock,
    stored.webhooks,
    stored.telling_people,
    stored.kept_for_ever,
    machine.python,
    machine.openssl,
    machine.disk,
    machine.user,
    machine.backup,
)


def examine(here: Deployment) -> list[Finding]:
    """Everything that is found, the unsafe first."""
    found = [finding for check in CHECKS for finding in check(here)]
    return sorted(found, key=lambda finding: finding.level is not Level.UNSAFE)
