"""A worker that is killed right after it has sent something, before it can note so: `dying DATABASE KEY MOMENT`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime

from bot.deliveries.outbox import Outbox
from bot.deliveries.webhooks import Webhooks, networks_of
from bot.sealing import Sealer
from bot.store import Store


class _Dying(Outbox):
    def _settle(self, *_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _, database, key, moment = sys.argv
    now = datetime.fromisoformat(moment)
    dying = _Dying(Store(database), Sealer([key]), lambda: now, webhooks=Webhooks(networks_of("127.0.0.0/8")))
    asyncio.run(dying.send_due())
