"""What several processes, on one machine or on many, need to act as one: turns taken one after the other, events read once."""
