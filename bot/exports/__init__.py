"""Exports: conversations as CSV, JSON and FHIR. Pure functions over frozen records; de-identified unless asked otherwise.

shown = Deidentified(attributes, names, key)
text = csv_files.answers([shown.conversation(file) for file in files])
"""
