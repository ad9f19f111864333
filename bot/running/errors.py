"""What keeps the product from running, in one line for the person at the terminal."""


class CannotRun(Exception):
    """The message says what happened and what to do."""
