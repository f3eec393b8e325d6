"""What the running product costs while nothing happens: memory and CPU of each process: `python -m bench.processes`."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from screener.home.folder import Home
from screener.supervise import Supervisor

SECONDS = 20
TICKS = os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Resident memory in MB, with the part of it that is shared."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def cpu_seconds(pid: int) -> float:
    """CPU time used so far, in and for the process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def bare() -> asyncio.subprocess.Process:
    """The baseline: Python with an event loop that does nothing."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"import asyncio; asyncio.run(asyncio.sleep({SECONDS * 10}))"
    )


async def measured() -> dict[str, dict[str, float]]:
    """Memory and idle CPU by process."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(folder=Path(folder))
        home.made()
        home.settings.write_text("proxy: {port: 0}\ndashboard: {port: 0}\n")
        supervisor = Supervisor(home.folder)
        baseline = await bare()
        await supervisor.start()
        await asyncio.sleep(5)
        pids = {"an idle Python": baseline.pid, "proxy": supervisor.proxy_pid, "screener": supervisor.screener_pid}
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        await asyncio.sleep(SECONDS)
        found = {
            name: {
                "memory_mb": round(memory_mb(pid), 1),
                "idle_cpu_percent": round((cpu_seconds(pid) - before[name]) / SECONDS * 100, 2),
            }
            for name, pid in pids.items()
        }
        await supervisor.stop()
        baseline.kill()
        await baseline.wait()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.processes")
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    found = asyncio.run(measured())
    if as_json:
        print(json.dumps(found))
        return
    base = found["an idle Python"]["memory_mb"]
    print(f"{'process':16} {'memory':>9} {'ratio':>6} {'idle CPU':>9}")
    for name, figures in found.items():
        memory, cpu = figures["memory_mb"], figures["idle_cpu_percent"]
        print(f"{name:16} {memory:>6} MB {memory / base:>6.1f} {cpu:>8} %")


if __name__ == "__main__":
    main()
