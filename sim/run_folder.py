"""The folder of a run: results, configuration, event log, each file all or nothing.

Files appear by write-to-temporary, fsync, rename; ``run.json`` is written last, so a
folder that has it is complete.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from network.errors import Problem, ScenarioError
from network.kpi import BY_NAME, COST_COMPONENTS, HEADLINES
from network.model import Network
from network.tables import Outcomes, RequestStatus, VisitStatus
from sim.estimates import PromiseEstimate

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.api import Result
    from sim.layout import Layout
    from sim.sample import Sample

Json = dict[str, "Json | list[Json] | list[str] | str | float | int | bool | None"]

_TORN_S = 60.0
"""A lock that is empty for so long was left by a process that died while writing it."""
_PACKAGES = (
    "service-network-planner",
    "simpy",
    "numpy",
    "numba",
    "pandas",
    "pyarrow",
    "hydra-core",
)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Own a folder while writing to it; a second process is refused.

    Raises
    ------
    ScenarioError
        If another process that is alive owns it, or it cannot be written.
    """
    lock = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if lock.exists() and not _alive(lock):
            lock.unlink()
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        message = "another run writes to this folder; choose another or wait for it"
        raise ScenarioError("the run's folder", [Problem(folder.name, message)]) from None
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise ScenarioError("the run's folder", [Problem(folder.name, message)]) from None
    try:
        os.write(handle, str(os.getpid()).encode())
        os.close(handle)
        yield
    finally:
        lock.unlink(missing_ok=True)


def _alive(lock: Path) -> bool:
    """Whether the process that wrote a lock still runs (one without a number is new, or torn)."""
    text = lock.read_text()
    if not text.isdecimal() or int(text) == 0:
        return time.time() - lock.stat().st_mtime < _TORN_S
    try:
        os.kill(int(text), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary file, then give it its name."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_json(path: Path, content: Json) -> None:
    """Write JSON without NaN tokens: what was not measured must be null already."""
    write_text(path, json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


def number(value: float) -> float | None:
    """A JSON number; None for NaN and infinity."""
    return float(value) if math.isfinite(value) else None


def run_record(result: Result) -> Json:
    """What ``run.json`` says of a run."""
    return {
        "scenario": result.network.name,
        "seed": result.seed,
        "engine": result.engine,
        "engine_reason": result.engine_reason,
        "replications": len(result.digests),
        "requests": result.requests,
        "horizon_min": result.window.end,
        "warm_up_min": result.window.start,
        "suggested_warm_up_min": number(result.suggested_warm_up),
        "drain_min": result.window.horizon - result.window.end,
        "wall_seconds": round(result.wall_seconds, 3),
        "run_id": result.run_id,
        "outcomes_sha256": result.outcomes_sha256,
        "data_sha256": dict(sorted(result.network.data_sha256.items())),
        "versions": versions(),
        "warnings": [*result.warnings],
    }


def versions() -> Json:
    """Versions of what decides the numbers."""
    found: Json = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def headline_record(result: Result) -> Json:
    """What ``kpis.json`` says: headline figures, tiers, cost, promises."""
    tiers = [tier.tier_id for tier in result.network.tiers]
    per_tier = ("response_mean", "response_p90", "sla", "wait_mean", "utilisation")
    return {
        "scenario": result.network.name,
        "run_id": result.run_id,
        "headlines": {name: _figure(result, name) for name in HEADLINES},
        "tiers": {
            tier: {name: _figure(result, name, "tier", tier) for name in per_tier} for tier in tiers
        },
        "cost_per_month": {
            part: _figure(result, "cost", "component", part) for part in COST_COMPONENTS
        },
        "promises": [_promise(one) for one in result.promises],
    }


def _figure(result: Result, kpi: str, dimension: str = "total", key: str = "all") -> Json:
    mean, lower, upper = result.interval(kpi, dimension, key)
    record: Json = {
        "value": number(mean),
        "lower": number(lower),
        "upper": number(upper),
        "unit": BY_NAME[kpi].unit,
    }
    if not math.isfinite(mean):
        record["reason"] = f"there were no {BY_NAME[kpi].denominator or 'data'}"
    elif not math.isfinite(lower):
        record["reason"] = "an interval needs two replications or more"
    return record


def _promise(one: PromiseEstimate) -> Json:
    record: Json = {
        "name": one.promise.promise_id,
        "title": one.promise.name,
        "target": one.target,
        "estimate": number(one.estimate),
        "lower": number(one.lower),
        "upper": number(one.upper),
        "met": one.met,
        "form": one.promise.form.value,
        "due": number(one.due),
    }
    if one.promise.floor is not None:
        record |= {
            "floor": one.promise.floor,
            "worst": number(one.worst),
            "worst_area": one.worst_area,
        }
    if not math.isfinite(one.estimate):
        record["reason"] = "nothing was due within the run; make it longer"
    return record


class EventLog:
    """``outcomes.parquet``: a row per visit entered, written replication by replication."""

    def __init__(self, path: Path, network: Network) -> None:
        self.path = path
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        self._network = network
        self._writer: pq.ParquetWriter | None = None

    def add(self, replication: int, layout: Layout, tables: Sample, outcomes: Outcomes) -> None:
        """Append one replication."""
        import pyarrow.parquet as pq

        table = self._table(replication, tables, outcomes, agent_names(self._network, layout))
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._temporary, table.schema, compression="zstd")
        self._writer.write_table(table)

    def _table(
        self, replication: int, tables: Sample, outcomes: Outcomes, agents: list[str]
    ) -> pa.Table:
        import pyarrow as pa

        network = self._network
        entered = np.flatnonzero(outcomes.visits["status"] != 0)
        visits, out = tables.visits[entered], outcomes.visits[entered]
        requests = tables.requests[visits["request"]]
        ended = outcomes.requests[visits["request"]]

        def named(code: np.ndarray, names: list[str]) -> pa.DictionaryArray:
            code = code.astype(np.int32)
            return pa.DictionaryArray.from_arrays(
                pa.array(code, mask=code < 0), pa.array(names, type=pa.string())
            )

        columns = {
            "replication": pa.array(np.full(len(entered), replication, dtype=np.int32)),
            "request": pa.array(visits["request"].astype(np.int32)),
            "visit": pa.array(entered.astype(np.int32)),
            "class": named(requests["class"], [c.class_id for c in network.classes]),
            "segment": named(requests["segment"], [s.segment_id for s in network.segments]),
            "channel": named(requests["channel"], [c.channel_id for c in network.channels]),
            "zone": named(requests["zone"], list(network.zones.zone_id)),
            "stage": named(visits["stage"], [s.stage for s in network.stages]),
            "site": named(out["site"], [s.site_id for s in network.sites]),
            "agent": named(out["agent"], agents),
            "request_arrival": pa.array(ended["arrival"].copy(), from_pandas=True),
            "request_resolved": pa.array(ended["resolved"].copy(), from_pandas=True),
            "request_closed": pa.array(ended["closed"].copy(), from_pandas=True),
            **{
                name: pa.array(out[name].copy(), from_pandas=True)
                for name in ("entered", "joined", "start", "response", "end")
            },
            "stints": pa.array(out["stints"].copy()),
            "request_status": named(ended["status"], _names(RequestStatus)),
            "visit_status": named(out["status"], _names(VisitStatus)),
        }
        return pa.table(columns)

    def close(self) -> None:
        """Give the file its name."""
        if self._writer is not None:
            self._writer.close()
            self._temporary.replace(self.path)

    def discard(self) -> None:
        """Leave nothing half-written behind."""
        self._temporary.unlink(missing_ok=True)


def agent_names(network: Network, layout: Layout) -> list[str]:
    """``<pool>-1``, ``<pool>-2`` ... by agent index."""
    pool = layout.agents.pool
    first = {int(p): n for n, p in reversed(list(enumerate(pool)))}
    return [f"{network.pools[p].pool_id}-{n - first[int(p)] + 1}" for n, p in enumerate(pool)]


def _names(kind: type[IntEnum]) -> list[str]:
    return [status.name.lower() for status in kind]
