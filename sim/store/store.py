"""`Store`: a folder of finished replications."""

from __future__ import annotations

import contextlib
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from network.errors import Problem, ScenarioError
from network.model import Network
from sim.estimates import estimate_promises
from sim.kpis import Window
from sim.result import Result
from sim.store.catalogue import Catalogue, Tell, warn
from sim.store.chunk_file import (
    LABELS,
    RUNS,
    DamagedError,
    label_table,
    read_parquet,
    runs_of,
    table_of,
    write_parquet,
)
from sim.store.runs import Batch, Run, RunKey, key_of
from sim.warm_up import suggest_warm_up

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FOLDER = Path("outputs/store")
"""Where results are kept unless said otherwise, from where the user stands."""
_OPEN_FILES = 16
_LEFT_S = 3600.0
"""Temporary files so old were left by a process that died."""


class Store:
    """Finished replications in a folder.

    Parameters
    ----------
    folder : Path
        Made when something is kept there.
    tell : callable, optional
        Is told of damaged and foreign files, once each; by default they are warned of on
        the error stream.

    Raises
    ------
    ScenarioError
        If there is a file where the folder should be.
    """

    def __init__(self, folder: Path | str, tell: Tell = warn) -> None:
        self.folder = Path(folder)
        if self.folder.exists() and not self.folder.is_dir():
            message = f"'{self.folder}' is a file; expected a folder, or one that can be made"
            raise ScenarioError("the results store", [Problem("store", message)])
        self._catalogue = Catalogue(self.folder, tell)
        self._open: OrderedDict[str, pa.Table] = OrderedDict()
        self._verified: set[str] = set()

    # --- finding ----------------------------------------------------------------------------

    def look(self) -> None:
        """See what other processes have kept since the last look."""
        self._catalogue.look()

    def find(self, key: RunKey, numbers: Iterable[int]) -> list[int]:
        """Which of these replications are kept whole (their files are verified)."""
        wanted = sorted(numbers)
        places = self._catalogue.places(key)
        files = {places[number][0] for number in wanted if number in places}
        for file in sorted(files - self._verified):
            self._chunk(file)
        places = self._catalogue.places(key)
        return [number for number in wanted if number in places]

    def missing(self, key: RunKey, numbers: Iterable[int]) -> list[int]:
        """Which of these replications are not kept."""
        wanted = sorted(numbers)
        found = set(self.find(key, wanted))
        return [number for number in wanted if number not in found]

    def runs(self, key: RunKey, numbers: Sequence[int]) -> list[Run]:
        """Replications by number, in the order asked for.

        Raises
        ------
        LookupError
            Naming the replications that are not kept.
        """
        missing = self.missing(key, numbers)
        if missing:
            raise LookupError(
                f"the store {self.folder} lacks replications {_ranges(missing)} of network "
                f"{key.network[:12]}, seed {key.seed}, {key.window}"
            )
        places = self._catalogue.places(key)
        by_file: dict[str, list[int]] = {}
        for number in numbers:
            by_file.setdefault(places[number][0], []).append(number)
        found: dict[int, Run] = {}
        for file, asked in by_file.items():
            table = self._chunk(file)
            if table is None:
                return self.runs(key, numbers)  # it was lost just now: tell what is missing
            rows = [places[number][1] for number in asked]
            found |= zip(asked, runs_of(table, rows), strict=True)
        return [found[number] for number in numbers]

    def result(self, network: Network, window: Window, seed: int, numbers: Sequence[int]) -> Result:
        """The result of replications that are kept.

        Parameters
        ----------
        numbers : sequence of int
            Of the replications, usually a range.

        Raises
        ------
        LookupError
            Naming the replications that are not kept.
        """
        return result_of(network, window, seed, self.runs(key_of(network, window, seed), numbers))

    def _chunk(self, file: str) -> pa.Table | None:
        """A chunk whose bytes have been verified; None: it is damaged or gone."""
        if file in self._open:
            self._open.move_to_end(file)
            return self._open[file]
        try:
            table = read_parquet(self.folder / file)
        except (DamagedError, OSError) as error:
            self._verified.discard(file)
            self._catalogue.drop(file, str(error))
            return None
        self._verified.add(file)
        self._open[file] = table
        if len(self._open) > _OPEN_FILES:
            self._open.popitem(last=False)
        return table

    # --- keeping ----------------------------------------------------------------------------

    def keep(self, batches: Sequence[Batch]) -> None:
        """Write a chunk: one file, whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written (a full disk, a folder that may only be read).
        """
        batches = [batch for batch in batches if batch.runs]
        if not batches:
            return
        self._make_folder()
        table = table_of(batches)
        path = write_parquet(table, self.folder, RUNS)
        self._catalogue.places(batches[0].key)  # that it has looked before something is added
        self._catalogue.add(path.name, table)
        self._verified.add(path.name)

    def label(self, batches: Sequence[Batch]) -> None:
        """Let runs that are kept already be found under these names and parameters, too.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        new = [one for one in batches if not self._catalogue.knows(one.key, one.label)]
        if new:
            self._make_folder()
            write_parquet(label_table(new), self.folder, LABELS)
            self._catalogue.look()

    def save_catalogue(self) -> None:
        """Spare the next process the look into every chunk."""
        self._catalogue.save()

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(".*.tmp"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _LEFT_S:
                    left.unlink()

    # --- asking -----------------------------------------------------------------------------

    def query(self, sql: str, *, every_version: bool = False) -> pd.DataFrame:
        """Ask DuckDB about what is kept; see `sim.store.query` for the views.

        Parameters
        ----------
        sql : str
        every_version : bool
            Also show runs of other versions of the code.

        Returns
        -------
        pandas.DataFrame
            ``attrs["left_out"]`` says how many runs of other versions it did not see.

        Raises
        ------
        ScenarioError
            If the store is empty or the question cannot be answered.
        """
        from sim.store.query import ask

        self._catalogue.look()
        self._catalogue.save()
        table = self._catalogue.table()
        return ask(self.folder, table, self._catalogue.labels(), sql, every_version=every_version)


def result_of(network: Network, window: Window, seed: int, runs: Sequence[Run]) -> Result:
    """The result of finished replications, in their order."""
    kpis = [run.kpis for run in runs]
    return Result(
        network=network,
        window=window,
        seed=seed,
        engine="store",
        engine_reason="computed before",
        kpis_by_replication=kpis,
        promises=estimate_promises(network, kpis),
        digests=[run.digest for run in runs],
        requests=sum(run.requests for run in runs),
        wall_seconds=0.0,
        warnings=network.warnings,
        suggested_warm_up=suggest_warm_up(np.array([one.backlog for one in kpis])),
        first=runs[0].number,
    )


def _ranges(numbers: Sequence[int]) -> str:
    """``0-3, 7``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in parts)
