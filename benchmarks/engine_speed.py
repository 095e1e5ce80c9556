"""Measure how fast the engines are, against each other and against other programs.

    uv run --group bench python -m benchmarks.engine_speed            # a table on the screen
    uv run --group bench python -m benchmarks.engine_speed --write    # and in README and docs

Takes about ten minutes at full size; ``--requests 10000 --repeats 1`` gives a first look in
a few minutes. Peers that are not installed (Ciw, salabim, a C++ compiler) are left out, said so.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.speed import around, growth, pairing, peers, start
from benchmarks.speed.findings import Findings
from benchmarks.speed.table import Row, markdown, show, write_between_markers

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "performance.md")

MEASURES: dict[str, Callable[[int, int], Findings]] = {
    "naive": peers.against_naive,
    "ciw": peers.against_ciw,
    "salabim": peers.against_salabim,
    "cpp": peers.against_cpp,
    "growth": growth.growth,
    "memory": growth.memory,
    "start": start.start,
    "region": start.region,
    "around": around.tables_and_kpis,
    "threads": around.threads,
    "pairing": pairing.pairing,
}


def main() -> None:
    """Measure what was asked for and show it."""
    chosen = _arguments()
    rows: list[Row] = []
    remarks = [_conditions(chosen.requests, chosen.repeats)]
    for name in chosen.only or MEASURES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found = MEASURES[name](chosen.requests, chosen.repeats)
        rows += found.rows
        remarks += found.remarks
    show(rows, remarks)
    if chosen.write:
        for page in PAGES:
            written = write_between_markers(page, markdown(rows, remarks))
            print(f"{page.name}: {'written' if written else 'has no markers, left alone'}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000, help="in the workload (100,000)")
    parser.add_argument("--repeats", type=int, default=5, help="rounds of each measure (5)")
    parser.add_argument(
        "--only", nargs="+", choices=MEASURES, metavar="MEASURE",
        help=f"some of {', '.join(MEASURES)}",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="write the table into README and docs")
    return parser.parse_args()


def _conditions(requests: int, rounds: int) -> str:
    packages = ("numpy", "numba", "simpy", "ciw", "salabim")
    versions = ", ".join(f"{name} {_version(name)}" for name in packages)
    return (
        f"Workload: three tiers, 34 pools, 129 agents, 100 zones, 3 classes; {requests:,} requests "
        f"where no other number is named. Medians of {rounds} rounds or more, contestants in turn "
        "in one process, CPU seconds unless the clock is named; "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}."
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


if __name__ == "__main__":
    main()
