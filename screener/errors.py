"""The few errors of our own that somebody catches."""


class Unreadable(ValueError):
    """Something a platform sent that a decoder should have understood and did not; becomes an issue on the dashboard.

    The text says which part was missing or twisted ("from.id is missing"), never what stood in it.
    """


class Mistake(ValueError):
    """Something a person can mend: the text is *where: what. mend*, ready to be printed as it is."""
