"""What was measured already, on disk, so that an interrupted plan goes on where it was.

A file holds one batch of measurements and appears whole or not at all. The search is a
function of what it measures, so a rerun with its memory takes the same way, only faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from optimize.staffing.requirements import Tally
from sim.run_folder import write_atomically

Floats = NDArray[np.float64]

_ARRAYS = ("met", "due", "share", "inside", "cost")


class Memory:
    """Measurements by key, kept in a folder.

    Parameters
    ----------
    folder : pathlib.Path or None
        None: remember nothing beyond this process.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[str, tuple[Tally, Floats]] = {}
        self._batches = 0
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("*.npz")):
            self._batches += 1
            try:
                self._known |= _read(path)
            except (OSError, ValueError, KeyError, EOFError, BadZipFile):
                continue  # a torn or foreign file: what it held is measured again

    def find(self, key: str) -> tuple[Tally, Floats] | None:
        """Tally and cost by replication, if they are known."""
        return self._known.get(key)

    def keep(self, found: Mapping[str, tuple[Tally, Floats]]) -> None:
        """Remember a batch."""
        self._known |= found
        if self._folder is None or not found:
            return
        arrays: dict[str, NDArray[np.generic]] = {"keys": np.array(list(found))}
        for number, (tally, cost) in enumerate(found.values()):
            values = (tally.met, tally.due, tally.share, tally.inside, cost)
            arrays |= {f"{name}_{number}": v for name, v in zip(_ARRAYS, values, strict=True)}
        self._batches += 1

        def write(path: Path) -> None:
            with path.open("wb") as handle:
                np.savez_compressed(handle, allow_pickle=False, **arrays)

        write_atomically(self._folder / f"{self._batches:06d}.npz", write)


def _read(path: Path) -> dict[str, tuple[Tally, Floats]]:
    with np.load(path, allow_pickle=False) as file:
        return {
            str(key): (
                Tally(*(file[f"{name}_{number}"] for name in _ARRAYS[:-1])),
                file[f"cost_{number}"],
            )
            for number, key in enumerate(file["keys"].tolist())
        }
