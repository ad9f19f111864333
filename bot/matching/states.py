"""What is known of a part of a rule, in four bits, so that whole columns of them combine in one operation.

Each bit of an `all` is the OR of its parts' bits, each bit of an `any` the AND, sample by sample where a bit stands for a sample.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

IS_FALSE: Final = 1
NOT_TRUE: Final = 2
MAY_FAIL: Final = 4
CANNOT_HOLD: Final = 8

TRUE: Final = 0
FALSE: Final = IS_FALSE | NOT_TRUE | MAY_FAIL | CANNOT_HOLD
OPEN: Final = NOT_TRUE | MAY_FAIL  # a comparison with what is not known: may come to either
JUDGED: Final = NOT_TRUE | CANNOT_HOLD  # a judgement: comes to nothing

TO_HOLD: Final = 1
TO_FAIL: Final = 2

NOT_MET, UNKNOWN, MET = 0, 1, 2

_STATES = np.arange(16, dtype=np.uint8)
STATUS: Final[NDArray[np.uint8]] = np.where(_STATES & IS_FALSE, NOT_MET, np.where(_STATES & NOT_TRUE, UNKNOWN, MET)).astype(np.uint8)
"""NOT_MET, UNKNOWN or MET, by state."""

CHANGEABLE: Final[NDArray[np.uint8]] = (
    np.where((_STATES & NOT_TRUE > 0) & (_STATES & CANNOT_HOLD == 0), TO_HOLD, 0)
    | np.where((_STATES & MAY_FAIL > 0) & (_STATES & IS_FALSE == 0), TO_FAIL, 0)
).astype(np.uint8)
"""What answers can still bring a part of this state to: TO_HOLD, TO_FAIL, both or neither."""

_EVERY = np.uint64(2**64 - 1)
FALSE_FOR: Final[NDArray[np.uint64]] = np.where(_STATES & IS_FALSE, _EVERY, np.uint64(0))
"""The samples (all or none) for which a part of this state is false."""

NOT_TRUE_FOR: Final[NDArray[np.uint64]] = np.where(_STATES & NOT_TRUE, _EVERY, np.uint64(0))
"""The samples (all or none) for which a part of this state is not true."""
