"""What a store holds, without opening its files again: a row per run with its main figures.

The catalogue is read from the chunks and kept in one file beside them, with the size and
time of every chunk it has seen. It can be lost at any time: it is made anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.kpis import Window
from sim.store.chunk_file import (
    CATALOGUE,
    LABEL,
    LABELS,
    RUNS,
    DamagedError,
    parameters_text,
    read_parquet,
    write_parquet,
)
from sim.store.runs import Label, RunKey

if TYPE_CHECKING:
    import pyarrow as pa

Tell = Callable[[str], None]
Place = tuple[str, int]
"""File and row of a run."""

_INDEX = ".index.parquet"
_OURS = re.compile(r"^[0-9a-f]{64}(\.runs|\.labels|\.index)\.parquet$")
_MANY_NEW = 64
"""From so many chunks on that the kept catalogue has not seen, it is written anew."""


def warn(message: str) -> None:
    """Tell of something odd that does no harm, on the error stream."""
    from rich.console import Console

    screen = Console(stderr=True, soft_wrap=True)
    screen.print(f"warning: {message}", style="yellow", markup=False, highlight=False)


class Catalogue:
    """Runs by key and number, as of the last look at the folder.

    Parameters
    ----------
    folder : Path
    tell : callable
        Is told of files that cannot be used, once each.
    """

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder, self._tell = folder, tell
        self._stamps: dict[str, tuple[int, int]] = {}
        self._tables: list[pa.Table] = []
        self._places: dict[RunKey, dict[int, Place]] = {}
        self._told: set[str] = set()
        self._unsaved = 0
        self._labels: dict[str, pa.Table] = {}
        self._labelled: dict[RunKey, set[tuple[str, str, str]]] = {}
        self._unread: list[tuple[pa.Table, bool]] = []
        self._looked = False

    def places(self, key: RunKey) -> dict[int, Place]:
        """Where the runs of a key are, by number."""
        if not self._looked:
            self.look()
        self._note_all()
        return self._places.get(key, {})

    def knows(self, key: RunKey, label: Label) -> bool:
        """Whether runs of a key have been given this name and these parameters."""
        self._note_all()
        ours = (label.scenario, label.point, parameters_text(label))
        return ours in self._labelled.get(replace(key, code=""), set())

    def look(self) -> None:
        """See what other processes have added, and what has vanished or changed."""
        stamps, others = self._scan()
        if not self._looked:
            self._looked = True
            self._load([name for name in others if name.endswith(_INDEX)])
        lost = {name for name, stamp in self._stamps.items() if stamps.get(name) != stamp}
        if lost:
            self._forget(lost)
        new = [name for name in sorted(stamps) if name not in self._stamps]
        for name in new:
            table = self._read(name, CATALOGUE)
            if table is not None:
                self.add(name, table, stamps[name])
        for name in sorted(others):
            if name.endswith(LABELS) and name not in self._labels:
                table = self._read(name, None)
                if table is not None:
                    self._labels[name] = table
                    self._unread.append((table, False))
        if self._unsaved >= _MANY_NEW:
            self.save()

    def add(self, name: str, table: pa.Table, stamp: tuple[int, int] | None = None) -> None:
        """Take in a chunk that has been read or written just now."""
        import pyarrow as pa

        table = table.select(CATALOGUE)
        code = pa.array(np.zeros(len(table), np.int32))
        file = pa.DictionaryArray.from_arrays(code, pa.array([name]))
        row = pa.array(np.arange(len(table), dtype=np.int32))
        self._take(table.append_column("file", file).append_column("row", row))
        self._stamps[name] = stamp or _stamp((self._folder / name).stat())
        self._unsaved += 1

    def drop(self, name: str, reason: str) -> None:
        """A chunk has turned out to be damaged: its runs are not there."""
        self._set_aside(name, reason)
        self._forget({name})

    def table(self) -> pa.Table | None:
        """All rows, of every version of the code; None: there are none."""
        import pyarrow as pa

        if len(self._tables) > 1:
            whole = pa.concat_tables(self._tables).unify_dictionaries().combine_chunks()
            self._tables = [whole]
        return self._tables[0] if self._tables else None

    def labels(self) -> list[pa.Table]:
        """Further names and parameters of runs."""
        return [self._labels[name] for name in sorted(self._labels)]

    def save(self) -> None:
        """Keep the catalogue for the next process; where nobody may write it is not kept."""
        table = self.table()
        if not self._unsaved or table is None:
            return
        try:
            kept = write_parquet(table, self._folder, _INDEX, json.dumps(self._stamps))
            for old in self._folder.glob(f"*{_INDEX}"):
                if old != kept:
                    old.unlink(missing_ok=True)
        except OSError:
            return
        self._unsaved = 0

    # --- files ------------------------------------------------------------------------------

    def _scan(self) -> tuple[dict[str, tuple[int, int]], list[str]]:
        """Stamps of all chunks, and the names of the other files that are ours."""
        stamps, others = {}, []
        try:
            entries = [*os.scandir(self._folder)]
        except FileNotFoundError:
            return {}, []
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name.endswith(".damaged"):
                continue
            if not _OURS.match(name):
                self._tell_once(name, f"'{name}' in the store is none of its files; it is not read")
            elif name.endswith(RUNS):
                try:
                    stamps[name] = _stamp(entry.stat())
                except FileNotFoundError:  # set aside by another process
                    continue
            else:
                others.append(name)
        return stamps, others

    def _load(self, names: Iterable[str]) -> None:
        """Start from the catalogue that was kept last, if it can be read."""
        for name in names:
            try:
                table = read_parquet(self._folder / name)
                stamps = json.loads(table.schema.metadata[b"about"])
            except (DamagedError, OSError, ValueError):  # made anew from the chunks
                continue
            if len(stamps) > len(self._stamps):
                self._tables, self._unread = [], []
                self._take(table.replace_schema_metadata(None))
                self._stamps = {file: (size, time) for file, (size, time) in stamps.items()}

    def _read(self, name: str, columns: tuple[str, ...] | None) -> pa.Table | None:
        try:
            return read_parquet(self._folder / name, columns).replace_schema_metadata(None)
        except FileNotFoundError:
            return None
        except DamagedError as error:
            self._set_aside(name, str(error))
        except OSError as error:
            self._tell_once(name, f"'{name}' in the store cannot be read: {error.strerror}")
        return None

    def _set_aside(self, name: str, reason: str) -> None:
        """A damaged file is told of once and stands in nobody's way afterwards."""
        self._tell_once(name, f"{reason}; what it held is computed anew when it is needed")
        path = self._folder / name
        try:
            path.replace(path.with_name(f"{name}.damaged"))
        except OSError:  # a folder that may only be read: it stays, and is not used
            return

    def _tell_once(self, name: str, message: str) -> None:
        if name not in self._told:
            self._told.add(name)
            self._tell(message)

    # --- rows -------------------------------------------------------------------------------

    def _forget(self, names: set[str]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        table = self.table()
        for name in names:
            self._stamps.pop(name, None)
        self._tables, self._places, self._unread = [], {}, []
        self._unsaved += 1
        if table is not None:
            lost = pc.is_in(table["file"].cast(pa.string()), pa.array(sorted(names)))
            self._take(table.filter(pc.invert(lost)))

    def _take(self, table: pa.Table) -> None:
        self._tables.append(table)
        self._unread.append((table, True))

    def _note_all(self) -> None:
        """Note where the runs are and what they are called; a query alone needs no such thing."""
        while self._unread:
            table, has_runs = self._unread.pop(0)
            self._note_labels(table)
            if has_runs:
                self._note_places(table)

    def _note_places(self, table: pa.Table) -> None:
        names = ("network", "code", "warm_up_min", "horizon_min", "end_min", "seed",
                 "replication", "file", "row")  # fmt: skip
        known: dict[tuple[object, ...], dict[int, Place]] = {}
        rows = zip(*(table[name].to_pylist() for name in names), strict=True)
        for network, code, start, end, horizon, seed, number, file, row in rows:
            about = (network, code, start, end, horizon, seed)
            if about not in known:
                key = RunKey(network, Window(start, end, horizon), seed, code)
                known[about] = self._places.setdefault(key, {})
            known[about].setdefault(number, (file, row))

    def _note_labels(self, table: pa.Table) -> None:
        rows = zip(*(table[name].to_pylist() for name in LABEL), strict=True)
        for scenario, point, parameters, network, start, end, horizon, seed in dict.fromkeys(rows):
            key = RunKey(network, Window(start, end, horizon), seed, code="")
            self._labelled.setdefault(key, set()).add((scenario, point, parameters))


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns
