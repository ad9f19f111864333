"""In the engine's environment: the intent that the trained model gives each message of some files."""

import asyncio
import json
import sys
from pathlib import Path

from bot.engine import preparation

preparation.import_rasa(Path(sys.argv[1]))

from rasa.core.agent import Agent  # noqa: E402

model, files = sys.argv[2], [Path(name) for name in sys.argv[3:]]


async def intents():
    agent = Agent.load(model)
    found = {}
    for file in files:
        texts = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
        found[file.stem] = [[text, (await agent.parse_message(text))["intent"]["name"]] for text in texts]
    return found


print(json.dumps(asyncio.run(intents())))
