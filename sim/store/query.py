"""Questions to the store in SQL, answered by DuckDB.

============  ================================================================================
``runs``      A row per replication (and set of parameters): ``run`` (a number within this
              answer), ``scenario``, ``point``, the parameters by their names, ``seed``,
              ``replication``, ``warm_up_min``, ``horizon_min``, ``end_min``, ``requests``,
              ``network``, ``code``, ``outcomes_sha256``, and the key figures of the whole
              network by their names (``response_p90``, ``sla``, ``cost`` ...). A parameter
              that has the name of another column is called ``parameter_<name>``.
``figures``   A row per run and main figure: ``run``, ``kpi``, ``dimension`` (total, tier,
              component, promise), ``key``, ``value``. Of dimension promise are ``promise``
              (the share kept) and ``promise_due`` (requests due).
``points``    The columns of ``runs`` that describe a point, ``replications`` (how many), and
              the means of its key figures.
============  ================================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.kpi import REGISTRY
from sim.policies import list_policies
from sim.store.chunk_file import LABEL
from sim.store.code import code_version

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Figure = tuple[str, str, str]
"""KPI, dimension, key."""

TOTALS = tuple(kpi.name for kpi in REGISTRY if "total" in kpi.dimensions)
"""Key figures that have a column of their own."""
DESCRIBES = ("scenario", "point", "seed", "warm_up_min", "horizon_min", "end_min", "network",
             "code")  # fmt: skip
_PLAIN = ("run", *DESCRIBES, "replication", "requests", "outcomes_sha256")
_KEY = ("network", "code", "warm_up_min", "horizon_min", "end_min", "seed")


def ask(
    folder: Path,
    rows: pa.Table | None,
    labels: Sequence[pa.Table],
    sql: str,
    *,
    every_version: bool,
) -> pd.DataFrame:
    """Answer a question about the rows of a catalogue.

    Raises
    ------
    ScenarioError
        If there is nothing to ask about, or DuckDB does not understand the question.
    """
    if rows is None or not len(rows):
        there = "is empty" if folder.is_dir() else "does not exist"
        message = f"'{folder}' {there}; runs are kept there by python -m sim and python -m study"
        raise ScenarioError("the results store", [Problem("store", message)])
    present = _present(rows)
    left_out = 0 if every_version else int((~present).sum())
    if not every_version:
        rows = rows.filter(present)
    runs = _runs(rows, labels)
    answer = _duckdb(runs, rows, sql)
    answer.attrs["left_out"] = left_out
    return answer


def _present(rows: pa.Table) -> NDArray[np.bool_]:
    """Rows that the present code has computed."""
    ours = {code_version(name) for name in list_policies()}
    column = rows["code"].combine_chunks()
    known = np.array([code in ours for code in column.dictionary.to_pylist()], dtype=bool)
    codes: NDArray[np.int32] = column.indices.to_numpy()
    return known[codes]


def _duckdb(runs: pa.Table, rows: pa.Table, sql: str) -> pd.DataFrame:
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set python_enable_replacements = false")
        parameters = [name for name in runs.column_names if name not in (*_PLAIN, *TOTALS, "_row")]
        shown = ", ".join(f'"{name}"' for name in runs.column_names if name != "_row")
        connection.register("_runs", runs)
        connection.execute(f"create view runs as select {shown} from _runs")  # noqa: S608
        describing = ", ".join(f'"{name}"' for name in (*DESCRIBES, *parameters))
        means = ", ".join(f'avg("{name}") as "{name}"' for name in TOTALS)
        connection.execute(
            f"create view points as select {describing}, count(*) as replications, {means} "  # noqa: S608
            "from runs group by all order by all"
        )
        if re.search(r"\bfigures\b", sql, re.IGNORECASE):
            connection.register("figures", _figures(runs, rows))
        connection.execute("set lock_configuration = true")
        try:
            relation: duckdb.DuckDBPyRelation | None = connection.sql(sql)
            if relation is None:
                message = "expected a question that has an answer, such as select ... from runs"
                raise ScenarioError("the query", [Problem("SQL", message)])
            return relation.df()
        except duckdb.Error as error:
            raise ScenarioError("the query", [Problem("SQL", _told(error))]) from None


def _told(error: Exception) -> str:
    """DuckDB's words; it says itself what it did not find and what is like it."""
    text = " ".join(str(error).split())
    return f"{text}. The tables are runs, points and figures (python -m study query --help)"


# --- the view of runs -----------------------------------------------------------------------


def _runs(rows: pa.Table, labels: Sequence[pa.Table]) -> pa.Table:
    """Runs once for each set of parameters, in an order that depends on nothing else."""
    import pandas as pd
    import pyarrow as pa

    named = ("scenario", "point", "parameters")
    frame = _plain_text(rows.select([*_KEY, *named, "replication"])).to_pandas()
    frame["_row"] = np.arange(len(frame))
    if labels:
        extra = pd.concat([_plain_text(table).to_pandas() for table in labels]).drop_duplicates()
        by = [name for name in LABEL if name not in named]
        more = frame.drop(columns=[*named]).merge(extra, on=by)
        frame = pd.concat([frame, more], ignore_index=True)
    frame = frame.drop_duplicates([*_KEY, "replication", "parameters"])
    order = [*named, "network", *_KEY[2:], "code", "replication"]
    frame = frame.sort_values(order, kind="stable", ignore_index=True)
    taken = rows.take(pa.array(frame["_row"].to_numpy()))
    columns: dict[str, pa.Array] = {"run": pa.array(np.arange(len(frame)))}
    columns |= {name: pa.array(frame[name]) for name in ("scenario", "point")}
    columns |= _parameters(frame["parameters"].tolist())
    for name in _PLAIN:
        if name not in columns:
            columns[name] = taken[name]
    columns |= _totals(taken)
    columns["_row"] = pa.array(frame["_row"].to_numpy())
    return pa.table(columns)


def _plain_text(table: pa.Table) -> pa.Table:
    """Without dictionaries, whose texts sort by their first appearance."""
    import pyarrow as pa

    coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    for name in coded:
        column = table[name].cast(pa.string())
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def _parameters(texts: Sequence[str]) -> dict[str, pa.Array]:
    """A typed column per parameter; null where a run has none of that name."""
    import pyarrow as pa

    known = {text: json.loads(text) for text in dict.fromkeys(texts)}
    names = sorted({name for values in known.values() for name in values})
    taken = {*_PLAIN, *TOTALS, "_row"}
    columns = {}
    for name in names:
        values = [known[text].get(name) for text in texts]
        kinds = {type(value) for value in values if value is not None}
        if kinds == {int, float}:
            values = [None if value is None else float(value) for value in values]
        elif len(kinds) > 1:
            values = [None if value is None else str(value) for value in values]
        columns[f"parameter_{name}" if name in taken else name] = pa.array(values)
    return columns


def _totals(rows: pa.Table) -> dict[str, pa.Array]:
    """A column per key figure of the whole network."""
    import pyarrow as pa

    found = {name: np.full(len(rows), np.nan) for name in TOTALS}
    for names, where, values in _by_form(rows):
        for place, (kpi, dimension, _) in enumerate(names):
            if dimension == "total" and kpi in found:
                found[kpi][where] = values[:, place]
    return {name: pa.array(values, from_pandas=True) for name, values in found.items()}


def _by_form(
    rows: pa.Table,
) -> list[tuple[list[Figure], NDArray[np.int64], NDArray[np.float64]]]:
    """Names of figures, the rows that have these, and their values (rows, figures)."""
    names, figures = rows["names"].combine_chunks(), rows["figures"].combine_chunks()
    code = names.indices.to_numpy()
    starts = figures.offsets.to_numpy()[:-1]
    flat = figures.values.to_numpy()
    groups = []
    for number, text in enumerate(names.dictionary.to_pylist()):
        where = np.flatnonzero(code == number)
        if len(where):
            known = [(kpi, dimension, key) for kpi, dimension, key in json.loads(text)]
            places = starts[where][:, None] + np.arange(len(known))
            groups.append((known, where, flat[places]))
    return groups


def _figures(runs: pa.Table, rows: pa.Table) -> pa.Table:
    """The main figures of the runs, one below the other."""
    import pyarrow as pa

    taken = rows.take(runs["_row"])
    words: dict[str, int] = {}
    parts = []
    for names, where, values in _by_form(taken):
        code = np.array([[words.setdefault(w, len(words)) for w in name] for name in names], "i4")
        parts.append((where.repeat(len(names)), np.tile(code, (len(where), 1)), values.ravel()))
    run, code, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    text = pa.array([*words])
    return pa.table(
        {
            "run": pa.array(run),
            **{
                name: pa.DictionaryArray.from_arrays(pa.array(code[:, n].copy()), text)
                for n, name in enumerate(("kpi", "dimension", "key"))
            },
            "value": pa.array(value, from_pandas=True),
        }
    )
