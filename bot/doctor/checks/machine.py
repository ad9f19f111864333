"""The computer, what the program runs on, and whether there is a way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.doctor.deployment import Deployment
from bot.doctor.finding import Finding, unsafe, warning

#: The month after which a Python gets no security fixes any more (https://devguide.python.org/versions/).
LAST_MONTH: Mapping[tuple[int, int], str] = {
    (3, 10): "2026-10",
    (3, 11): "2027-10",
    (3, 12): "2028-10",
    (3, 13): "2029-10",
    (3, 14): "2030-10",
}
_LITTLE, _TOO_LITTLE = 1_000, 200


def python(here: Deployment) -> Iterator[Finding]:
    """The app's Python faces the world; the engine's is behind it, and Rasa takes no newer one."""
    machine = here.machine
    if (last := LAST_MONTH.get(machine.python)) and machine.month > last:
        yield unsafe(
            "python", f"Python {_version(machine.python)} has had no security fixes since {last}", "remove .venv and run make setup"
        )
    if machine.engine_python and (last := LAST_MONTH.get(machine.engine_python)) and machine.month > last:
        yield warning(
            "engine-python",
            f"the engine's Python {_version(machine.engine_python)} has had no fixes since {last}, and Rasa 3.6 takes no newer one",
            "take it from a distribution that still mends it, and let nobody but the app reach the engine",
        )


def openssl(here: Deployment) -> Iterator[Finding]:
    """What encrypts every connection that the app makes."""
    if here.machine.openssl < (3, 0):
        yield unsafe("openssl", f"{here.machine.openssl_name} gets no security fixes any more", "use a Python with OpenSSL 3 or later")


def disk(here: Deployment) -> Iterator[Finding]:
    """A full disk loses nothing that was answered, and stops everything."""
    free = here.machine.free_megabytes
    if free < _LITTLE:
        level = unsafe if free < _TOO_LITTLE else warning
        yield level("disk", f"{free} MB are free in {here.settings.home}", "free some, or move TRIALCHAT_HOME to a larger disk")


def user(here: Deployment) -> Iterator[Finding]:
    """Whoever finds a hole in a program that runs as root has the machine."""
    if here.machine.is_root:
        yield warning("user", "this is run as root", "run everything as a user of its own that owns TRIALCHAT_HOME")


def backup(here: Deployment) -> Iterator[Finding]:
    """Where backups are is nobody's business here, so of the last one nothing is known: only whether they can be made unasked."""
    if not here.environment.get("TRIALCHAT_BACKUP_FOR"):
        yield warning(
            "backup",
            "TRIALCHAT_BACKUP_FOR is not set here, so no backup is made unless it is told for whom",
            "see docs/operating.md; of when the last one was made nothing is known here",
        )


def _version(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
