"""What is measured in a process of its own; prints numbers.

``python -m benchmarks.speed.fresh start``
    From import to the outcomes of a small run with the compiled engine.
``python -m benchmarks.speed.fresh memory simpy|compiled requests``
    KB per request: what a large run added to the peak that imports and a small run had
    reached; of that, the tables; the outcomes.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from benchmarks.speed.tables import Tables, draw
from network.tables import Outcomes
from sim.engines import Engine, choose_engine

_SMALL = 1_000


def main() -> None:
    """Measure what the command line names."""
    match sys.argv[1:]:
        case ["start"]:
            _play("compiled", _SMALL)
        case ["memory", engine, requests]:
            _play(engine, _SMALL)
            before = _peak_kb()
            tables, outcomes = _play(engine, int(requests))
            held = [
                sum(table.nbytes for table in group) / 1024
                for group in (tables.sample, (outcomes.requests, outcomes.visits, outcomes.work))
            ]
            print(*(kb / tables.requests for kb in (_peak_kb() - before, *held)))
        case _:
            sys.exit(__doc__)


def _play(engine: str, requests: int) -> tuple[Tables, Outcomes]:
    tables = draw(requests)
    run = choose_engine(Engine(engine), requests, extended=False).run
    horizon = tables.layout.horizon
    return tables, run(
        tables.layout, *tables.sample, tables.policy, last_arrival=horizon, extensions=()
    )


def _peak_kb() -> float:
    """Peak of this program alone; ``ru_maxrss`` on Linux includes the one that started it."""
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
