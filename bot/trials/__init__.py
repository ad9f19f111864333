"""Trial records: what a trial is, loading and checking it. Facts and criteria, no dialogue."""

from bot.trials.parts import Contact, Site, TrialCriterion, TrialWords
from bot.trials.records import RecordFault, TrialRecord, load_record, load_records

__all__ = ["Contact", "RecordFault", "Site", "TrialCriterion", "TrialRecord", "TrialWords", "load_record", "load_records"]
