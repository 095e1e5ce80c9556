"""Files of a scenario -> plain text values, refusing what would be misread.

YAML is read with every scalar as text, so ``NO``, ``010`` and ``12:30`` stay what the
planner wrote and the nouns decide what they mean. CSV cells are text as well.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml

from network.errors import Problem, ScenarioError

MAX_YAML_BYTES = 1_000_000
MAX_CSV_BYTES = 200_000_000
MAX_ROWS = 1_000_000
MAX_CELL = 2_000
MAX_DEPTH = 20
MAX_SHOWN = 5
"""Faulty rows of a file that are named one by one."""

Value = str | list["Value"] | dict[str, "Value"]
"""What a YAML file holds here: text, lists and mappings."""


class _TextLoader(yaml.BaseLoader):
    """YAML with text scalars, without aliases, tags, duplicate keys or deep nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # missing in the stubs
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases are not allowed", problem_mark=self.get_mark()
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise yaml.MarkedYAMLError(
                problem=f"the tag {event.tag} is not allowed", problem_mark=event.start_mark
            )
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem=f"nested deeper than {MAX_DEPTH} levels",
                problem_mark=event.start_mark,
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _unique_mapping(loader: _TextLoader, node: yaml.MappingNode) -> dict[str, object]:
    lines: dict[str, int] = {}
    for key_node, _ in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in lines:
            raise yaml.MarkedYAMLError(
                problem=f"key '{key}' is given twice, first in line {lines[key]}",
                problem_mark=key_node.start_mark,
            )
        lines[key] = line
    return cast("dict[str, object]", loader.construct_mapping(node, deep=True))


_TextLoader.add_constructor("tag:yaml.org,2002:map", _unique_mapping)


def read_yaml(path: Path) -> dict[str, Value]:
    """A YAML file whose root is a mapping; all scalars as text.

    Raises
    ------
    ScenarioError
        If the file is missing, too large, not UTF-8 or not plain YAML.
    """
    root = parse_yaml(decode(path, MAX_YAML_BYTES), path.name)
    if root is None or root == "":
        root = {}
    if not isinstance(root, dict):
        kind = type(root).__name__
        raise ScenarioError(
            path.name, [Problem(path.name, f"got a {kind} at its root; expected keys with values")]
        )
    return root


def parse_yaml(text: str, name: str) -> Value | None:
    """YAML text with all scalars as text.

    Parameters
    ----------
    text : str
    name : str
        Of the file or word it comes from, for messages.

    Raises
    ------
    ScenarioError
        If it is not plain YAML.

    Examples
    --------
    >>> parse_yaml("{answer: NO, levels: [1e3, 12:30]}", "a word")
    {'answer': 'NO', 'levels': ['1e3', '12:30']}
    """
    try:
        root = yaml.load(text, Loader=_TextLoader)  # noqa: S506 - BaseLoader builds text only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name} line {mark.line + 1}" if mark else name
        raise ScenarioError(name, [Problem(where, f"{error.problem}")]) from None
    except yaml.YAMLError as error:
        raise ScenarioError(name, [Problem(name, f"not readable as YAML: {error}")]) from None
    except RecursionError:
        raise ScenarioError(name, [Problem(name, "nested too deeply")]) from None
    problems = [
        Problem(f"{name}, {where}" if where else name, message)
        for where, text_value in _scalars(root)
        for message in _scalar_problems(text_value)
    ]
    if problems:
        raise ScenarioError(name, problems)
    return cast("Value | None", root)


def _scalar_problems(text: str) -> Iterator[str]:
    if "${" in text:
        yield "interpolation ${...} is not allowed; expected plain text"
    if len(text) > MAX_CELL:
        yield f"got {len(text):,} characters; expected at most {MAX_CELL:,}"


def _scalars(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _scalars(inner, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _scalars(inner, f"{where}[{position + 1}]")
    else:
        yield where, str(value)


def read_csv(path: Path) -> tuple[list[tuple[int, dict[str, str]]], list[Problem]]:
    """Numbered rows of a CSV file as text by column, empty cells left out, and what is wrong.

    Commas separate; UTF-8 with or without a byte order mark; LF or CRLF.
    """
    try:
        text = decode(path, MAX_CSV_BYTES)
    except ScenarioError as error:
        return [], list(error.problems)
    csv.field_size_limit(MAX_CSV_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        problems = _header_problems(path.name, header)
        if problems:
            return [], problems
        rows = _rows(path.name, reader, header, problems)
    except csv.Error as error:
        return [], [Problem(f"{path.name} line {reader.line_num}", f"not readable as CSV: {error}")]
    return rows, problems


def _rows(
    name: str, reader: Iterator[list[str]], header: list[str], problems: list[Problem]
) -> list[tuple[int, dict[str, str]]]:
    rows: list[tuple[int, dict[str, str]]] = []
    faulty = 0
    for number, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        problem = _row_problem(f"{name} row {number}", header, cells)
        if problem is not None:
            faulty += 1
            if faulty <= MAX_SHOWN:
                problems.append(problem)
            continue
        if len(rows) == MAX_ROWS:
            problems.append(Problem(name, f"more than {MAX_ROWS:,} rows; expected at most so many"))
            return rows
        row = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
        rows.append((number, {column: cell for column, cell in row.items() if cell}))
    if faulty > MAX_SHOWN:
        problems.append(Problem(name, f"{faulty - MAX_SHOWN} more rows that cannot be read"))
    return rows


def _row_problem(where: str, header: list[str], cells: list[str]) -> Problem | None:
    if len(cells) != len(header):
        hint = (
            " Is there a comma in a cell? Then quote the cell." if len(cells) > len(header) else ""
        )
        return Problem(where, f"got {len(cells)} cells; expected {len(header)}.{hint}")
    for column, cell in zip(header, cells, strict=True):
        if len(cell) > MAX_CELL:
            message = f"got {len(cell):,} characters; expected at most {MAX_CELL:,}"
            return Problem(f"{where}, {column}", message)
    return None


def _header_problems(name: str, header: list[str]) -> list[Problem]:
    if not any(header):
        return [Problem(name, "the file is empty; expected a header line and rows")]
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        mark = "semicolons" if ";" in header[0] else "tabs"
        return [Problem(name, f"columns are separated by {mark}; expected commas")]
    problems = [
        Problem(f"{name} header", f"column '{column}' is given {header.count(column)} times")
        for column in sorted(set(header))
        if column and header.count(column) > 1
    ]
    if "" in header:
        problems.append(Problem(f"{name} header", f"column {header.index('') + 1} has no name"))
    return problems


def decode(path: Path, limit: int) -> str:
    """Text of a UTF-8 file of at most ``limit`` bytes.

    Raises
    ------
    ScenarioError
        If the file is missing, not readable, too large, or not UTF-8 text.
    """
    raw = _read(path, limit)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        message = "the encoding is UTF-16; save the file as UTF-8"
        raise ScenarioError(path.name, [Problem(path.name, message)])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"not UTF-8 (byte 0x{raw[error.start]:02x}); save the file as UTF-8"
        raise ScenarioError(path.name, [Problem(f"{path.name} line {line}", message)]) from None
    if "\x00" in text:
        raise ScenarioError(path.name, [Problem(path.name, "holds zero bytes; expected text")])
    return text


def _read(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():
            hint = " Addresses are not fetched: expected a file on this machine."
            message = "the file does not exist." + (hint if ":/" in str(path) else "")
            raise ScenarioError(path.name, [Problem(path.name, message)])
        size = path.stat().st_size
        if size > limit:
            message = f"{size:,} bytes; expected at most {limit:,}"
            raise ScenarioError(path.name, [Problem(path.name, message)])
        return path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ScenarioError(path.name[:40], [Problem(path.name[:40], message)]) from None
