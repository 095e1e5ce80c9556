"""``python -m study query``: questions to the results store in SQL."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from network.errors import Problem, ScenarioError, did_you_mean
from study.commands.options import add_store, store_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

_KEYS = ("store", "versions", "csv", "parquet")
_MOST_ROWS = 60
_MOST_COLUMNS = 12
_EXAMPLES = """
examples:
  python -m study query "select staffing, demand, avg(cost), avg(resolved) from runs group by all"
  python -m study query "select point, key, avg(value) from runs join figures using (run)
                         where kpi = 'response_p90' and dimension = 'tier' group by all"
  python -m study query "select * from points order by cost" --csv points.csv

DuckDB answers; its dialect is described at https://duckdb.org/docs/sql/introduction.
It can read nothing but the store, and changes nothing there.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    from sim.store import query

    parser = commands.add_parser(
        "query",
        help="ask in SQL about everything that was simulated",
        description="Ask in SQL about everything that was simulated: the results store.",
        epilog=f"{query.__doc__}{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sql", help="the question, in quotes")
    parser.add_argument(
        "settings",
        nargs="*",
        default=[],
        metavar="key=value",
        help=f"the options below can be typed so, too: {', '.join(_KEYS)}",
    )
    add_store(parser)
    parser.add_argument(
        "--versions",
        metavar="all",
        help="show also what other versions of the code have computed (column code)",
    )
    parser.add_argument("--csv", metavar="FILE", help="write the answer as CSV")
    parser.add_argument("--parquet", metavar="FILE", help="write the answer as Parquet")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Do it."""
    from sim.shell import console

    _take_settings(asked)
    answer = store_of(asked).query(asked.sql, every_version=asked.versions == "all")
    screen = console()
    written = _write(answer, asked)
    if not written:
        _show(answer, screen)
    for path in written:
        said = f"{len(answer):,} rows in {path}"
        screen.print(said, highlight=False, markup=False)
    left_out = answer.attrs["left_out"]
    if left_out:
        said = (
            f"{left_out:,} runs of other versions of the code are left out (--versions all shows "
            "them)."
        )
        screen.print(said, highlight=False, markup=False)
    return 0


def _take_settings(asked: argparse.Namespace) -> None:
    """``store=...`` means the same as ``--store ...``."""
    problems = []
    for word in asked.settings:
        key, _, value = word.partition("=")
        if key in _KEYS and value:
            setattr(asked, key, value)
        else:
            message = f"expected one of {', '.join(f'{one}=...' for one in _KEYS)}."
            problems.append(Problem(word, message + did_you_mean(key, _KEYS)))
    if asked.versions not in (None, "all", "present"):
        message = f"got '{asked.versions}'; expected all or present"
        problems.append(Problem("--versions", message))
    if problems:
        raise ScenarioError("the command line", problems)


def _write(answer: pd.DataFrame, asked: argparse.Namespace) -> list[Path]:
    """The files that were asked for, each all or nothing."""
    from sim.run_folder import write_atomically

    ways = {
        asked.csv: partial(answer.to_csv, index=False, lineterminator="\n"),
        asked.parquet: partial(answer.to_parquet, index=False, compression="zstd"),
    }
    written = []
    for name, save in ways.items():
        if name is not None:
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, save)
            written.append(path)
    return written


def _show(answer: pd.DataFrame, screen: Console) -> None:
    """The first rows and columns as a table."""
    from rich.table import Table
    from rich.text import Text

    shown = answer.iloc[:_MOST_ROWS, :_MOST_COLUMNS]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold cyan")
    for name in shown.columns:
        is_number = answer[name].dtype.kind in "iuf"
        table.add_column(Text(str(name)), justify="right" if is_number else "left")
    for row in shown.itertuples(index=False):
        table.add_row(*(Text(_cell(value)) for value in row))
    screen.print(table)
    hidden = []
    if len(answer) > _MOST_ROWS:
        hidden.append(f"{len(answer) - _MOST_ROWS:,} more rows")
    if len(answer.columns) > _MOST_COLUMNS:
        hidden.append(f"{len(answer.columns) - _MOST_COLUMNS:,} more columns")
    if hidden:
        said = f"{' and '.join(hidden)}; --csv FILE or --parquet FILE writes all."
        screen.print(said, highlight=False, markup=False)


def _cell(value: object) -> str:
    """A value as people read it; what was not measured is a dash."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"  # noqa: RUF001
    return f"{value:,.5g}" if isinstance(value, float) else str(value)
