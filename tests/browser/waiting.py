"""Waiting for what a page comes to be."""

from __future__ import annotations

import time

from playwright.sync_api import Page

_PATIENCE = 10.0


def wait_until(page: Page, expression: str, argument: object = None) -> None:
    """Wait until an expression of JavaScript holds.

    Playwright's own `wait_for_function` asks again from inside the page, where a policy without `unsafe-eval` forbids it: there it
    works only for what holds at once.
    """
    until = time.monotonic() + _PATIENCE
    while not page.evaluate(expression, argument):
        assert time.monotonic() < until, f"never came to be: {expression}"
        page.wait_for_timeout(50)
