"""A conversation of any channel can be read back whole, and an erased one from nowhere."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bot.settings import PROJECT
from tests.dialogue.conversation import Conversation
from tests.people import people
from tests.product import Product

FITS = people("NCT06141070")[0].answers
TRIALCHAT = Path(sys.executable).with_name("trialchat")


def transcript(product: Product, sender: str) -> str:
    done = subprocess.run(
        [TRIALCHAT, "transcript", sender],
        env={"PATH": "/usr/bin:/bin", "TRIALCHAT_HOME": str(product.home), "PORT": str(product.port)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_everything_that_was_said_is_in_the_transcript_in_order(product: Product) -> None:
    conversation = Conversation(product)
    conversation.until("age", FITS)
    conversation.say("fifty-four, I think")
    assert conversation.question is not None
    tapped = f"#{conversation.question}=unsure"
    conversation.say(tapped)
    printed = transcript(product, conversation.sender)
    places = [
        printed.find(text) for text in ("Hello, and welcome", "non-small cell lung cancer", "How old are you?", "fifty-four, I think")
    ]
    assert -1 not in places
    assert places == sorted(places)
    assert tapped not in printed, "a tap is shown as the title of the quick reply"
    assert "Not sure\n" in printed


def test_after_erasing_no_file_holds_what_was_said(product: Product) -> None:
    secret = "a very particular bronchial thing called zebrafish"
    conversation = Conversation(product)
    conversation.until("condition", FITS)
    conversation.say(f"adenocarcinoma of the lung, {secret}")
    conversation.say("erase my answers")
    conversation.say("Yes, erase everything")
    assert conversation.codes == ["erased", "receipt"]
    for _ in range(20):  # the engine's events are consumed about once a second
        holding = [path.name for path in product.home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
        if not holding:
            break
        time.sleep(0.5)
    assert holding == []
    assert secret not in transcript(product, conversation.sender)


def test_nothing_that_was_said_is_in_a_log(product: Product) -> None:
    secret = "my sister Petronella Quux"
    conversation = Conversation(product)
    conversation.until("condition", FITS)
    conversation.say(f"{secret} has it too")
    conversation.say('/intent{"entity": "' + secret + '"}')
    logs = [path for path in product.home.rglob("*") if path.suffix in (".log", ".txt") and path.is_file()]
    assert logs
    assert [path.name for path in logs if secret.encode() in path.read_bytes()] == []
