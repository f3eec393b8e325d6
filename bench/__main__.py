"""Every bench, one after the other: `make bench`."""

import subprocess
import sys

BENCHES = (
    "bench.tap",
    "bench.latency",
    "bench.processes",
    "bench.judging",
    "bench.mistakes",
    "bench.reloading",
    "bench.dry_run",
    "bench.decoding",
    "bench.pages",
    "bench.notices",
    "bench.evidence",
    "bench.keeping",
)


def main() -> int:
    """Runs each in a process of its own, so that none measures the other's leavings."""
    status = 0
    for bench in BENCHES:
        print(f"\n== {bench} ==", flush=True)
        status |= subprocess.run([sys.executable, "-m", bench, *sys.argv[1:]]).returncode  # noqa: S603
    return status


if __name__ == "__main__":
    sys.exit(main())
