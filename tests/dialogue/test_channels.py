"""Every channel with the real engine behind it: one product that has them all, and somebody on each who goes the whole way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from bot.store import Store
from tests.channels.conftest import ALL
from tests.dialogue.coordinator import Coordinator
from tests.fakes.providers.base import FakeProvider
from tests.people import people
from tests.product import Product, free_ports, running_product

pytestmark = pytest.mark.asyncio(loop_scope="module")

FITS = people("NCT06141070")[0].answers
PATIENCE = 30.0
"""Seconds until everything must be heard and shown."""


class Everywhere:
    """The product, its store, and a provider for each channel."""

    def __init__(self, product: Product, fakes: dict[str, FakeProvider]) -> None:
        self.product, self.fakes = product, fakes
        self.store = Store(f"sqlite:///{product.home / 'trialchat.db'}")

    def conversation(self, channel: str) -> str:
        """The id of the one conversation on a channel."""
        with self.store.reading() as unit:
            ids = [name for name, _ in unit.changed_since(datetime(2020, 1, 1, tzinfo=UTC))]
            found = [one.id for one in map(unit.conversation, ids) if one is not None and one.channel == channel]
        assert len(found) == 1
        return found[0]

    def answers(self, channel: str) -> dict[str, object]:
        """What is known of that person."""
        with self.store.reading() as unit:
            screening = unit.current_screening(self.conversation(channel))
            assert screening is not None
            return {answer.attribute: answer.value for answer in unit.answers(screening.id)}

    def asks(self, channel: str) -> str | None:
        """The attribute whose question is open."""
        with self.store.reading() as unit:
            screening = unit.current_screening(self.conversation(channel))
        assert screening is not None
        prompt = screening.snapshot["prompt"]
        return str(prompt["attribute"]) if prompt["waiting"] in ("question", "confirm") else None

    async def settled(self) -> None:
        """Everything was heard and shown."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with self.store.reading() as unit:
                    if unit.next_message_at() is None and unit.next_reply_at() is None:
                        return
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everywhere(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Everywhere]:
    folder = tmp_path_factory.mktemp("channels")
    fakes: dict[str, FakeProvider] = {fake.name: fake() for fake in ALL}
    async with AsyncExitStack() as leaving:
        for fake in fakes.values():
            leaving.push_async_callback((await fake.start()).close)
        file = folder / "channels.yaml"
        file.write_text(yaml.safe_dump({name: {**fake.config(), "trial": "NCT06141070"} for name, fake in fakes.items()}))
        (port,) = free_ports(1)
        url = f"http://127.0.0.1:{port}"
        for name, fake in fakes.items():
            fake.hook = f"{url}/webhooks/{name}/webhook"
        starting = running_product(folder, PORT=str(port), TRIALCHAT_PUBLIC_URL=url, TRIALCHAT_CHANNELS=str(file))
        product = await asyncio.to_thread(starting.__enter__)
        try:
            everywhere = Everywhere(product, fakes)
            yield everywhere
            everywhere.store.dispose()
        finally:
            await asyncio.to_thread(starting.__exit__, None, None, None)
    assert {name: fake.refused for name, fake in fakes.items() if fake.refused} == {}


@pytest.mark.parametrize("channel", [fake.name for fake in ALL])
async def test_the_whole_way_with_the_real_engine(everywhere: Everywhere, channel: str) -> None:
    phone = everywhere.fakes[channel]

    async def write(text: str) -> list[str]:
        seen = len(phone.shown)
        await phone.write(text)
        await everywhere.settled()
        return [one.text for one in phone.shown[seen:]]

    async def choose(title: str) -> None:
        await phone.choose(title)
        await everywhere.settled()

    await write("hello")
    await phone.see("Is it okay if I ask you some questions about your health?")
    await choose("Yes, go ahead")
    await write("non small cell lung cancer")
    await write("58")
    question = (await phone.see("Have you had radiation treatment for this cancer?")).text
    # An interruption, in words: it is answered, and the question comes again.
    told = await write("how do I take part?")
    assert "To take part:" in " ".join(told)
    assert told[-1] == question
    await choose("No")
    await write("actually I am 57")
    assert everywhere.answers(channel)["age"] == 57
    assert everywhere.answers(channel)["prior_radiotherapy"] is False
    while (asked := everywhere.asks(channel)) is not None:
        title = {"yes": "Yes", "no": "No"}.get(FITS[asked], "")
        if title in phone.offered:
            await choose(title)
        else:
            await write(FITS[asked])
        assert everywhere.asks(channel) != asked, (asked, [one.text for one in phone.shown[-3:]])
    await phone.see("If you would like to take part")
    # A person: the bot is silent from there on, until it is handed back.
    conversation = everywhere.conversation(channel)
    ann = await asyncio.to_thread(Coordinator, everywhere.product)
    await asyncio.to_thread(ann.take_over, conversation)
    await phone.see("Ann from the study team is now in this chat.")
    await everywhere.settled()
    assert await write("are you there?") == []
    await asyncio.to_thread(ann.write, conversation, "Yes, I am here.")
    await phone.see("Yes, I am here.")
    await asyncio.to_thread(ann.hand_back, conversation)
    await phone.see("You are talking to me, the computer program, again.")
    # What was said is gone where they ask for it.
    await write("please erase everything I told you")
    await choose("Yes, erase everything")
    receipt = await phone.see("receipt")
    assert re.search(r"[0-9A-Z]{4}", receipt.text)
    with everywhere.store.reading() as unit:
        assert unit.conversation(conversation) is None
