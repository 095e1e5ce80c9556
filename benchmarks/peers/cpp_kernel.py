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

from network.tables import REQUEST, REQUEST_OUTCOME, VISIT, VISIT_OUTCOME, WORK
from network.tables import Outcomes, Requests, Visits
from sim.layout import NO_LIMIT, PARENT, REMOTE, VISIT as VISIT_MODE, Layout

SOURCE = Path(__file__).with_name("kernel.cpp")
FLAGS = ("-O3", "-march=native", "-std=c++20", "-ffp-contract=off", "-fPIC", "-shared")
_PRIORITIES = 3
_STAGE = np.dtype([(n, "i8") for n in ("mode", "choice", "tier", "group")] + [("chance", "f8")])


class Tables(ctypes.Structure):
    """What the kernel reads and writes; the fields of ``Tables`` in `kernel.cpp`."""

    _fields_ = [
        *((name, ctypes.c_int64) for name in ("request_count", "known_arrivals", "visit_count")),
        *(
            (name, ctypes.c_void_p)
            for name in ("requests", "visits", "request_outcomes", "visit_outcomes")
        ),
        *((name, ctypes.c_void_p) for name in ("work", "idle_min", "queue_area")),
        *((name, ctypes.c_int64) for name in ("sites", "zones", "tiers")),
        *(
            (name, ctypes.c_void_p)
            for name in ("stages", "first_agent", "first_candidate", "candidate_site")
        ),
        *((name, ctypes.c_void_p) for name in ("above", "minutes", "hour_factor")),
        *((name, ctypes.c_double) for name in ("clock_offset", "horizon")),
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
            command = [compiler, *FLAGS, "-o", str(library), str(SOURCE)]
            subprocess.run(command, check=True)
            self._code = ctypes.CDLL(str(library))
        self._code.play.restype = self._code.size_of.restype = ctypes.c_int64
        for number, size in enumerate(
            dtype.itemsize for dtype in (REQUEST, VISIT, REQUEST_OUTCOME, VISIT_OUTCOME, WORK)
        ):
            assert self._code.size_of(number) == size, f"table {number} is laid out otherwise"
        assert self._code.size_of(5) == ctypes.sizeof(Tables)

    def run(self, layout: Layout, requests: Requests, visits: Visits) -> Outcomes:
        """Play one replication under ``nearest_idle``."""
        _refuse_what_it_does_not_know(layout, requests)
        stages, reach, sites = layout.stages, layout.reach, len(layout.sites.tier)
        zones = len(reach.pair_first) - 1
        codes = np.zeros(len(stages.tier), dtype=_STAGE)
        for name in ("mode", "choice", "tier", "group"):
            codes[name] = getattr(stages, name)
        codes["chance"] = stages.resolve[:, -1]
        minutes = np.full((zones, sites), np.nan)
        zone = np.repeat(np.arange(zones), np.diff(reach.pair_first))
        minutes[zone, reach.pair_site] = reach.pair_min
        outcomes = Outcomes(
            requests=np.empty(len(requests), dtype=REQUEST_OUTCOME),
            visits=np.empty(len(visits), dtype=VISIT_OUTCOME),
            work=np.empty(len(visits), dtype=WORK),
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
            "stages": codes,
            "first_agent": layout.agents.first,
            "first_candidate": reach.first,
            "candidate_site": reach.pair_site[reach.pair],
            "above": reach.above,
            "minutes": minutes,
            "hour_factor": layout.hour_factor,
        }
        assert all(array.flags.c_contiguous for array in arrays.values())
        tables = Tables(
            request_count=len(requests),
            known_arrivals=int(np.searchsorted(requests["arrival"], layout.horizon)),
            visit_count=len(visits),
            sites=sites,
            zones=zones,
            tiers=int(stages.tier.max()) + 1,
            clock_offset=layout.clock_offset,
            horizon=layout.horizon,
            **{name: array.ctypes.data for name, array in arrays.items()},
        )
        stints = self._code.play(ctypes.byref(tables))
        outcomes.work.resize(stints, refcheck=False)
        return outcomes


def _refuse_what_it_does_not_know(layout: Layout, requests: Requests) -> None:
    """The kernel is right for the workload of the comparison only."""
    sites, reach = layout.sites, layout.reach
    opens = sites.opens[sites.hours_first[:-1]]
    closes = sites.closes[sites.hours_first[1:] - 1]
    travelling = reach.travels[layout.stages.group]
    known = (
        np.isin(layout.stages.mode, (REMOTE, VISIT_MODE)).all(),
        not travelling[layout.stages.choice == PARENT].any(),
        layout.agents.skills.shape[1] == 1,
        not len(layout.duty.time) and layout.agents.on_duty.all(),
        not layout.agents.break_until.any(),
        (sites.queue_limit == NO_LIMIT).all() and not sites.ageing_per_min.any(),
        (opens <= 0).all() and (closes >= layout.horizon).all(),
        np.isfinite(reach.pair_min).all(),
        np.diff(layout.agents.first).max() <= 64,
        np.isin(requests["priority"], range(_PRIORITIES)).all(),
        requests["shows"].all(),
    )
    assert all(known), f"the C++ kernel does not know this network: rule {known.index(False)}"
