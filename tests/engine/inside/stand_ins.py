"""In the engine's environment: TensorFlow's stand-ins compute nothing once Rasa is imported."""

import json
import sys
from pathlib import Path

from bot.engine import light_imports, preparation

light = light_imports.needs_no_tensorflow(Path(sys.argv[2]))
preparation.import_rasa(Path(sys.argv[1]))
import tensorflow  # noqa: E402

try:
    tensorflow.constant([1, 2])
    message = ""
except light_imports.TensorFlowIsAbsent as error:
    message = str(error)
# Of this process alone: `getrusage` of a child begins with what its parent took before the child was started.
status = Path("/proc/self/status").read_text("utf-8")
peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
print(json.dumps({"light": light, "message": message, "megabytes": peak // 1024}))
