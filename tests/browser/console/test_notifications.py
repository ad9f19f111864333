"""Whom to tell of what, what became of it, and what did not arrive on a channel: as those who look after it use these pages."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from bot.accounts.roles import Role
from bot.store.event_names import CHOICES
from tests.browser.console.conftest import SignInHere, every_window, violations
from tests.console.house import TRIAL, House
from tests.console.test_undelivered import give_up


def filled(house: House) -> list[str]:
    """Two receivers, and a log in which everything is that can become of a notification; what the second was told, in words."""
    with house.store.unit() as unit:
        hook = unit.add_delivery_target(
            trial_id=TRIAL,
            kind="webhook",
            address="https://hooks.example.org/trials/a-rather-long-path-that-does-not-fit-into-one-line-of-a-phone",
            secret=house.console.sealer.seal("secret"),
            at=house.clock(),
            events=CHOICES,
        )
        mail = unit.add_delivery_target(trial_id=None, kind="mail", address="team@example.org", secret=None, at=house.clock())
        for target in (hook, mail):
            for number, event in enumerate(CHOICES if target is hook else sorted(mail.events)):
                delivery = unit.enqueue(event, target.id, {"trial_id": TRIAL}, at=house.clock() + timedelta(minutes=number))
                if number % 3 == 0:
                    unit.end_delivery(delivery, "delivered", at=house.clock(), status=204 if target is hook else None)
                elif number % 3 == 1:
                    unit.end_delivery(delivery, "given_up", at=house.clock(), problem="the receiver answered 500", status=500)
    return [house.console.texts["deliveries"]["events"][event] for event in sorted(mail.events)]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@every_window
def test_events_are_chosen_and_the_log_is_narrowed_and_sent_again(served: House, at_work: SignInHere) -> None:
    sent = filled(served)
    page = at_work(Role.ADMINISTRATOR)
    page.goto(f"{served.url}/console/deliveries")
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("link", name="Choose events (https://hooks").click()
    expect(page.get_by_role("heading", name="What this receiver is told")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    for label in ("A patient waits", "Took the request back"):
        page.get_by_label(label).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("What the receiver is told is saved.")
    page.get_by_label("To", exact=True).select_option("team@example.org · All trials")
    page.get_by_label("Outcome").select_option("Given up")
    page.get_by_label("What", exact=True).select_option(sent[1])
    page.get_by_role("button", name="Show").click()
    rows = page.get_by_role("region", name="What was sent").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("500")
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status")).to_have_text("It is sent again.")
    with served.store.reading() as unit:
        assert [target.kind for target in unit.delivery_targets() if "conversation.waiting" in target.events] == ["mail"]


@every_window
def test_what_did_not_arrive_comes_onto_the_open_page_and_is_looked_after(served: House, at_work: SignInHere) -> None:
    conversation = served.conversation("yes", channel="telegram")
    page = at_work()
    page.goto(f"{served.url}/console/conversations/{conversation}")
    expect(page.get_by_text("did not arrive on Telegram")).to_have_count(0)
    served.clock.move(minutes=1)
    give_up(served, conversation, "cannot be reached (ClientConnectorError)")
    expect(page.get_by_text("did not arrive on Telegram: cannot be reached")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    page.goto(f"{served.url}/console/inbox")
    page.get_by_role("link", name="Not delivered (1)").click()
    expect(page.get_by_role("link", name=conversation[:8])).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("link", name=conversation[:8]).click()
    page.get_by_role("button", name="I have looked after it").click()
    expect(page.get_by_role("status")).to_have_text("It is no longer on the list of what was not delivered.")
    expect(page.get_by_text("did not arrive on Telegram")).to_have_count(0)
    # Its stream ends before the server does.
    page.goto("about:blank")
