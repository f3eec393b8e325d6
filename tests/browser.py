"""The Chromium that the browser tests drive: where it is, or how to get it."""

import functools
import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_IT = "Run: make test-setup, or apt install chromium, or name one in SCREENER_CHROMIUM"


class NoChromium(Exception):
    """There is no browser to test with; the text says how to get one."""


@functools.cache
def chromium_path() -> str:
    named = os.environ.get("SCREENER_CHROMIUM")
    if named is not None:
        if not answers(named):
            raise NoChromium(f"SCREENER_CHROMIUM: {named!r} does not run. Name a working Chromium.")
        return named
    # Some systems ship a chromium that only advertises another package, so each one has to answer.
    for path in (*filter(None, map(shutil.which, NAMES)), playwrights_own()):
        if path and answers(path):
            return path
    raise NoChromium(f"Chromium: no working one was found. {HOW_TO_GET_IT}.")


def answers(path: str) -> bool:
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def playwrights_own() -> str:
    # In a process of its own: Playwright's plain interface refuses to start where an event loop runs.
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as it: print(it.chromium.executable_path)"
    asked = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=60)
    return asked.stdout.strip()


if __name__ == "__main__":
    try:
        print(chromium_path())
    except NoChromium as missing:
        sys.exit(str(missing))
