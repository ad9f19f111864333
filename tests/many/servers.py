"""PostgreSQL, Redis, RabbitMQ and nginx of these tests' own, on free ports: they may be stopped, killed and started as faults want it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.product import free_ports

START_SECONDS = 60


class Server(ABC):
    """A server's process. What it keeps, it keeps in a folder of its own, through stops and starts."""

    name: str
    #: Whom it runs as where the tests run as root; some servers refuse to run as root.
    user: str | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name
        self.folder.mkdir()
        self.port = free_ports(1)[0]
        self._process: subprocess.Popen[bytes] | None = None
        if self.as_user:
            found = pwd.getpwnam(self.as_user)
            os.chown(self.folder, found.pw_uid, found.pw_gid)

    @property
    def as_user(self) -> str | None:
        return self.user if os.geteuid() == 0 else None

    @property
    @abstractmethod
    def command(self) -> Sequence[str]:
        """What starts it, in the foreground."""

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    @property
    def stop_signal(self) -> signal.Signals:
        return signal.SIGTERM

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder.parent / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                user=self.as_user,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"{self.name} does not start:\n{(self.folder.parent / f'{self.name}.log').read_text('utf-8', 'replace')[-3000:]}"
                )
            time.sleep(0.1)

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self) -> None:
        """As an administrator stops it."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """As the kernel does where memory runs out."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None


class Postgres(Server):
    name, user = "postgresql", "postgres"
    database = "trialchat"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
        found = str(programs[-1]) if programs else shutil.which("postgres")
        if found is None:
            pytest.skip("no PostgreSQL server is installed here (Debian: postgresql)")
        self._programs = Path(found).parent
        self._data = self.folder / "data"
        subprocess.run(
            [
                self._programs / "initdb",
                "-D",
                self._data,
                "-A",
                "trust",
                "-U",
                "postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
            user=self.as_user,
            cwd=self.folder,
        )
        self.start()
        for _ in range(50):
            made = subprocess.run(
                ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c", f"CREATE DATABASE {self.database}"],
                capture_output=True,
                check=False,
            )
            if made.returncode == 0:
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(made.stderr.decode())

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{self.database}"

    @property
    def command(self) -> Sequence[str]:
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": "", "max_connections": "200"}
        return [
            str(self._programs / "postgres"),
            "-D",
            str(self._data),
            *(part for item in settings.items() for part in ("-c", "=".join(item))),
        ]

    @property
    def stop_signal(self) -> signal.Signals:
        return signal.SIGINT  # "fast": whoever is connected is sent away


class Redis(Server):
    name = "redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/1"

    @property
    def command(self) -> Sequence[str]:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("no Redis is installed here (Debian: redis-server)")
        return [program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self.folder)]


class RabbitMQ(Server):
    name = "rabbitmq"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (self.folder / "plugins").write_text("[].\n", "utf-8")
        self._other_port = free_ports(1)[0]

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    @property
    def command(self) -> Sequence[str]:
        # Debian's own command would start it as another user, in another folder.
        programs = [*Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"), shutil.which("rabbitmq-server")]
        if programs[0] is None:
            pytest.skip("no RabbitMQ is installed here (Debian: rabbitmq-server)")
        return [str(programs[0])]

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"trialchat{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._other_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none.conf"),
            # Two cores, shared with everything else that runs here.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }


class Nginx(Server):
    """nginx by the project's own configuration (`deploy/nginx`), before some apps."""

    name = "nginx"

    def __init__(self, folder: Path, configuration: str) -> None:
        super().__init__(folder)
        (self.folder / "nginx.conf").write_text(
            configuration.replace("@PORT@", str(self.port)).replace("@FOLDER@", str(self.folder)), "utf-8"
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> Sequence[str]:
        program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
        if program is None:
            pytest.skip("no nginx is installed here (Debian: nginx-light)")
        return [program, "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder), "-g", "daemon off;"]

    @property
    def stop_signal(self) -> signal.Signals:
        return signal.SIGQUIT


@contextmanager
def folder_of_servers() -> Iterator[Path]:
    """A folder that the servers' own users may enter too."""
    folder = Path(tempfile.mkdtemp(prefix="trialchat-servers-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stopped_at_the_end(servers: Iterable[Server]) -> Iterator[None]:
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.kill)
        yield
