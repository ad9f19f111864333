"""Backups of an installation: all its databases as of one moment, and its secrets, in one encrypted file; and back again."""
