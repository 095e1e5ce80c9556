"""What a finished run must remember to be extended by more replications.

``replications.npz`` holds the figures of every replication, without outcomes, and what
they belong to; nothing in it is executable (no pickle).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from network.digest import network_digest
from network.errors import Problem, ScenarioError
from network.model import Network
from sim.estimates import estimate_promises
from sim.kpis import Kpis, Window
from sim.result import Result
from sim.run_folder import Json, versions, write_atomically
from sim.store.codec import Blocks, arrays_of, blocks_of, index_from, kpis_from

FILE = "replications.npz"
_MAX_BYTES = 4_000_000_000
_CODE = ("service-network-planner", "numpy")
"""Packages whose version decides the numbers (random streams, key figures)."""


class About(TypedDict):
    """What a state belongs to: network (digest), window in minutes, versions of packages."""

    network: str
    seed: int
    window: list[float]
    code: Json
    index: Blocks
    digests: list[str]
    requests: int
    wall_seconds: float


def save_state(result: Result, folder: Path) -> None:
    """Write the state of a run into its folder."""
    kpis = result.kpis_by_replication
    about: About = {
        "network": network_digest(result.network),
        "seed": result.seed,
        "window": [result.window.start, result.window.end, result.window.horizon],
        "code": {name: versions()[name] for name in _CODE},
        "index": blocks_of(kpis[0].index),
        "digests": result.digests,
        "requests": result.requests,
        "wall_seconds": result.wall_seconds,
    }
    rows = [arrays_of(one) for one in kpis]
    arrays: dict[str, NDArray[np.generic]] = {
        name: np.array([row[name] for row in rows]) for name in rows[0]
    }
    arrays["about"] = np.array(json.dumps(about))

    def write(path: Path) -> None:
        with path.open("wb") as handle:
            np.savez_compressed(handle, allow_pickle=False, **arrays)

    write_atomically(folder / FILE, write)


def load_state(folder: Path, network: Network) -> Result:
    """The finished run of a folder, to be extended on the same network.

    Raises
    ------
    ScenarioError
        If the folder has no complete run, or one of another network or version.
    """
    try:
        return _load(folder / FILE, network)
    except ScenarioError:
        raise
    except (OSError, EOFError, MemoryError, ValueError, LookupError, TypeError, BadZipFile):
        message = f"'{folder.name}' holds no complete run (no readable {FILE})"
        raise ScenarioError("the run to extend", [Problem("extend", message)]) from None


def read_figures(path: Path) -> tuple[About, list[Kpis]]:
    """What a state belongs to, and the figures of its replications.

    Raises
    ------
    OSError, EOFError, MemoryError, ValueError, LookupError, TypeError, zipfile.BadZipFile
        If it is no readable state.
    """
    with ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > _MAX_BYTES:
            raise ValueError("larger than any run")
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    about: About = json.loads(str(arrays.pop("about")))
    index = index_from(about["index"])
    kpis = [
        kpis_from(index, {name: column[r] for name, column in arrays.items()})
        for r in range(len(arrays["values"]))
    ]
    return about, kpis


def _load(path: Path, network: Network) -> Result:
    about, kpis = read_figures(path)
    problems = [
        Problem("extend", f"its {what} differs: got {theirs}; this run has {ours}")
        for what, theirs, ours in (
            ("network (scenario, variant, change or plan)", about["network"][:12],
             network_digest(network)[:12]),
            ("version", about["code"], {name: versions()[name] for name in _CODE}),
        )
        if theirs != ours
    ]  # fmt: skip
    if problems:
        raise ScenarioError("the run to extend", problems)
    return Result(
        network=network,
        window=Window(*about["window"]),
        seed=about["seed"],
        engine="",
        engine_reason="",
        kpis_by_replication=kpis,
        promises=estimate_promises(network, kpis),
        digests=about["digests"],
        requests=about["requests"],
        wall_seconds=about["wall_seconds"],
        warnings=(),
        suggested_warm_up=float("nan"),
    )
