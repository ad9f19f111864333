"""Reading criteria out of registry texts: trials a second on one core, and how the time grows with a text's length.

The texts are those of ../shared where that stands beside the checkout; elsewhere one text of our own, again and again.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence

from bot.criteria.extraction import Language, Reading, read_criteria
from bot.settings import PROJECT
from bot.words import load_library
from bot.words.registry import criteria_language

SHARED = PROJECT.parent / "shared" / "data" / "criteria"
ROUNDS = 5
TIMES_LONGER = (1, 4, 16, 64)
OURS = """Inclusion Criteria:

* Age 18 to 75 years
* Histologically confirmed breast cancer, stage II or III
* ECOG performance status 0-1
* Absolute neutrophil count ≥ 1.5 x 10^9/L, platelets ≥ 100 x 10^9/L, hemoglobin ≥ 9 g/dL
* AST and ALT ≤ 2.5 x ULN (≤ 5 x ULN if there are liver metastases)
* Women of childbearing potential must use effective contraception
* Able to give informed consent

Exclusion Criteria:

* Pregnant or breast-feeding
* Known HIV infection, active hepatitis B or C
* Uncontrolled hypertension (systolic blood pressure > 160 mmHg)
* Myocardial infarction within 6 months
* Participation in another clinical trial within 30 days
"""


def main() -> None:
    """Print the tables."""
    language = criteria_language(load_library())
    sets = {"a text of our own": [OURS] * 200}
    for name in ("bounds-trials", "eligibility-corpus"):
        path = SHARED / f"{name}.jsonl"
        if path.exists():
            sets[name] = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    print("\nReading criteria, one core")
    print(f"  {'':<24} {'trials':>7} {'characters':>11} {'criteria':>9} {'trials/s':>9} {'characters/s':>13}")
    for name, texts in sets.items():
        read_criteria(texts[0], language)
        seconds = statistics.median(_seconds(texts, language) for _ in range(ROUNDS))
        found = [criterion for text in texts for criterion in read_criteria(text, language)]
        letters = sum(map(len, texts))
        print(
            f"  {name:<24} {len(texts):>7} {letters:>11,} {len(found):>9,} {len(texts) / seconds:>9.0f} {letters / seconds:>13,.0f}"
            + "  "
            + ", ".join(f"{kind.value} {sum(1 for c in found if c.reading is kind) / len(found):.1%}" for kind in Reading)
        )
    print("\nOne text, so many times as long (ratio to its length: 1.00 is linear)")
    base = statistics.median(_seconds([OURS], language) for _ in range(20))
    for times in TIMES_LONGER:
        seconds = statistics.median(_seconds([OURS * times], language) for _ in range(5))
        print(f"  x {times:<4} {seconds * 1000:>9.1f} ms   {seconds / base / times:.2f}")


def _seconds(texts: Sequence[str], language: Language) -> float:
    begun = time.process_time()
    for text in texts:
        read_criteria(text, language)
    return time.process_time() - begun
