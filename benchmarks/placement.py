"""Measure how fast places are decided, on published instances and against spopt.

    uv run python -m benchmarks.placement                       # a table on the screen
    uv run python -m benchmarks.placement --only pmed tiers     # a part of it
    uv run --with spopt python -m benchmarks.placement --write  # and in docs/planning.md

CPU seconds of one process and its children, one core, compiled parts loaded before. Instances
that are not here (most have no licence to be kept) and spopt are left out, said so. Published
files are looked for in ``PLANNING_INSTANCES`` or beside the repository in ``shared/data``.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import placement_covering as covering
from benchmarks import placement_facility as facility
from benchmarks import placement_p_median as median
from benchmarks import placement_tiers as tiers
from optimize.placement import Limits
from optimize.tiers import TierOptions, place_tiers

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "planning.md"
BEGIN, END = "<!-- placement:begin -->", "<!-- placement:end -->"
DATA = Path(os.environ.get("PLANNING_INSTANCES", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True, slots=True)
class Line:
    """An instance and what came of it."""

    instance: str
    published: float
    found: float
    gap: float
    cpu_s: float
    peer_cpu_s: float = math.nan

    def cells(self) -> list[str]:
        """The line as cells of a table."""
        peer = "" if math.isnan(self.peer_cpu_s) else f"{self.peer_cpu_s / self.cpu_s:.0f} x"
        known = "" if math.isnan(self.published) else f"{self.published:,.10g}"
        proved = "proved" if self.gap <= 1.01e-6 else f"gap {self.gap:.2%}"
        return [self.instance, known, f"{self.found:,.10g}", proved, f"{self.cpu_s:.2f}", peer]


def _medians(rows: Iterator[median.Row]) -> Iterator[Line]:
    for row in rows:
        gap = 1 - row.bound / row.found
        yield Line(row.instance, row.optimum, row.found, gap, row.cpu_s, row.peer_cpu_s)


def _facilities(rows: Iterator[facility.Row]) -> Iterator[Line]:
    for row in rows:
        gap = 1 - row.bound / row.found
        yield Line(row.instance, row.optimum, row.found, gap, row.cpu_seconds)


def _covers(measured: list[covering.Measured]) -> Iterator[Line]:
    for one in measured:
        yield Line(one.case, math.nan, one.plan.objective, one.plan.gap, one.cpu_s, one.peer_cpu_s)


def _tiers() -> Iterator[Line]:
    """All tiers of region B with 40 candidates, and of the national network."""
    for case, seconds in (("regionB40", 60.0), ("national", 600.0)):
        network = tiers.network_of(case)
        began = tiers.cpu_seconds()
        plan = place_tiers(network, TierOptions(), Limits(seconds=seconds, gap=0.01))
        spent = tiers.cpu_seconds() - began
        yield Line(f"tiers of {case}, {seconds:g} s", math.nan, plan.objective, plan.gap, spent)


def _sum_of_pmed() -> Iterator[Line]:
    """All twenty in one line."""
    median.warm_up()
    lines = list(_medians(median.pmed_rows()))
    if lines:
        worst = max(line.gap for line in lines)
        yield Line(
            f"OR-Library pmed1-{len(lines)}, in all",
            sum(line.published for line in lines),
            sum(line.found for line in lines),
            worst,
            sum(line.cpu_s for line in lines),
        )


def _uncapacitated() -> Iterator[Line]:
    facility.warm_up()
    yield from _facilities(facility.uncapacitated(DATA))


MEASURES: dict[str, Callable[[], Iterator[Line]]] = {
    "pmed": _sum_of_pmed,
    "rl1304": lambda: _medians(median.rl1304_rows()),
    "spopt": lambda: _medians(median.spopt_rows()),
    "cover_spopt": lambda: _covers(covering.against_spopt()),
    "cover_hundred": lambda: _covers(covering.hundred()),
    "cover_thousand": lambda: _covers(covering.thousand()),
    "uflp": _uncapacitated,
    "cflp": lambda: _facilities(facility.single_source(DATA)),
    "tiers": _tiers,
}


def main() -> None:
    """Measure what was asked for and show it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES)
    parser.add_argument("--write", action="store_true", help="put the table into docs/planning.md")
    chosen = parser.parse_args()
    lines: list[Line] = []
    for name in chosen.only or MEASURES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        for line in MEASURES[name]():
            print(" | ".join(line.cells()), flush=True)
            lines.append(line)
    if chosen.write:
        head, rest = PAGE.read_text("utf-8").split(BEGIN)
        tail = rest.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n{_table(lines)}\n{END}{tail}", "utf-8")


def _table(lines: list[Line]) -> str:
    head = ["instance", "published", "found", "", "CPU s", "spopt / ours"]
    rows = [head, ["---"] * len(head), *(line.cells() for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    main()
