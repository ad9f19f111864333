"""In the engine's environment: TensorFlow's stand-ins compute nothing once Rasa is imported."""

import json
import resource
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
print(json.dumps({"light": light, "message": message, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
