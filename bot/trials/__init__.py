"""Trial records: what a trial is, loading and checking it. Facts and criteria, no dialogue."""

from bot.trials.records import Contact, RecordFault, Site, TrialRecord, TrialWords, load_record, load_records

__all__ = ["Contact", "RecordFault", "Site", "TrialRecord", "TrialWords", "load_record", "load_records"]
