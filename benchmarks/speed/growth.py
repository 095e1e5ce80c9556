"""What ten and a hundred times the requests cost: time and memory per request."""

from __future__ import annotations

from benchmarks.speed.findings import Findings
from benchmarks.speed.peers import compiled, simpy
from benchmarks.speed.stopwatch import Prepare, in_fresh_process, in_turn
from benchmarks.speed.table import Row
from benchmarks.speed.tables import Tables, draw


def growth(requests: int, rounds: int) -> Findings:
    """Time per request over the number of requests, for both engines."""
    small, middle, large = (draw(size) for size in (requests // 10, requests, 10 * requests))

    def per_request(above: Tables, below: Tables, engine: str) -> tuple[float, ...]:
        pairs = zip(seconds[engine, above.requests], seconds[engine, below.requests], strict=True)
        return tuple((a / above.requests) / (b / below.requests) for a, b in pairs)

    runs = [("simpy", small), ("compiled", middle), ("compiled", large), ("simpy", large)]
    keys = {f"{engine} {tables.requests}": (engine, tables) for engine, tables in runs}
    measured = in_turn({key: _play(*pair) for key, pair in keys.items()}, rounds)
    seconds = {(engine, tables.requests): measured[key] for key, (engine, tables) in keys.items()}
    return Findings(
        (
            Row(
                f"SimPy engine, time per request, {_size(large)} / {_size(small)} requests",
                per_request(large, small, "simpy"),
                reach=1.3,
                most=True,
            ),
            Row(
                f"compiled, time per request, {_size(large)} / {_size(middle)} requests",
                per_request(large, middle, "compiled"),
                reach=1.25,
                aim=1.0,
                most=True,
            ),
        )
    )


def memory(requests: int, _rounds: int) -> Findings:
    """Peak memory per request in a process of its own, tables and outcomes included."""
    large = 10 * requests
    limits = {"simpy": ("SimPy engine", 1.5, None), "compiled": ("compiled", 0.5, 0.3)}
    rows = []
    for engine, (name, reach, aim) in limits.items():
        arguments = ("-m", "benchmarks.speed.fresh", "memory", engine, str(large))
        peak, tables, outcomes = map(float, in_fresh_process(*arguments).said.split())
        measure = f"{name}, peak memory per request, {large:,} requests"
        rows.append(Row(measure, (peak,), "KB", reach, aim, most=True))
    remark = (
        f"Memory: the tables alone take {tables:.2f} KB per request, the outcomes {outcomes:.2f} "
        "KB; the rest of the peak is what drawing holds for a moment."
    )
    return Findings(tuple(rows), (remark,))


def _play(engine: str, tables: Tables) -> Prepare:
    run = compiled if engine == "compiled" else simpy
    return lambda: lambda: run(tables)


def _size(tables: Tables) -> str:
    return f"{round(tables.requests, -2):,}"
