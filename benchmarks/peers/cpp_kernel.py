"""Builds the hand-written C++ kernel and plays the tables with it.

The kernel is built into a temporary folder by the benchmark alone; it is no part of the
toolkit. ``-ffp-contract=off`` keeps ``a * b + c`` two roundings, as in the engines.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from network import tables as t
from sim.layout import NO_LIMIT, PARENT, REMOTE, VISIT, Layout

SOURCE = Path(__file__).with_name("kernel.cpp")
FLAGS = ("-O3", "-march=native", "-std=c++20", "-ffp-contract=off", "-fPIC", "-shared")
ROWS = (t.REQUEST, t.VISIT, t.REQUEST_OUTCOME, t.VISIT_OUTCOME, t.WORK)
_PRIORITIES = 3
_STAGE = np.dtype([(n, "i8") for n in ("mode", "choice", "tier", "group")] + [("chance", "f8")])


def _fields(kind: type, *names: str) -> list[tuple[str, type]]:
    return [(name, kind) for name in names]


class Tables(ctypes.Structure):
    """What the kernel reads and writes; the fields of ``Tables`` in `kernel.cpp`."""

    _fields_ = [
        *_fields(ctypes.c_int64, "request_count", "known_arrivals", "visit_count"),
        *_fields(ctypes.c_void_p, "requests", "visits", "request_outcomes", "visit_outcomes"),
        *_fields(ctypes.c_void_p, "work", "idle_min", "queue_area"),
        *_fields(ctypes.c_int64, "sites", "zones", "tiers"),
        *_fields(ctypes.c_void_p, "stages", "first_agent", "first_candidate", "candidate_site"),
        *_fields(ctypes.c_void_p, "above", "minutes", "hour_factor"),
        *_fields(ctypes.c_double, "clock_offset", "horizon"),
    ]


class CppKernel:
    """The kernel, built and loaded.

    Raises
    ------
    LookupError
        If there is no C++ compiler.
    """

    def __init__(self, compiler: str = "g++") -> None:
        if shutil.which(compiler) is None:
            raise LookupError(f"there is no {compiler}")
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "kernel.so"
            subprocess.run([compiler, *FLAGS, "-o", str(library), str(SOURCE)], check=True)
            self._code = ctypes.CDLL(str(library))
        self._code.play.restype = self._code.size_of.restype = ctypes.c_int64
        sizes = [*(row.itemsize for row in ROWS), ctypes.sizeof(Tables)]
        assert [self._code.size_of(n) for n in range(len(sizes))] == sizes, "rows laid otherwise"

    def run(self, layout: Layout, requests: t.Requests, visits: t.Visits) -> t.Outcomes:
        """Play one replication under ``nearest_idle``."""
        _refuse_what_it_does_not_know(layout, requests)
        sites = len(layout.sites.tier)
        outcomes = t.Outcomes(
            requests=np.empty(len(requests), dtype=t.REQUEST_OUTCOME),
            visits=np.empty(len(visits), dtype=t.VISIT_OUTCOME),
            work=np.empty(len(visits), dtype=t.WORK),
            idle_min=np.empty(len(layout.agents.site)),
            queue_area=np.empty(sites),
            horizon=layout.horizon,
        )
        arrays = {
            "requests": requests,
            "visits": visits,
            "request_outcomes": outcomes.requests,
            "visit_outcomes": outcomes.visits,
            "work": outcomes.work,
            "idle_min": outcomes.idle_min,
            "queue_area": outcomes.queue_area,
            **_geography(layout),
        }
        assert all(array.flags.c_contiguous for array in arrays.values())
        tables = Tables(
            request_count=len(requests),
            known_arrivals=int(np.searchsorted(requests["arrival"], layout.horizon)),
            visit_count=len(visits),
            sites=sites,
            zones=len(layout.reach.pair_first) - 1,
            tiers=int(layout.stages.tier.max()) + 1,
            clock_offset=layout.clock_offset,
            horizon=layout.horizon,
            **{name: array.ctypes.data for name, array in arrays.items()},
        )
        stints = self._code.play(ctypes.byref(tables))
        outcomes.work.resize(stints, refcheck=False)
        return outcomes


def _geography(layout: Layout) -> dict[str, NDArray[np.generic]]:
    """Stages, agents, candidates and travel as the kernel reads them."""
    stages, reach = layout.stages, layout.reach
    codes = np.zeros(len(stages.tier), dtype=_STAGE)
    for name in ("mode", "choice", "tier", "group"):
        codes[name] = getattr(stages, name)
    codes["chance"] = stages.resolve[:, -1]
    zones = len(reach.pair_first) - 1
    zone = np.repeat(np.arange(zones), np.diff(reach.pair_first))
    minutes = np.full((zones, len(layout.sites.tier)), np.nan)
    minutes[zone, reach.pair_site] = reach.pair_min
    integers = {
        "first_agent": layout.agents.first,
        "first_candidate": reach.first,
        "candidate_site": reach.pair_site[reach.pair],
        "above": reach.above,
    }
    return {
        "stages": codes,
        **{name: np.ascontiguousarray(column, np.int64) for name, column in integers.items()},
        "minutes": minutes,
        "hour_factor": np.ascontiguousarray(layout.hour_factor, np.float64),
    }


def _refuse_what_it_does_not_know(layout: Layout, requests: t.Requests) -> None:
    """The kernel is right for the workload of the comparison only."""
    sites, reach = layout.sites, layout.reach
    opens = sites.opens[sites.hours_first[:-1]]
    closes = sites.closes[sites.hours_first[1:] - 1]
    travelling = reach.travels[layout.stages.group]
    known = (
        np.isin(layout.stages.mode, (REMOTE, VISIT)).all(),
        not travelling[layout.stages.choice == PARENT].any(),
        layout.agents.skills.shape[1] == 1,
        not len(layout.duty.time) and layout.agents.on_duty.all(),
        not layout.agents.break_until.any(),
        (sites.queue_limit == NO_LIMIT).all() and not sites.ageing_per_min.any(),
        (opens <= 0).all() and (closes >= layout.horizon).all(),
        np.isfinite(reach.pair_min).all(),
        np.diff(layout.agents.first).max() <= 64,
        np.isin(requests["priority"], range(_PRIORITIES)).all(),
        requests["shows"].all() and (requests["after"] < 0).all(),
    )
    assert all(known), f"the C++ kernel does not know this network: rule {known.index(False)}"
