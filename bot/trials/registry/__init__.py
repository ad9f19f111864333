"""Registry records: the ClinicalTrials.gov API's studies, and the trial records made of them.

study     a study as the API gives it, checked
facts     its facts in the shape of a trial record
fields    the criteria of its structured fields: age and sex
criteria  the criteria of its text
wording   words for patients, where nobody has written any
record    all of it as a trial record
files     studies in files and folders
api       studies fetched from the registry
live      what a command asks it for
"""

from bot.trials.registry.study import Study, StudyFault, parse_study

__all__ = ["Study", "StudyFault", "parse_study"]
