"""The ladder on Edmonton: maximal cover, expected cover, queueing-corrected, simulated loop.

    uv run python -m benchmarks.edmonton                        # the table
    uv run python -m benchmarks.edmonton --page docs/edmonton.md  # and into the page

The design of Erkut, Ingolfsson, Sim and Erdogan (2009), Computational comparison of five
maximal covering models for locating ambulances, Geographical Analysis 41, 43-65, on another
model of the same city (`benchmarks.edmonton_roads`) and judged by simulation instead of an
approximate hypercube. Every rung places the same fleet; all four plans are judged on the
same requests, which no rung has seen. Intervals are 95 %, differences paired.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.edmonton_roads import SERVICE_MIN, Case, City, network_of, read_city
from network.quantity import MINUTES_PER_DAY
from optimize.ladder import HypercubeCover, improve_by_simulation, promising_moves
from optimize.placement import Plan
from optimize.placement.mclp import MCLP
from optimize.placement.mexclp import MEXCLP
from optimize.staffing.measured import Block
from optimize.staffing.trials import Trials
from sim.api import draw_samples, simulate
from sim.estimates import ratio_limits
from sim.kpis import Window
from sim.paired import promise_differences
from sim.result import Result

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "roads" / "edmonton_roads.zip"
RUNGS = ("MCLP", "MEXCLP", "queueing-corrected", "simulated loop")
SEED = 1
FIT = Block("fit", 0, 32)
SCREEN = Block("screen", 1_000_000, 80)
JUDGED_FROM = 1_000_000_000
WARM_UP, HORIZON = "1d", "29d"
CLAIMS = "What each model says of its own plan, less what the simulation says, in points:"
CASES = (
    Case(units=10, within_min=7, load=0.3, noise_sigma=0.4),
    Case(units=10, within_min=7, load=0.5, noise_sigma=0.4),
    Case(units=16, within_min=7, load=0.3, noise_sigma=0.4),
    Case(units=16, within_min=7, load=0.5, noise_sigma=0.4),
    Case(units=10, within_min=8, load=0.3, noise_sigma=0.4),
    Case(units=10, within_min=8, load=0.5, noise_sigma=0.4),
    Case(units=16, within_min=8, load=0.3, noise_sigma=0.4),
    Case(units=16, within_min=8, load=0.5, noise_sigma=0.4),
    Case(units=16, within_min=8, load=0.5, noise_sigma=0.0),
    Case(units=16, within_min=6, load=0.3, noise_sigma=0.4),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval, as shares."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Rung:
    """A model's plan and what it is worth.

    Parameters
    ----------
    name : str
    units : int array (stations,)
    claimed : float
        Share in time by the model's own reckoning; NaN: simulated already.
    cover : Interval
        Share of all calls reached in time, simulated.
    gain : Interval or None
        Over the rung below.
    """

    name: str
    units: Ints
    claimed: float
    cover: Interval
    gain: Interval | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """The four rungs of a case.

    Parameters
    ----------
    case : Case
    rungs : tuple of Rung
    calls : float
        Judged, under each plan.
    busy : float
        Share of the units' time under the last plan.
    steps, plays : int
        Of the simulated loop.
    cpu_s : float
        Planning and judging.
    """

    case: Case
    rungs: tuple[Rung, ...]
    calls: float
    busy: float
    steps: int
    plays: int
    cpu_s: float


def climb(
    city: City, case: Case, *, replications: int = 100, fit: Block = FIT, screen: Block = SCREEN
) -> Ladder:
    """Plan with every rung and judge all plans on requests that none has seen."""
    began, instance = time.process_time(), city.instance()
    corrected = HypercubeCover(
        case.units, case.within_min, case.calls_per_min, SERVICE_MIN, case.noise_sigma
    )
    plans = [
        MCLP(case.units, case.within_min).solve(instance),
        MEXCLP(case.units, case.within_min, case.busy).solve(instance),
        corrected.solve(instance),
    ]
    units = [_by_station(plan, city) for plan in plans]

    def propose(now: Ints) -> Ints:
        least, most = np.zeros_like(now), np.full_like(now, case.units)
        return promising_moves(now, least, most, lambda m: corrected.reached(instance, m, 1e-3))

    window = Window(MINUTES_PER_DAY, 29 * MINUTES_PER_DAY, 29 * MINUTES_PER_DAY)
    trials = Trials(network_of(city, case, units[-1]), SEED, window)
    with trials.open():
        improved = improve_by_simulation(trials, units, propose, fit=fit, screen=screen)
    units.append(improved.counts)
    results = judge(city, case, units, replications)
    return Ladder(
        case=case,
        rungs=_rungs(units, [*(plan.objective for plan in plans), np.nan], results),
        calls=float(sum(one.kept.due[0] for one in results[0].kpis_by_replication)),
        busy=_busy(results[-1]),
        steps=len(improved.steps),
        plays=improved.plays,
        cpu_s=time.process_time() - began,
    )


def judge(city: City, case: Case, plans: Sequence[Ints], replications: int) -> list[Result]:
    """Simulate plans on one and the same block of requests."""
    networks = [network_of(city, case, units) for units in plans]
    tables = draw_samples(
        networks[0], seed=SEED, replications=replications, first=JUDGED_FROM, horizon=HORIZON
    )
    return [
        simulate(
            one,
            seed=SEED,
            replications=replications,
            first=JUDGED_FROM,
            horizon=HORIZON,
            warm_up=WARM_UP,
            engine="compiled",
            samples=tables,
        )
        for one in networks
    ]


def _by_station(plan: Plan, city: City) -> Ints:
    units = np.zeros(len(city.station_km), dtype=np.int64)
    units[plan.open_sites] = plan.units
    return units


def _rungs(units: list[Ints], claimed: list[float], results: list[Result]) -> tuple[Rung, ...]:
    rungs = []
    for number, (name, result) in enumerate(zip(RUNGS, results, strict=True)):
        kept = [one.kept for one in result.kpis_by_replication]
        met, due = (np.array([getattr(one, key)[0] for one in kept]) for key in ("met", "due"))
        gain = None
        if number:
            row = promise_differences(results[number - 1], result).row(
                "promise", "promise", "cover"
            )
            gain = Interval(row["difference"], row["lower"], row["upper"])
        cover = Interval(*ratio_limits(met, due, 0.975))
        rungs.append(Rung(name, units[number], claimed[number], cover, gain))
    return tuple(rungs)


def _busy(result: Result) -> float:
    found = result.estimates.query("kpi == 'utilisation' and dimension == 'total'")
    return float(found["mean"].iloc[0])


def table(ladders: Sequence[Ladder]) -> str:
    """Markdown: cover in per cent, and the gain over the rung before in points."""
    return _markdown(
        ("busy", *RUNGS), [(one, [f"{one.busy:.2f}", *_covers(one)]) for one in ladders]
    )


def claims(ladders: Sequence[Ladder]) -> str:
    """Markdown: what each model says of its own plan less what the simulation says, in points."""
    rows = [
        (one, [f"{100 * (rung.claimed - rung.cover.estimate):+.1f}" for rung in one.rungs[:-1]])
        for one in ladders
    ]
    return _markdown(RUNGS[:-1], rows)


def _covers(ladder: Ladder) -> list[str]:
    """``66.9 ± 0.2; +0.17 [+0.05, +0.29]`` for each rung."""
    cells = []
    for rung in ladder.rungs:
        cover, gain = rung.cover, rung.gain
        cells.append(f"{100 * cover.estimate:.1f} ± {50 * (cover.upper - cover.lower):.1f}")
        if gain is not None and gain.lower == gain.upper:
            cells[-1] += "; same plan"
        elif gain is not None:
            ends = f"[{100 * gain.lower:+.2f}, {100 * gain.upper:+.2f}]"
            cells[-1] += f"; {100 * gain.estimate:+.2f} {ends}"
    return cells


def _markdown(columns: Sequence[str], rows: Sequence[tuple[Ladder, list[str]]]) -> str:
    head = ("fleet", "within", "load", "trips", *columns)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for one, cells in rows:
        case = one.case
        trips = f"sigma {case.noise_sigma:g}" if case.noise_sigma else "as modelled"
        own = [str(case.units), f"{case.within_min:g} min", f"{case.load:g}", trips]
        lines.append("| " + " | ".join([*own, *cells]) + " |")
    return "\n".join(lines)


def main() -> None:
    """Climb the ladder in every case and show it."""
    parser = argparse.ArgumentParser(description="The ladder of covering models on Edmonton")
    parser.add_argument("--data", type=Path, default=DATA, help="edmonton_roads.zip")
    parser.add_argument("--page", type=Path, help="page whose table is to be replaced")
    asked = parser.parse_args()
    began, cpu = time.perf_counter(), time.process_time()
    city, ladders = read_city(asked.data), list[Ladder]()
    print(f"{len(city.weight)} zones, {len(city.station_km)} candidate stations")
    for case in CASES:
        ladders.append(climb(city, case))
        last = ladders[-1]
        print(table([last]).splitlines()[-1])
        print(
            f"    {last.calls:,.0f} calls; {last.steps} steps, {last.plays:,} replications in "
            f"the loop; {last.cpu_s:.0f} CPU s",
            flush=True,
        )
    spent = f"{time.process_time() - cpu:.0f} CPU s, {time.perf_counter() - began:.0f} s"
    text = f"{table(ladders)}\n\n{CLAIMS}\n\n{claims(ladders)}\n"
    print(f"\n{text}\n{spent}")
    if asked.page:
        before, marker, rest = asked.page.read_text(encoding="utf-8").partition("<!-- table -->\n")
        after = rest.partition("<!-- end -->")
        page = before + marker + text + after[1] + after[2]
        asked.page.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
