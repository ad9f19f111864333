"""The API for programs: one list of operations, from which routes, checks, description and docs are made."""
