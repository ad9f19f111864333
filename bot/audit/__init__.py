"""The audit: who did, saw, revealed, exported and changed what, in a chain in which nothing can be removed or altered unseen."""
