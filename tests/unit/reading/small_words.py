"""A few words of the tests' own, to be seen at a glance, in place of the files of a language.

What the reading does with words is tested on these; what the words of a language mean is tested elsewhere.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from bot.screening.attributes import Attribute, Attributes
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Intent, Lexicon, Reader
from bot.screening.reading.numbers import NumberReader
from bot.screening.reading.stance import Clauses
from bot.screening.reading.text import Utterance
from bot.screening.reading.times import TimeReader
from bot.screening.reading.values import Message, ValueReader
from bot.screening.readings import Heard

#: A Tuesday.
TODAY = datetime.date(2026, 11, 24)

READING: Mapping[str, Any] = yaml.safe_load("""
"yes": {words: ["yes", i have, i do], whole: [ok, "y"]}
"no": {words: ["no", never, nothing], whole: [nope]}
hedged_no: [not that i know]
unsure: {words: [not sure, no idea, about], whole: ["?", dunno]}
decline: {words: [rather not say], whole: [private]}
never: [never, not ever]
numbers:
  words: {zero: 0, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12,
    thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16, seventeen: 17, eighteen: 18, nineteen: 19, twenty: 20, thirty: 30, forty: 40,
    fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90, hundred: 100, a hundred: 100}
  vague: [a few, several, many]
  none: [none, nowhere]
  about: [about, around]
  more_than: [over, more than, at least]
  less_than: [under, less than]
  more_after: [or more, "+"]
  less_after: [or less, at most]
  points: [point]
  no_numbers: [no one, one day]
  range: [or, to, "-", and]
  between: [between]
  counted_by: {count: sites}
  joins: [and]
  and_parts: {and a half: 0.5}
  times: {thousand: 1000}
times:
  units: {day: {days: 1, words: [day, days]}, week: {days: 7, words: [week, weeks, wks]}, month: {days: 30, words: [month, months]},
    year: {days: 365, words: [year, years, yr]}}
  one: [a, an]
  ago: [ago, back]
  since: [since, for]
  almost: [almost]
  fuzzy: {a few: [2, 5], half a: [0.5, 0.5]}
  plural: [days, weeks, months, years]
  relative: {today: 0, yesterday: 1, the other day: 2}
  vague: [long ago, once, early, late]
  calendar: {week: [week], month: [month], year: [year]}
  months: {1: [january], 2: [february], 3: [march], 4: [april], 5: [may], 6: [june], 7: [july], 8: [august], 9: [september], 10: [october],
    11: [november], 12: [december]}
  seasons: {spring: [3, 5], summer: [6, 8], winter: [12, 2]}
  feasts: {easter: [easter], "12-25": [christmas]}
  weekdays: {1: [monday], 2: [tuesday], 3: [wednesday], 4: [thursday], 5: [friday], 6: [saturday], 7: [sunday]}
  last: [last]
  this: [this]
  in_year: [in, of, the]
measurements: {then: {stone: lb}, pairs: [{first: upper, second: lower}], over: [over]}
current: [now, latest]
list_separators: [and, or, ","]
negators: ["no", not, never, "haven't", without]
negative_results: [negative, was clear, not found]
doubts: [maybe, might be, waiting for]
plans: [will have, planned, next week]
clause_starts: [i, she, he, they, my, then, it]
gone: [died, passed away]
doctors: [doctor, nurse]
first_subject: [i, "i'm"]
first_person: [i, "i'm", me, my]
owning: [my, her, his, a, the, for]
third_person: [she, he, her, his]
on_behalf: [for]
is_ill: [has, was diagnosed, had]
correction_cues: [sorry, i meant, wait]
contrasts: [but, though]
determiners: ["no"]
but_for: [apart from]
others_only: [other, else]
beside_names: [i, have, had, a, my, bad, since]
lead_ins: [it is, i think, "i'm", i am]
tails: [i think, please]
other_units: [mm, kg]
question_leads: [and, so]
question_starts: [what, who, is, does, how]
commands:
  why: {words: [why do you ask], whole: [why]}
  repeat: {words: [say that again], whole: [pardon]}
  back: {words: [go back], whole: [back]}
  change: {words: [change my answer, wrong answer], before_name: [change, correct], to: [to], whole: [change]}
  skip: {words: [skip this], whole: [skip]}
  stop: {words: [stop asking], whole: [stop]}
  resume: {whole: [continue]}
  restart: {words: [start over], whole: [restart]}
  human: {words: [real person], whole: [human]}
  progress: {words: [how many more], whole: [progress]}
  help: {words: [what can i do], whole: [help]}
  erase: {words: [delete my data], whole: [erase]}
  language: {words: [another language], whole: [language]}
""")

ATTRIBUTES = Attributes(
    Attribute.model_validate({"effort": 1, "sensitivity": 0, "group": "illness", **entry})
    for entry in yaml.safe_load("""
- {name: consent, answer_type: yes_no, group: consent}
- {name: age, answer_type: number, unit: years, whole: true, possible: [0, 120], plausible: [1, 110]}
- {name: sex, answer_type: choice, values: [female, male]}
- {name: condition, answer_type: text}
- {name: cancer_stage, answer_type: choice, values: ["0", I, II, III, IV]}
- {name: sites, answer_type: choices, values: [brain, bone, liver, none], exclusive: [none]}
- {name: count, answer_type: number, whole: true, possible: [0, 99], plausible: [0, 20]}
- {name: treated, answer_type: yes_no}
- {name: stay, answer_type: choice, values: [indoors, outdoors]}
- {name: last_dose, answer_type: time_since}
- {name: ailments, answer_type: text, complete: true, includes: condition}
- {name: pipe, answer_type: yes_no}
- {name: habit, answer_type: choice, values: [past, present]}
- {name: weight, answer_type: number, unit: kg, possible: [1, 500], plausible: [30, 200], group: measurement}
- {name: pigment, answer_type: number, unit: g/dL, possible: [1, 300], plausible: [5, 20], group: measurement}
- {name: heat, answer_type: number, unit: C, possible: [20, 120], plausible: [34, 42], group: measurement}
- {name: upper, answer_type: number, unit: mmHg, whole: true, possible: [40, 300], plausible: [70, 220], group: measurement}
- {name: lower, answer_type: number, unit: mmHg, whole: true, possible: [20, 200], plausible: [40, 130], group: measurement}
""")
)

GROUPS: Mapping[str, list[str]] = {"drug": ["chemo", "tablets", "drip*"]}

UNDERSTOOD: Mapping[str, Any] = yaml.safe_load("""
age:
  names: [age]
  units: {years: 1}
  ignore: ["wait|room {number}"]
  unclear: ["barely {number}"]
  says: ["i am {number}", "i'm|she's {number}", "{number} years old", "mum is {number}"]
sex:
  names: [sex]
  options: {female: {words: [woman], says: ["{number} year old woman"]}, male: {words: [man], says: ["{number} year old man"]}}
cancer_stage:
  names: [stage]
  options:
    "I": {words: [stage 1, stage one], whole: ["1"], says: [stage 1]}
    II: {words: [stage 2, stage two], whole: ["2"], says: [stage 2]}
    III: {words: [stage 3, stage three], whole: ["3"], says: [stage 3]}
    IV: {words: [stage 4, stage four, spread], whole: ["4"], says: [stage 4, stage four]}
sites:
  names: [places]
  all_denied: none
  options:
    brain: {words: [brain, head], says: [spread to .. brain]}
    bone: {words: [bone, hip], says: [spread to .. bone]}
    liver: {words: [liver], says: [spread to .. liver]}
    none: {words: [nowhere else]}
count:
  names: [spots]
  says: ["{number} spots"]
treated:
  names: [treatment]
  unsure: ["something|stuff .. drip"]
  options:
    "yes": {words: ["had .. {drug}", "{drug}"], says: ["had .. {drug}"]}
    "no": {words: [clean slate], says: ["never had .. {drug}"]}
stay:
  names: [where you are]
  denied: {indoors: outdoors}
  outranks: {outdoors: [indoors]}
  options:
    indoors: {words: [in bed, house], says: [in bed all day]}
    outdoors: {words: [garden, out and about]}
last_dose:
  names: [last dose]
  says: ["last dose was {ago}"]
  options: {never: {words: [never, none at all]}}
ailments:
  only_asked: true
  names: [ailments]
  options: {none: {words: [none at all, nothing, nothing else], whole: [none]}}
pipe:
  only_asked: true
  names: [pipe]
  unsure: [i was]
  options:
    "yes": {words: [briar, meerschaum]}
    "no": {words: [gave up .. briar]}
habit:
  only_asked: true
  names: [habit]
  options: {past: {words: [quit]}, present: {words: [snuff]}}
weight:
  names: [weight, weigh]
  units: {kg: 1, kilos: 1, lb: 0.45359237, pounds: 0.45359237, stone: 6.35029318}
  telling_units: [kg, kilos, stone]
pigment:
  names: [pigment, hb]
  units: {g/dl: 1, g/l: 0.1}
heat:
  names: [heat]
  units: {c: 1, degrees: 1}
  units_with_offset: {f: {factor: 0.5555555556, offset: -17.7777777778}}
upper: {names: [upper, pressure], units: {mmhg: 1}}
lower: {names: [lower], units: {mmhg: 1}}
""")

CONDITIONS: Mapping[str, Any] = yaml.safe_load("""
other_meanings: [cancer nurse, gout of clouds]
conditions:
- {name: Cancer, synonyms: [tumor]}
- {name: Lung Cancer, synonyms: [cancer of the lung], broader: Cancer}
- {name: Small Cell Lung Cancer, synonyms: [oat cell], whole: [sclc], within: [small cell], broader: Lung Cancer}
- {name: Gout, whole: [toe]}
- {name: Asthma}
- {name: Healthy Ones, synonyms: [as fit as can be], no_illness: true}
""")

TITLES: Mapping[str, str] = {"yes": "Yes", "no": "No", "unsure": "I don't know", "decline": "I'd rather not say", "why": "Why do you ask?"}

PEOPLE: Mapping[str, Any] = yaml.safe_load("""
mother: {sex: female, words: [mother, mum], called: [mum]}
father: {sex: male, words: [father]}
sister: {sex: female, words: [sister, sister's]}
son: {sex: male, words: [son, boy]}
friend: {words: [friend]}
""")

ORDINARY = frozenset(["the", "a", "had", "was", "is", "it", "some", "then", "table", "tables", "weak", "chess"])


def lexicon(**changed: Any) -> Lexicon:
    """The small words as a language, one or another part of them changed."""
    parts: dict[str, Any] = {
        "attributes": ATTRIBUTES,
        "reading": READING,
        "texts": {},
        "understood": UNDERSTOOD,
        "groups": GROUPS,
        "conditions": CONDITIONS,
        "titles": TITLES,
        "people": PEOPLE,
    }
    return Lexicon(**{**parts, **changed})


SMALL = lexicon()
READER = Reader(SMALL)
VALUES = ValueReader(SMALL)
NUMBERS = NumberReader(READING["numbers"])
TIMES = TimeReader(READING["times"], NUMBERS)


def message(text: str) -> Message:
    """A message as the readers of values and facts are given it."""
    return VALUES.message(text, TODAY)


def clauses(text: str) -> Clauses:
    return Clauses(SMALL, Utterance(text))


def at(said: Utterance, phrase: str) -> tuple[int, int]:
    """Where a phrase stands in what was said."""
    words = Utterance(phrase).words
    start = next(n for n in range(len(said)) if said.words[n : n + len(words)] == words)
    return start, start + len(words)


def hear(
    text: str,
    asked: str | Prompt | None = None,
    intent: str | None = None,
    confidence: float = 0.9,
    offered: Iterable[str] = tuple(ATTRIBUTES),
    about: str | None = None,
    reader: Reader = READER,
) -> Heard:
    """Everything that a message says; `asked` is the attribute whose question is open, or another prompt."""
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=asked) if isinstance(asked, str) else asked
    return reader.hear(text, prompt, frozenset(offered), TODAY, Intent(intent, confidence if intent else 0.0), about)
