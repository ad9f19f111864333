"""Every piece of code of `docs/embedding.md`, and every page of its examples, on a website of another origin."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bot.settings import PROJECT
from tests.browser.abroad import CHAT, LEAST_POLICY, Abroad, html_page
from tests.browser.widget import Widget

DOCS = (PROJECT / "docs" / "embedding.md").read_text("utf-8")
EXAMPLES = PROJECT / "docs" / "examples"
# Of the page's own: it may bring a style sheet and a script, and nothing that makes markup out of texts.
WITH_ITS_OWN = f"{LEAST_POLICY.replace('script-src', 'script-src ' + chr(39) + 'self' + chr(39))}; style-src 'self'"
STRICT = "; require-trusted-types-for 'script'"


def blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def sections() -> Iterator[tuple[str, str]]:
    for section in re.split(r"^## ", DOCS, flags=re.MULTILINE)[1:]:
        yield section.split("\n", 1)[0], section


EMBEDS = [(name, html, blocks(section, "js")) for name, section in sections() for html in blocks(section, "html")]
SHEETS = [css for _, section in sections() for css in blocks(section, "css")]


def first_turn(chat: Widget) -> None:
    """Open the chat by whatever the page has for it, say yes, and be asked something."""
    opener = chat.page.locator("button[data-trial-chat-open], #ask").or_(chat.launcher).filter(visible=True)
    opener.click()
    chat.reply("Yes, go ahead").click()
    expect(chat.bubble("How old are you?")).to_be_visible()


def test_the_page_has_every_kind_of_piece() -> None:
    assert (len(EMBEDS), len(SHEETS), sum(len(scripts) for *_, scripts in EMBEDS)) == (6, 3, 2)


def test_the_policy_that_the_page_calls_the_least_is_the_one_that_is_tried() -> None:
    assert blocks(DOCS, "text") == [LEAST_POLICY + "\n"]


@pytest.mark.parametrize(("html", "scripts"), [each[1:] for each in EMBEDS], ids=[each[0] for each in EMBEDS])
def test_a_conversation_begins_where_a_page_has_the_piece(abroad: Abroad, html: str, scripts: list[str]) -> None:
    policy = WITH_ITS_OWN if scripts else LEAST_POLICY
    chat = abroad.visit({"/page.html": html_page(html), "/page.js": "".join(scripts)}, policy + STRICT)
    first_turn(chat)
    assert [session["trial_id"] for session in abroad.backend.sessions] == ["NCT06141070"]
    assert [request["text"] for request in abroad.backend.posts] == ["#consent=true"]


@pytest.mark.parametrize(
    ("css", "bubble"),
    [
        (SHEETS[0], ["rgb(122, 31, 92)", "4px", "normal"]),
        (SHEETS[1], ["rgb(0, 0, 0)", "14px", "normal"]),
        (SHEETS[2], ["rgb(11, 85, 99)", "14px", "italic"]),
    ],
    ids=["colours", "high contrast", "parts"],
)
def test_a_style_sheet_of_the_page_reaches_what_it_names(abroad: Abroad, css: str, bubble: list[str]) -> None:
    head = '<link rel="stylesheet" href="/page.css">'
    chat = abroad.visit({"/page.html": html_page(EMBEDS[0][1], head), "/page.css": css}, WITH_ITS_OWN + STRICT)
    first_turn(chat)
    looks = "node => { const look = getComputedStyle(node); return [look.backgroundColor, look.borderTopLeftRadius, look.fontStyle]; }"
    assert chat.log.locator(".patient .bubble").evaluate(looks) == bubble


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.html")))
def test_a_conversation_begins_on_a_page_of_the_examples(abroad: Abroad, name: str) -> None:
    files = {f"/examples/{path.name}": path.read_text("utf-8") for path in EXAMPLES.iterdir()}
    chat = abroad.visit(files, WITH_ITS_OWN + STRICT, at=f"/examples/{name}")
    first_turn(chat)
    assert abroad.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert abroad.backend.sessions == [{"trial_id": "NCT06141070", "locale": "en"}]


def test_a_page_that_gives_one_address_too_few_has_no_dead_button(abroad: Abroad) -> None:
    """As under "When there is no chat": the policy is named in the browser's console."""
    complaints: list[str] = []
    page = abroad.page.context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    chat = Abroad(abroad.backend, page).visit({"/page.html": html_page(EMBEDS[0][1])}, f"default-src 'none'; script-src {CHAT}")
    page.wait_for_timeout(500)
    expect(chat.launcher).to_have_count(0)
    assert any("connect-src" in complaint for complaint in complaints)
