"""deploy/nginx as it is, with certificates and addresses of this test's own: nginx takes it, and does what its comments say."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO

import pytest

from bot.settings import PROJECT
from tests.certificates import made_certificate
from tests.many.servers import Nginx, folder_of_servers, stopped_at_the_end
from tests.product import free_ports

FOLDER = PROJECT / "deploy" / "nginx"
_WRAPPER = """
worker_processes 1;
pid @FOLDER@/pid;
error_log @FOLDER@/error-of-nginx.log;
events { worker_connections 128; }
http {
    client_body_temp_path @FOLDER@/body; proxy_temp_path @FOLDER@/proxy; fastcgi_temp_path @FOLDER@/f; uwsgi_temp_path @FOLDER@/u;
    scgi_temp_path @FOLDER@/s;
    access_log off;
    include @FOLDER@/trialchat.conf;
}
"""


class _App(BaseHTTPRequestHandler):
    """Tells what it was sent; says 503 to whoever asks for it."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(503 if "unwell" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        pass


@dataclass
class Door:
    """nginx, as people meet it."""

    http: int
    https: int
    apps: list[ThreadingHTTPServer]
    folder: Path

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        request = urllib.request.Request(f"https://localhost:{self.https}{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=10, context=context) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def asked(self) -> list[str]:
        return [path for app in self.apps for path in app.asked]  # type: ignore[attr-defined]


def lay_out(folder: Path, http: int, https: int, machines: Path, apps: list[int]) -> None:
    """The files as the project has them, with nothing but places, ports and addresses put in."""
    certificate, key = made_certificate("localhost")
    (folder / "fullchain.pem").write_bytes(certificate)
    (folder / "privkey.pem").write_bytes(key)
    upstreams = machines.read_text("utf-8")
    for address, port in zip(sorted(set(re.findall(r"server (\S+:8080)", upstreams))), apps, strict=True):
        upstreams = upstreams.replace(f"server {address}", f"server 127.0.0.1:{port}")
    (folder / "machines.conf").write_text(upstreams, "utf-8")
    shutil.copy(FOLDER / "locations.conf", folder)
    main = (FOLDER / "trialchat.conf").read_text("utf-8")
    for there, here in (
        ("/etc/nginx/trialchat/", f"{folder}/"),
        ("/etc/ssl/trialchat/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/"),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen [::]:80;", ""),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
        ("listen [::]:443 ssl;", ""),
    ):
        assert there in main, there
        main = main.replace(there, here)
    (folder / "trialchat.conf").write_text(main, "utf-8")


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with folder_of_servers() as folder:
        apps = [ThreadingHTTPServer(("127.0.0.1", 0), _App) for _ in range(2)]
        for app in apps:
            app.asked = []  # type: ignore[attr-defined]
            threading.Thread(target=app.serve_forever, daemon=True).start()
        nginx = Nginx(folder, _WRAPPER)
        http = free_ports(1)[0]
        lay_out(nginx.folder, http, nginx.port, FOLDER / "machines.conf", [app.server_port for app in apps])
        with stopped_at_the_end([nginx]):
            nginx.start()
            yield Door(http, nginx.port, apps, nginx.folder)
        for app in apps:
            app.shutdown()
            app.server_close()


@pytest.mark.parametrize("machines", ["nginx/machines.conf", "compose/machines.conf"])
def test_nginx_takes_the_files(machines: str) -> None:
    with folder_of_servers() as folder:
        nginx = Nginx(folder, _WRAPPER)
        lay_out(nginx.folder, free_ports(1)[0], nginx.port, PROJECT / "deploy" / machines, free_ports(2))
        program = nginx.command[0]
        done = subprocess.run(
            [program, "-t", "-c", nginx.folder / "nginx.conf", "-p", nginx.folder], capture_output=True, text=True, check=False, timeout=30
        )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> None:
        return None


def test_who_comes_by_http_is_sent_to_https(door: Door) -> None:
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(_Stay).open(f"http://127.0.0.1:{door.http}/trials/NCT1?locale=de", timeout=10)
    with answer.value as error:
        assert error.code == 301
        assert error.headers["Location"] == "https://127.0.0.1/trials/NCT1?locale=de"


@pytest.mark.parametrize("path", ["/", "/chat/message", "/chat/events", "/console/trials", "/socket.io/?EIO=4"])
def test_what_a_client_claims_about_itself_goes_no_further(door: Door, path: str) -> None:
    claims = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "Forwarded": "for=203.0.113.9",
    }
    status, body = door.ask(path, **claims)
    heard = json.loads(body)
    assert status == 200
    assert heard["x-forwarded-for"] == "127.0.0.1"
    assert heard["x-forwarded-proto"] == "https"
    assert heard["host"] == "localhost"
    assert {"x-forwarded-host", "forwarded"} & set(heard) == set()


def test_the_next_app_is_asked_on_the_chat_alone(door: Door) -> None:
    assert door.ask("/chat/unwell", b"{}")[0] == 503
    assert door.ask("/webhooks/unwell", b"{}")[0] == 503
    assert door.asked().count("/chat/unwell") == 2
    assert door.asked().count("/webhooks/unwell") == 1


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "/health/live"])
def test_what_is_for_the_house_is_not_for_the_world(door: Door, path: str) -> None:
    assert door.ask(path)[0] == 404
    assert path not in door.asked()


def test_larger_things_are_for_the_console_alone(door: Door) -> None:
    assert door.ask("/chat/message", b"x" * 1_100_000)[0] == 413
    assert door.ask("/console/trials", b"x" * 1_100_000)[0] == 200


def test_no_log_has_the_keys_of_pages(door: Door) -> None:
    for path in ("/summary/key-of-somebody", "/contact/key-of-somebody", "/console/invitation/key-of-somebody", "/?key=key-of-somebody"):
        door.ask(path)
    # And what nginx has to say about single requests.
    door.ask("/summary/key-of-somebody", b"x" * 1_100_000)
    logs = {path.name: path.read_text("utf-8") for path in door.folder.glob("*.log")}
    assert '"GET /a-page-of-one-person" 200' in logs["access.log"]
    assert [name for name, text in logs.items() if "key-of-somebody" in text] == []
