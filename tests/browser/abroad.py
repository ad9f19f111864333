"""Two websites as `docs/embedding.md` names them, over TLS, both played by the fake backend: the chat's, and a hospital's.

The browser takes this machine for both, so that everything on that page and in its examples runs as it is written.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from bot.web.assets import load_widget
from tests.browser.chromium import ARGUMENTS, find_browser
from tests.browser.fake_backend import FakeBackend, HostFile
from tests.browser.widget import Widget
from tests.certificates import made_certificate

CHAT = "https://trials.example.org"
HOSPITAL = "https://www.hospital.example"
LEAST_POLICY = f"default-src 'none'; script-src {CHAT}; connect-src {CHAT}"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}


@dataclass
class Abroad:
    """The hospital's website in a browser."""

    backend: FakeBackend
    page: Page

    def visit(self, files: Mapping[str, str], policy: str = LEAST_POLICY, at: str = "/page.html") -> Widget:
        """Put these files on the hospital's website, under a policy, and open one. The version and the hash are today's."""
        current = load_widget()
        filled = {path: text.replace("VERSION", current.digest).replace("INTEGRITY", current.integrity) for path, text in files.items()}
        served = {path: HostFile(text, _TYPES[Path(path).suffix], policy) for path, text in filled.items()}
        self.backend.sites = {HOSPITAL.removeprefix("https://"): served}
        self.page.goto(HOSPITAL + at)
        return Widget(self.page)


def html_page(body: str, head: str = "") -> str:
    """A page around a snippet."""
    start = f'<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Hospital</title>{head}</head>'
    return f"{start}<body><main><h1>A hospital</h1>\n{body}\n</main></body></html>"


def tls(folder: Path) -> ssl.SSLContext:
    """A certificate for today, which the browser is told not to mind."""
    file = folder / "both.pem"
    file.write_bytes(b"".join(made_certificate(*(url.removeprefix("https://") for url in (CHAT, HOSPITAL)))))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@contextmanager
def browser_abroad(browser: Browser, backend: FakeBackend) -> Iterator[Browser]:
    """A browser that finds both websites on this machine."""
    port = backend.url.rsplit(":", 1)[1]
    rules = ",".join(f"MAP {url.removeprefix('https://')}:443 127.0.0.1:{port}" for url in (CHAT, HOSPITAL))
    path = find_browser()
    assert path is not None
    started = browser.browser_type.launch(executable_path=path, args=[*ARGUMENTS, f"--host-resolver-rules={rules}"])
    yield started
    started.close()


@contextmanager
def watched(context: BrowserContext, may: Collection[str]) -> Iterator[Page]:
    """A page on which no script may fail and no policy may be broken, but for complaints that have one of these pieces."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    assert [fault for fault in faults if not any(piece in fault for piece in may)] == []
