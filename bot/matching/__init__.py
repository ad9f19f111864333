"""Many trials at once: from a person to the trials that may be for them. Pure, as `bot.criteria` and `bot.screening`."""
