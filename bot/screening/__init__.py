"""Screening one person: attributes, reading an answer, choosing the next question, the state.

Pure: no I/O, no clock. Texts are not here either: what the bot does comes out as values
(`bot.screening.steps`), which `bot.conversations` puts into words.
"""
