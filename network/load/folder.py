"""A scenario folder -> raw rows of text, with where each came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from network.errors import Problem, ScenarioError, did_you_mean, one_of
from network.load.schema import SECTIONS, TABLES, Table
from network.load.text import Value, read_csv, read_yaml

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
"""The scenarios that are shipped."""

_MAX_BASES = 5
_DEEPEST = 3
_CHANGED = " (changed)"
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True, slots=True)
class Row:
    """A row before validation.

    Parameters
    ----------
    where : str
        File and row number, for messages.
    cells : dict
        Text by column.
    """

    where: str
    cells: dict[str, Value]


@dataclass(slots=True)
class Raw:
    """A scenario before validation.

    Parameters
    ----------
    name : str
    tables : dict of str to list of Row
    sections : dict of str to dict
        Values by key.
    digests : dict of str to str
        SHA-256 of every file read.
    problems : list of Problem
    road_folder : Path
        The folder whose ``scenario.yaml`` names the road graph.
    """

    name: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    sections: dict[str, dict[str, Value]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    road_folder: Path = SCENARIOS

    def copy(self) -> Raw:
        """A copy to change; rows and sections are shared until one of them is replaced."""
        return replace(
            self,
            tables=dict(self.tables),
            sections=dict(self.sections),
            digests=dict(self.digests),
            problems=list(self.problems),
        )

    def rows(self, name: str) -> object:
        """The rows of a table or the values of a section; the same object while unchanged."""
        return self.tables.get(name) if name in self.tables else self.sections.get(name)


def scenario_folder(name: str, root: Path) -> Path:
    """The folder of a scenario below ``root``.

    Raises
    ------
    ScenarioError
        If the name is not a plain relative one or there is no such scenario.
    """
    problem = name_problem(name)
    if problem is None and not root.is_dir():
        problem = Problem("data_root", f"there is no folder '{root}' on this machine")
    if problem is not None:
        raise ScenarioError("the configuration", [problem])
    folder = (root / name).resolve()
    if not (folder / "scenario.yaml").is_file() or root.resolve() not in folder.parents:
        known = list_scenarios(root)
        message = (
            f"there is no scenario '{name}'; expected one of {one_of(known)}."
            f"{did_you_mean(name, known)}"
        )
        raise ScenarioError("the configuration", [Problem("scenario", message)])
    return folder


def name_problem(name: str) -> Problem | None:
    """What is wrong with a scenario's name, which is a path on every system and never leaves it."""
    plain = all(
        part
        and part == part.strip(". ").lstrip("-")
        and part.isascii()
        and part.split(".", maxsplit=1)[0].lower() not in _RESERVED
        and all(c.isalnum() or c in "_-." for c in part)
        for part in name.split("/")
    )
    if plain and len(name) <= 100:
        return None
    shown = name if len(name) <= 40 else name[:40] + "..."
    message = f"got {shown!r}; expected a name of letters, digits, _ and -, such as 'regionB'"
    return Problem("scenario", message)


def list_scenarios(root: Path = SCENARIOS) -> dict[str, tuple[str, str]]:
    """Title and description of all scenarios by name; one without a title is only a base."""
    titles = {}
    levels = ("*/" * depth + "scenario.yaml" for depth in range(1, _DEEPEST + 1))
    for path in sorted(path for pattern in levels for path in root.glob(pattern)):
        try:
            settings = read_yaml(path).get("settings")
        except ScenarioError:
            settings = {"title": "cannot be read: check it"}
        if isinstance(settings, dict) and "title" in settings:
            name = path.parent.relative_to(root).as_posix()
            titles[name] = str(settings["title"]), str(settings.get("description", ""))
    return titles


def read_folder(name: str, root: Path) -> Raw:
    """All rows of a scenario, those of its base included where it has none of its own."""
    folder = scenario_folder(name, root)
    raw = Raw(name)
    seen: list[Path] = []
    while True:
        seen.append(folder)
        content = _read_yaml_part(raw, folder, root)
        _read_tables(raw, folder, root, content)
        base = content.get("base")
        if base is None:
            return raw
        folder = scenario_folder(str(base), root)
        if folder in seen or len(seen) >= _MAX_BASES:
            message = f"the chain of bases is circular or longer than {_MAX_BASES}"
            raise ScenarioError(name, [Problem("scenario.yaml, base", message)])


def _read_yaml_part(raw: Raw, folder: Path, root: Path) -> dict[str, Value]:
    path = folder / "scenario.yaml"
    if root.resolve() not in path.resolve().parents:
        message = "is a link to a file outside the scenarios folder"
        raise ScenarioError(raw.name, [Problem("scenario.yaml", message)])
    content = read_yaml(path)
    add_digest(raw, path, root)
    known = [*SECTIONS, "base", "tables", *(table.name for table in TABLES)]
    for key in content:
        if key not in known:
            hint = did_you_mean(key, known)
            raw.problems.append(
                Problem(
                    f"scenario.yaml, {key}",
                    f"unknown key; expected one of {one_of(known, 40)}.{hint}",
                )
            )
    for section in SECTIONS:
        values = content.get(section, {})
        if isinstance(values, dict):
            if "road_graph" in values and "road_graph" not in raw.sections.get(section, {}):
                raw.road_folder = folder
            raw.sections[section] = {**values, **raw.sections.get(section, {})}
        else:
            raw.problems.append(
                Problem(f"scenario.yaml, {section}", "expected keys with values below it")
            )
    return content


def _read_tables(raw: Raw, folder: Path, root: Path, content: Mapping[str, Value]) -> None:
    listed = content.get("tables", {})
    files: Mapping[str, Value] = listed if isinstance(listed, dict) else {}
    if not isinstance(listed, dict):
        raw.problems.append(
            Problem("scenario.yaml, tables", "expected table names with file lists")
        )
    names = [table.name for table in TABLES]
    for name in files:
        if name not in names:
            hint = did_you_mean(name, names)
            raw.problems.append(Problem(f"scenario.yaml, tables.{name}", f"unknown table.{hint}"))
    for table in TABLES:
        if table.name in raw.tables:
            continue
        rows = _own_rows(raw, table, folder, root, content, files)
        if rows is not None:
            raw.tables[table.name] = rows


def _own_rows(
    raw: Raw,
    table: Table,
    folder: Path,
    root: Path,
    content: Mapping[str, Value],
    files: Mapping[str, Value],
) -> list[Row] | None:
    """Rows that this very folder gives for a table: inline, listed files or its own CSV."""
    if table.name in content:
        return _inline_rows(raw, table, content[table.name])
    own = folder / f"{table.name}.csv"
    paths = [own] if own.is_file() else []
    if table.name in files:
        named = files[table.name]
        paths = [folder / str(one) for one in (named if isinstance(named, list) else [named])]
    if not paths:
        return None
    rows: list[Row] = []
    for path in paths:
        if not str(path).isprintable() or root.resolve() not in path.resolve().parents:
            message = f"'{path.name}' lies outside the scenarios folder"
            raw.problems.append(Problem(f"scenario.yaml, tables.{table.name}", message))
            continue
        found, problems = read_csv(path)
        raw.problems += problems
        if not problems:
            add_digest(raw, path, root)
        rows += [Row(f"{path.name} row {number}", dict(cells)) for number, cells in found]
    return rows


def _inline_rows(raw: Raw, table: Table, value: Value) -> list[Row]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raw.problems.append(
            Problem(
                f"scenario.yaml, {table.name}", "expected a list of rows, each with column: value"
            )
        )
        return []
    return [
        Row(f"scenario.yaml, {table.name} row {number}", dict(row))
        for number, row in enumerate(value, start=1)
        if isinstance(row, dict)
    ]


def add_digest(raw: Raw, path: Path, root: Path) -> None:
    """Remember the digest of a file by its path below the root."""
    label = path.resolve().relative_to(root.resolve()).as_posix()
    with path.open("rb") as file:
        raw.digests[label] = hashlib.file_digest(file, "sha256").hexdigest()


def apply_changes(raw: Raw, changes: Mapping[str, object]) -> None:
    """Set single values of raw rows: ``pools.lugo_field.count`` or ``dispatch.policy``.

    Parameters
    ----------
    raw : Raw
        Changed in place; what cannot be changed is added to its problems.
    changes : mapping of str to object
        Dotted ``table.row.column`` (key columns joined by ``/``) or ``section.key``.
    """
    for path, value in changes.items():
        where = f"change {path}"
        head, _, rest = path.partition(".")
        if head in SECTIONS:
            raw.sections[head] = {**raw.sections.get(head, {}), rest: _as_text(value)}
            continue
        table = next((table for table in TABLES if table.name == head and table.key), None)
        row_id, _, column = rest.rpartition(".")
        if table is None or not row_id:
            known = [*SECTIONS, *(table.name for table in TABLES if table.key)]
            message = f"expected table.row.column with a table of {one_of(known, 40)}"
            raw.problems.append(Problem(where, message + "." + did_you_mean(head, known)))
            continue
        rows = raw.tables.get(table.name, [])
        place = {_row_id(table, row): number for number, row in enumerate(rows)}
        if row_id not in place:
            message = f"{table.name} has no row '{row_id}'."
            raw.problems.append(Problem(where, message + did_you_mean(row_id, place)))
            continue
        row = rows[place[row_id]]
        where = f"{row.where.removesuffix(_CHANGED)}{_CHANGED}"
        raw.tables[table.name] = [*rows]
        raw.tables[table.name][place[row_id]] = Row(where, {**row.cells, column: _as_text(value)})


def value_at(raw: Raw, path: str) -> str | None:
    """The text at ``table.row.column`` or ``section.key``; None if there is none."""
    head, _, rest = path.partition(".")
    if head in SECTIONS:
        return _shown(raw.sections.get(head, {}).get(rest))
    row_id, _, column = rest.rpartition(".")
    for table in TABLES:
        for row in raw.tables.get(head, []) if table.name == head else ():
            if _row_id(table, row) == row_id:
                return _shown(row.cells.get(column))
    return None


def _shown(value: Value | None) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def _row_id(table: Table, row: Row) -> str:
    return "/".join(str(row.cells.get(column, "")) for column in table.key)


def _as_text(value: object) -> Value:
    if isinstance(value, (list, tuple)):
        return [_as_text(inner) for inner in value]
    return str(value)


def choose_staffing(raw: Raw, variant: str) -> None:
    """Let the column ``count_<variant>`` of the pools take the place of ``count``."""
    rows: Iterable[Row] = raw.tables.get("pools", [])
    variants = sorted(
        {c.removeprefix("count_") for row in rows for c in row.cells if c.startswith("count_")}
    )
    if variant != "base" and variant not in variants:
        known = ["base", *variants]
        message = f"pools.csv has no column 'count_{variant}'; there is {one_of(known)}."
        raw.problems.append(Problem("staffing", message + did_you_mean(variant, known)))
    if variants:
        raw.tables["pools"] = [_chosen(row, variant, variants) for row in rows]


def _chosen(row: Row, variant: str, variants: Iterable[str]) -> Row:
    left_out = {f"count_{name}" for name in variants}
    cells = {column: cell for column, cell in row.cells.items() if column not in left_out}
    chosen = row.cells.get(f"count_{variant}")
    return Row(row.where, cells if chosen is None else {**cells, "count": chosen})
