"""Finds the files shipped with the program, in a checkout and in an installed copy alike."""

from pathlib import Path

from screener.errors import Mistake

HERE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder `name`, such as "rules", that came with this program. Raises Mistake when it is missing."""
    for place in (HERE.parent / name, HERE / "_shipped" / name):
        if place.is_dir():
            return place
    raise Mistake(f"{name}: this folder is missing from the installation. Install Screener again.")


def checkout() -> Path | None:
    """The folder of the checkout this program runs from, or None for an installed copy."""
    return HERE.parent if (HERE.parent / "pyproject.toml").is_file() else None
