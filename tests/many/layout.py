"""Two machines of the product on one PostgreSQL, Redis and RabbitMQ, behind nginx: as `deploy/` lays it out."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.settings import PROJECT
from bot.store import Store
from tests.many.servers import Nginx, Postgres, RabbitMQ, Redis, folder_of_servers, stopped_at_the_end
from tests.product import Product, running_product

_NGINX = """
worker_processes 1;
pid @FOLDER@/pid;
error_log @FOLDER@/error.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path @FOLDER@/body; proxy_temp_path @FOLDER@/proxy; fastcgi_temp_path @FOLDER@/f; uwsgi_temp_path @FOLDER@/u;
    scgi_temp_path @FOLDER@/s;
    access_log off;
    upstream trialchat {{ {servers} keepalive 16; }}
    upstream trialchat_by_address {{ hash $remote_addr consistent; {servers} }}
    map $http_upgrade $trialchat_connection {{ default upgrade; "" ""; }}
    limit_req_zone $binary_remote_addr zone=trialchat_chat:1m rate=200r/s;
    server {{
        listen 127.0.0.1:@PORT@;
        include {locations};
    }}
}}
"""


@dataclass
class Machines:
    """What runs, and one door to it."""

    postgres: Postgres
    redis: Redis
    rabbitmq: RabbitMQ
    nginx: Nginx
    machines: tuple[Product, ...]
    admin_password: str

    @property
    def door(self) -> Product:
        """The product as people meet it: behind nginx, on either machine."""
        return replace(self.machines[0], base_url=self.nginx.url)

    def store(self) -> Store:
        """The store that all machines share; to be disposed of."""
        return Store(self.postgres.url)


def environment_of(postgres: Postgres, redis: Redis, rabbitmq: RabbitMQ) -> dict[str, str]:
    """What all machines of one house are told."""
    return {
        "TRIALCHAT_DATABASE_URL": postgres.url,
        "TRIALCHAT_TRACKER_URL": postgres.url,
        "TRIALCHAT_LOCKS_URL": redis.url,
        "TRIALCHAT_EVENTS_URL": rabbitmq.url,
        "TRIALCHAT_ADMIN_PASSWORD": secrets.token_urlsafe(16),
        "TRIALCHAT_SEALING_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "TRIALCHAT_AUDIT_KEY": secrets.token_urlsafe(32),
    }


@contextmanager
def running_machines(homes: Path, number: int = 2) -> Iterator[Machines]:
    """Start everything, and stop it."""
    with ExitStack() as stack:
        folder = stack.enter_context(folder_of_servers())
        redis, rabbitmq = Redis(folder), RabbitMQ(folder)
        postgres = Postgres(folder)
        stack.enter_context(stopped_at_the_end([postgres, redis, rabbitmq]))
        redis.start()
        rabbitmq.start()
        given = environment_of(postgres, redis, rabbitmq)
        machines = []
        for one in range(number):
            home = homes / f"machine-{one}"
            home.mkdir()
            machines.append(stack.enter_context(running_product(home, "serve", **given)))
        servers = " ".join(f"server 127.0.0.1:{machine.port} max_fails=2 fail_timeout=2s;" for machine in machines)
        nginx = Nginx(folder, _NGINX.format(servers=servers, locations=PROJECT / "deploy" / "nginx" / "locations.conf"))
        stack.enter_context(stopped_at_the_end([nginx]))
        nginx.start()
        yield Machines(postgres, redis, rabbitmq, nginx, tuple(machines), given["TRIALCHAT_ADMIN_PASSWORD"])
