"""The chat as a person meets it: what can be seen, tapped and typed."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page


class Widget:
    """The widget on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.host = page.locator("trial-chat")
        self.launcher = self.host.locator("button.launcher")
        self.dialog = self.host.get_by_role("dialog")
        self.log = self.host.get_by_role("log")
        self.box = self.host.get_by_label("Your message", exact=True)
        self.send_button = self.host.locator("form.say").get_by_role("button", name="Send")
        self.replies = self.host.get_by_role("group", name="Quick replies")
        self.scroll = self.host.get_by_role("region", name="Conversation")
        self.state = self.host.locator(".state")
        self.progress = self.host.get_by_role("progressbar")
        self.menu_button = self.host.get_by_role("button", name="Your chat and your answers")

    def open(self) -> None:
        """Open the chat and wait for its first question."""
        self.launcher.click()
        self.reply("Yes, go ahead").wait_for()

    def say(self, text: str) -> None:
        """Type and send."""
        self.box.fill(text)
        self.send_button.click()

    def try_again_now(self) -> None:
        """Press the button for it. The chat tries by itself as well: where it was faster, the button is gone, and nothing is lost."""
        self.host.get_by_role("button", name="Try again now", include_hidden=True).dispatch_event("click")

    def reply(self, title: str) -> Locator:
        """A quick reply by its title."""
        return self.replies.get_by_role("button", name=title, exact=True)

    def bubble(self, text: str) -> Locator:
        """A message that is exactly this text."""
        return self.log.locator(".bubble").filter(has_text=re.compile(f"^{re.escape(text)}$"))

    def bubbles(self) -> list[str]:
        """All messages, oldest first."""
        return self.log.locator(".bubble").all_inner_texts()

    def reach_age(self) -> None:
        self.reply("Yes, go ahead").click()
        self.bubble("How old are you?").wait_for()

    def reach_choices(self) -> None:
        self.reach_age()
        self.say("61")
        self.reply("Stage 4 (it has spread)").click()
        self.bubble("Where has the cancer spread to?").wait_for()

    def reach_result(self) -> None:
        self.reach_choices()
        self.host.get_by_label("Bone").check()
        self.host.get_by_role("group", name="Choose all that apply").get_by_role("button", name="Send").click()
        self.host.get_by_role("heading", name="What you can do next").wait_for()

    def stored(self) -> dict[str, str]:
        """All of this browser's storage for the site."""
        found: dict[str, str] = self.page.evaluate("() => ({...localStorage, ...sessionStorage})")
        return found
