"""Things that the addresses of the console name, each belonging to somebody else than whoever asks.

For every kind of part in a path (`{conversation}`) a function that makes one and says what stands in the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.accounts.roles import Role
from tests.console.house import TRIAL, House

STRANGERS: Mapping[str, Callable[[House], str]] = {
    "conversation": lambda house: house.conversation("yes", "57"),
    "trial": lambda _house: TRIAL,
    "account": lambda house: str(house.account(Role.COORDINATOR).id),
}
