"""A service of advisories, made up: it answers as OSV's API does, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Service:
    """What is known, by package and version, and by id."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], list[str]] = {}
        self.details: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, Any]] = []
        self.status = 200
        self.page_size = 100
        self.answer: Any = None
        self.url = ""

    def knows(self, package: str, version: str, name: str, **detail: Any) -> None:
        self.known.setdefault((package, version), []).append(name)
        self.details[name] = {"id": name, "summary": "Something bad", **detail}

    def answered(self, path: str, body: Any) -> Any:
        self.asked.append((path, body))
        if self.answer is not None:
            return self.answer
        if path == "/v1/querybatch":
            return {"results": [self._result(query) for query in body["queries"]]}
        return self.details[path.removeprefix("/v1/vulns/")]

    def _result(self, query: dict[str, Any]) -> dict[str, Any]:
        assert query["package"]["ecosystem"] == "PyPI"
        names = self.known.get((query["package"]["name"], query["version"]), [])
        begin = int(query.get("page_token", 0))
        end = begin + self.page_size
        found: dict[str, Any] = {"vulns": [{"id": name} for name in names[begin:end]]} if names[begin:end] else {}
        return found | ({"next_page_token": str(end)} if names[end:] else {})


@contextlib.contextmanager
def served() -> Iterator[Service]:
    """The service, at `url`."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body: Any) -> None:
            answer = json.dumps(service.answered(self.path, body)).encode()
            self.send_response(service.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
