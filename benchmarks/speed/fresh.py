"""What is measured in a process of its own; prints one number.

``python -m benchmarks.speed.fresh start``
    From import to the outcomes of a small run with the compiled engine.
``python -m benchmarks.speed.fresh memory simpy|compiled requests``
    Peak memory per request in KB, tables and outcomes included: what a large run added to
    the peak that imports and a small run had reached.
"""

from __future__ import annotations

import resource
import sys

_SMALL = 1_000


def main() -> None:
    """Measure what the command line names."""
    match sys.argv[1:]:
        case ["start"]:
            _play("compiled", _SMALL)
        case ["memory", engine, requests]:
            _play(engine, _SMALL)
            before = _peak_kb()
            played = _play(engine, int(requests))
            print((_peak_kb() - before) / played)
        case _:
            sys.exit(__doc__)


def _play(engine: str, requests: int) -> int:
    from benchmarks.speed.tables import draw
    from sim.engines import Engine, choose_engine

    tables = draw(requests)
    run = choose_engine(Engine(engine), requests, extended=False).run
    run(tables.layout, *tables.sample, tables.policy, last_arrival=float("inf"), extensions=())
    return tables.requests


def _peak_kb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "darwin" else float(peak)


if __name__ == "__main__":
    main()
