"""How patients ask to be contacted: what they enter, and keeping it. It never goes through the dialogue, whose records are many."""
