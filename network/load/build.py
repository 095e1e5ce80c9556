"""Raw rows -> validated nouns, every problem collected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from network.errors import Problem, did_you_mean, one_of
from network.load.folder import Raw, Row
from network.load.schema import SECTIONS, TABLES, Table
from network.noun import Noun
from network.places import Zone, Zones
from network.travel import Metric

N = TypeVar("N", bound=Noun)
_MAX_SHOWN = 5


def build_rows(raw: Raw) -> dict[str, list[Noun]]:
    """Nouns by table, sorted by key; faults go to ``raw.problems``."""
    return {table.name: _table_nouns(raw, table) for table in TABLES}


def build_section(raw: Raw, name: str, noun: type[N]) -> N:
    """One of the sections of ``scenario.yaml``; its defaults where it is faulty."""
    assert SECTIONS[name] is noun
    row = Row(f"scenario.yaml, {name}", raw.sections.get(name, {}))
    built = _validate(raw, noun, row)
    return built if built is not None else noun()


def _table_nouns(raw: Raw, table: Table) -> list[Noun]:
    rows = raw.tables.get(table.name, [])
    if table.required and not rows:
        if not any(table.name in problem.where for problem in raw.problems):
            message = (
                f"the scenario has no {table.name}; expected {table.name}.csv with at least a row"
            )
            raw.problems.append(Problem(f"{table.name}.csv", message))
        return []
    if _unknown_columns(raw, table, rows):
        return []
    found: dict[tuple[str, ...], str] = {}
    nouns: list[tuple[tuple[str, ...], Noun]] = []
    faulty = 0
    for row in rows:
        noun = _validate(raw, table.noun, row, shown=faulty < _MAX_SHOWN)
        if noun is None:
            faulty += 1
            continue
        key = tuple(str(getattr(noun, column)) for column in table.key)
        if key and key in found:
            message = f"{' / '.join(key)} is given twice, first in {found[key]}"
            raw.problems.append(Problem(f"{row.where}, {' / '.join(table.key)}", message))
        found[key] = row.where
        nouns.append((key, noun))
    if faulty > _MAX_SHOWN:
        message = f"{faulty - _MAX_SHOWN} more rows are faulty; the first {_MAX_SHOWN} are shown"
        raw.problems.append(Problem(f"{table.name}", message))
    if table.name in ("pools", "stages", "log"):
        return [noun for _, noun in nouns]  # the order of the rows means something
    return [noun for _, noun in sorted(nouns, key=lambda pair: pair[0])]


def _unknown_columns(raw: Raw, table: Table, rows: Sequence[Row]) -> bool:
    """Name each unknown column once, not once per row."""
    known = list(table.noun.model_fields)
    first: dict[str, str] = {}
    for row in rows:
        for column in row.cells:
            if column not in table.noun.model_fields:
                first.setdefault(column, row.where)
    for column, where in first.items():
        message = f"unknown column '{column}'; expected one of {one_of(known, 40)}."
        raw.problems.append(Problem(where, message + did_you_mean(column, known)))
    return bool(first)


def _validate(raw: Raw, noun: type[N], row: Row, *, shown: bool = True) -> N | None:
    try:
        return noun.model_validate(row.cells)
    except ValidationError as error:
        if shown:
            raw.problems += [explain(row.where, noun, detail) for detail in error.errors()]
        return None


def explain(where: str, noun: type[Noun], detail: ErrorDetails) -> Problem:
    """A validation error in the words of a planner."""
    path = ".".join(str(part) for part in detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    got = detail["input"]
    shown = repr(got) if len(repr(got)) <= 80 else repr(got)[:77] + "..."
    field = str(detail["loc"][0]) if detail["loc"] else ""
    if kind == "extra_forbidden":
        known = list(noun.model_fields)
        expected = f"expected one of {one_of(known, 40)}.{did_you_mean(path, known)}"
        return Problem(f"{where}, {path}", f"unknown key; {expected}")
    if kind == "missing":
        return Problem(f"{where}, {path}", "is missing; expected a value")
    if kind == "enum":
        known = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        hint = did_you_mean(str(got), known)
        return Problem(
            f"{where}, {path}", f"got {shown}; expected one of {', '.join(known)}.{hint}"
        )
    if kind == "value_error":
        message = str(context.get("error", detail["msg"]))
        return Problem(
            f"{where}, {path}" if path else where, f"got {shown}; {message}" if path else message
        )
    words = {
        "greater_than_equal": f"a number >= {context.get('ge')}",
        "greater_than": f"a number > {context.get('gt')}",
        "less_than_equal": f"a number <= {context.get('le')}",
        "float_parsing": "a number with a decimal point",
        "float_type": "a number with a decimal point",
        "finite_number": "a finite number",
        "int_parsing": "an integer",
        "int_from_float": "an integer",
        "string_too_long": f"at most {context.get('max_length')} characters",
        "string_pattern_mismatch": f"the form {context.get('pattern')}",
    }
    if (
        kind == "int_parsing"
        and noun.model_fields.get(field)
        and "Ge" in repr(noun.model_fields[field].metadata)
    ):
        words["int_parsing"] = "an integer >= 0"
    expected = words.get(kind, detail["msg"][0].lower() + detail["msg"][1:])
    return Problem(f"{where}, {path}", f"got {shown}; expected {expected}")


def build_zones(zones: Sequence[Zone], metric: Metric, units_per_inhabitant: float) -> Zones:
    """Zones as columns; positions in degrees, or in kilometres for a planar metric."""
    planar = metric is not Metric.GREAT_CIRCLE
    position = np.array(
        [(z.y_km, z.x_km) if planar else (z.lat, z.lon) for z in zones], dtype=np.float64
    ).reshape(len(zones), 2)
    population = np.array([z.population for z in zones], dtype=np.float64)
    base = np.array(
        [
            z.population * units_per_inhabitant if z.installed_base is None else z.installed_base
            for z in zones
        ],
        dtype=np.float64,
    )
    for column in (position, population, base):
        column.flags.writeable = False
    return Zones(
        zone_id=tuple(z.zone_id for z in zones),
        name=tuple(z.name or z.zone_id for z in zones),
        region=tuple(z.region for z in zones),
        area=tuple(z.area for z in zones),
        position=position,
        population=population,
        installed_base=base,
    )
