"""Reading criteria out of a registry's eligibility text. Pure, and without a word of any language: those come in as data.

outline     which points a text has, and where
signs       words and signs of one point, phrases as one
choosing    which of them count for a measured value
phrases     the grammar of measured values over those
bounds      whose value each bound is about
statements  what is stated beside measured values
combining   all of it as one rule
subjects    for whom a point counts
points      what one point says by itself
criteria    the whole way
"""

from bot.criteria.extraction.criteria import ReadCriterion, read_criteria
from bot.criteria.extraction.points import Language, WrittenBound
from bot.criteria.reading import Reading

__all__ = ["Language", "ReadCriterion", "Reading", "WrittenBound", "read_criteria"]
