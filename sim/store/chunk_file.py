"""A chunk of runs as one Parquet file whose name is the digest of its bytes.

A file that was torn, cut or edited no longer has the digest in its name; the same chunk
written twice is the same file.

A row is a run. The columns of `CATALOGUE` say what it is and show its main figures; the
others hold all the rest of it, as `sim.store.codec` takes it apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.kpis import Index
from sim.run_folder import write_atomically
from sim.store.codec import Array, arrays_of, blocks_of, index_from, kpis_from
from sim.store.runs import Batch, Label, Run

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "service-network-planner runs 1"
RUNS, LABELS = ".runs.parquet", ".labels.parquet"
MAIN_DIMENSIONS = ("total", "tier", "component")
"""Figures of these dimensions, and the promises, can be queried at once."""
CATALOGUE = (
    "scenario", "point", "parameters", "network", "warm_up_min", "horizon_min", "end_min",
    "seed", "replication", "code", "requests", "outcomes_sha256", "names", "figures",
)  # fmt: skip
LABEL = ("scenario", "point", "parameters", "network", "warm_up_min", "horizon_min", "end_min",
         "seed")  # fmt: skip
_PER_BATCH = (*LABEL, "code", "names", "form")
Cell = str | int | float


class DamagedError(ValueError):
    """A file is not what its name says."""


def write_parquet(table: pa.Table, folder: Path, ending: str, about: str = "") -> Path:
    """Write a table under the digest of its bytes, all or nothing.

    Parameters
    ----------
    about : str
        Kept with the table, as its metadata ``about``.

    Returns
    -------
    pathlib.Path
        The file; if it was there already it is left as it is.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    table = table.replace_schema_metadata({"format": FORMAT, "about": about})
    coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    pq.write_table(  # looking for figures that repeat takes eight times as long, for nothing
        table,
        buffer,
        compression="zstd",
        compression_level=1,
        use_dictionary=coded,
        write_statistics=False,
    )
    content = buffer.getvalue().to_pybytes()
    path = folder / (hashlib.sha256(content).hexdigest() + ending)
    if not path.exists() or path.stat().st_size != len(content):
        write_atomically(path, lambda temporary: temporary.write_bytes(content))
    return path


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The table of a file, if its bytes are those that were written.

    Raises
    ------
    DamagedError
        If they are not, or another program has written them.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != path.name.partition(".")[0]:
        raise DamagedError(f"'{path.name}' is torn or edited")
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        table = file.read(columns=None if columns is None else [*columns])
    except (pa.ArrowException, OSError, KeyError):
        raise DamagedError(f"'{path.name}' is no table of runs") from None
    if (table.schema.metadata or {}).get(b"format") != FORMAT.encode():
        raise DamagedError(f"'{path.name}' is of another format")
    return table


# --- runs -> a table ------------------------------------------------------------------------


def table_of(batches: Sequence[Batch]) -> pa.Table:
    """Runs as a table, in their order."""
    import pyarrow as pa

    sizes = [len(batch.runs) for batch in batches]
    rows = [(batch, run) for batch in batches for run in batch.runs]
    described = [_about(batch) for batch in batches]
    columns: dict[str, pa.Array] = {}
    for name in _PER_BATCH:
        values: list[Cell] = [about[name] for about in described]
        columns[name] = _repeated(values, sizes)
    columns["replication"] = pa.array([run.number for _, run in rows], pa.int64())
    columns["requests"] = pa.array([run.requests for _, run in rows], pa.int64())
    columns["outcomes_sha256"] = pa.array([run.digest for _, run in rows], pa.string())
    columns["figures"] = _lists([_main_figures(batch, run) for batch, run in rows])
    taken = [arrays_of(run.kpis) for _, run in rows]
    columns["values"] = _lists([arrays["values"] for arrays in taken])
    columns["rest"] = pa.array(
        [b"".join(a.tobytes() for n, a in arrays.items() if n != "values") for arrays in taken],
        pa.large_binary(),
    )
    return pa.table({name: columns[name] for name in (*CATALOGUE, "form", "values", "rest")})


def label_table(batches: Sequence[Batch]) -> pa.Table:
    """What runs are called, without the runs."""
    import pyarrow as pa

    described = [_about(batch, whole=False) for batch in batches]
    ones = [1] * len(batches)
    return pa.table({name: _repeated([one[name] for one in described], ones) for name in LABEL})


def parameters_text(label: Label) -> str:
    """Parameters as JSON, in the order of their names."""
    return json.dumps(dict(sorted(label.parameters.items())))


def _about(batch: Batch, *, whole: bool = True) -> dict[str, Cell]:
    """What the rows of a batch share."""
    key, label = batch.key, batch.label
    about: dict[str, Cell] = {
        "scenario": label.scenario,
        "point": label.point,
        "parameters": parameters_text(label),
        "network": key.network,
        "warm_up_min": float(key.window.start),
        "horizon_min": float(key.window.end),
        "end_min": float(key.window.horizon),
        "seed": key.seed,
        "code": key.code,
    }
    if whole:
        kpis = batch.runs[0].kpis
        shapes = [
            [name, array.dtype.str, list(array.shape)] for name, array in arrays_of(kpis).items()
        ]
        about["form"] = f'{{"blocks": {_blocks_text(kpis.index)}, "arrays": {json.dumps(shapes)}}}'
        about["names"] = json.dumps([*_main(kpis.index)[1], *_promise_names(batch.promises)])
    return about


def _repeated(values: Sequence[Cell], sizes: Sequence[int]) -> pa.Array:
    """Each value so many times; texts are stored once."""
    import pyarrow as pa

    if isinstance(values[0], str):
        known = {value: n for n, value in enumerate(dict.fromkeys(values))}
        code = np.array([known[value] for value in values], dtype=np.int32)
        names = pa.array([*known], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(np.repeat(code, sizes)), names)
    return pa.array(np.repeat(np.array(values), sizes))


def _lists(rows: Sequence[NDArray[np.generic]]) -> pa.Array:
    import pyarrow as pa

    ends = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(np.concatenate(rows)))


@lru_cache(maxsize=64)
def _main(index: Index) -> tuple[NDArray[np.int64], list[tuple[str, str, str]]]:
    """Where the main figures stand, and which they are."""
    rows = [*zip(*index.rows(), strict=True)]
    places = [n for n, (_, dimension, _) in enumerate(rows) if dimension in MAIN_DIMENSIONS]
    return np.array(places, dtype=np.int64), [rows[n] for n in places]


@lru_cache(maxsize=64)
def _blocks_text(index: Index) -> str:
    return json.dumps(blocks_of(index))


def _promise_names(promises: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(kpi, "promise", one) for kpi in ("promise", "promise_due") for one in promises]


def _main_figures(batch: Batch, run: Run) -> NDArray[np.float64]:
    met, due = run.kpis.kept.met, run.kpis.kept.due
    share = np.divide(met, due, out=np.full(len(due), np.nan), where=due > 0)
    return np.concatenate([run.kpis.values[_main(run.kpis.index)[0]], share, due])


# --- a table -> runs ------------------------------------------------------------------------


def runs_of(table: pa.Table, rows: Sequence[int]) -> Iterator[Run]:
    """The runs of some rows of a chunk."""
    for row in rows:
        one = {
            name: table[name][row].as_py()
            for name in ("replication", "requests", "outcomes_sha256", "form", "rest")
        }
        index, shapes = _form(one["form"])
        values = table["values"][row].values.to_numpy()
        arrays, place = {}, 0
        for name, kind, shape in shapes:
            if name == "values":
                arrays[name] = values
                continue
            count = int(np.prod(shape))
            flat: Array = np.frombuffer(one["rest"], kind, count, place)
            arrays[name] = flat.reshape(shape)
            place += flat.nbytes
        kpis = kpis_from(index, arrays)
        yield Run(one["replication"], kpis, one["outcomes_sha256"], one["requests"])


@lru_cache(maxsize=64)
def _form(text: str) -> tuple[Index, list[tuple[str, str, tuple[int, ...]]]]:
    form = json.loads(text)
    shapes = [(name, kind, tuple(shape)) for name, kind, shape in form["arrays"]]
    return index_from(form["blocks"]), shapes
