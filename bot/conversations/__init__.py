"""One person's conversation: a turn of a screening against the store, its messages, its transcript."""
