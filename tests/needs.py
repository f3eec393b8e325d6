"""Says at the end of a test run what did not run and why, so that nothing is left out in silence."""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_root(why): runs only as root, because it does what `why` says")


# Last, so that what the person running the tests chose to leave out is not counted.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.geteuid() == 0:
        return
    for item in items:
        if item.get_closest_marker("needs_root"):
            item.add_marker(pytest.mark.skip(reason=f"needs root: {why(item)}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [f"{report.nodeid} ({reason(report)})" for report in terminalreporter.stats.get("skipped", [])]
    if not lines:
        return
    terminalreporter.section("what did not run")
    for line in lines:
        terminalreporter.line(f"did not run: {line}")


def why(item: pytest.Item) -> str:
    marker = item.get_closest_marker("needs_root")
    return str(marker.args[0]) if marker and marker.args else "it does what only root may"


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return text.removeprefix("Skipped: ")
