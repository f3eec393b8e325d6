"""The facts of a moment: finds every file beside it that measures one, and gathers what they say."""

import importlib
import pkgutil

from screener.heuristics.base import FACTS, Fact, Facts, Measured, Moment, Value, gather

for _found in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
    importlib.import_module(_found.name)

__all__ = ["FACTS", "Fact", "Facts", "Measured", "Moment", "Value", "gather"]
