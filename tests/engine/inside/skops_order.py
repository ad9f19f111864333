"""In the engine's environment: how often does importing ``skops`` look into the modules that are loaded already?"""

import json
import sys
import types


class Watched(types.ModuleType):
    looked_at = 0

    def __getattr__(self, name):
        Watched.looked_at += 1
        raise AttributeError(name)


sys.modules["a_module_loaded_before"] = Watched("a_module_loaded_before")
import skops.io  # noqa: E402, F401

print(json.dumps({"looked_at": Watched.looked_at}))
