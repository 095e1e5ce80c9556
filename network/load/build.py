"""Raw rows -> validated nouns, every problem collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import isclass
from typing import TypeVar, get_args

import numpy as np
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from network.errors import Problem, did_you_mean, one_of
from network.load.folder import Raw, Row
from network.load.schema import SECTIONS, Table
from network.noun import Noun
from network.places import Zone, Zones
from network.travel import Metric

N = TypeVar("N", bound=Noun)
_MAX_SHOWN = 5


def build_section(raw: Raw, name: str) -> list[Noun]:
    """A section of ``scenario.yaml`` as a table of one row; faults go to ``raw.problems``."""
    row = Row(f"scenario.yaml, {name}.", raw.sections.get(name, {}))
    noun = _validate(raw, SECTIONS[name], row)
    return [] if noun is None else [noun]


def build_table(raw: Raw, table: Table) -> list[Noun]:
    """The nouns of a table, sorted by key; faults go to ``raw.problems``."""
    rows = raw.tables.get(table.name, [])
    if table.required and not rows:
        if not any(table.name in problem.where for problem in raw.problems):
            message = (
                f"the scenario has no {table.name}; expected {table.name}.csv with at least a row"
            )
            raw.problems.append(Problem(f"{table.name}.csv", message))
        return []
    if _wrong_columns(raw, table, rows):
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


def _wrong_columns(raw: Raw, table: Table, rows: Sequence[Row]) -> bool:
    """Name each column that is unknown or missing everywhere once, not once per row."""
    fields = table.noun.model_fields
    known = list(fields)
    first: dict[str, str] = {}
    for row in rows:
        for column in row.cells:
            first.setdefault(column, row.where)
    unknown = [column for column in first if column not in fields]
    for column in unknown:
        message = f"unknown column '{column}'; expected one of {one_of(known, 40)}."
        raw.problems.append(Problem(first[column], message + did_you_mean(column, known)))
    missing = [name for name, f in fields.items() if rows and f.is_required() and name not in first]
    for column in missing:
        message = f"column '{column}' is missing or empty in every row; expected a value"
        raw.problems.append(Problem(_table_of(rows[0]), message))
    return bool(unknown or missing)


def _table_of(row: Row) -> str:
    """The file, or the key of the scenario's file, that a row stands in."""
    return row.where.rsplit(" row ", maxsplit=1)[0]


def _validate(raw: Raw, noun: type[N], row: Row, *, shown: bool = True) -> N | None:
    try:
        return noun.model_validate(row.cells)
    except ValidationError as error:
        if shown:
            raw.problems += [explain(row.where, noun, detail) for detail in error.errors()]
        return None


def explain(where: str, noun: type[Noun], detail: ErrorDetails) -> Problem:
    """A validation error in the words of a planner."""
    loc, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    path = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
    joint = "" if where.endswith(".") else ", "
    at = f"{where}{joint}{path}" if path else where.rstrip(".")
    got = detail["input"]
    shown = repr(got) if len(repr(got)) <= 80 else repr(got)[:77] + "..."
    if kind == "extra_forbidden":
        known = list(_noun_at(noun, loc).model_fields)
        hint = did_you_mean(str(loc[-1]), known)
        return Problem(at, f"unknown key; expected one of {one_of(known, 40)}.{hint}")
    if kind == "missing":
        return Problem(at, "is missing; expected a value")
    if kind == "enum":
        known = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        expected = f"one of {', '.join(known)}.{did_you_mean(str(got), known)}"
    elif kind == "value_error":
        message = str(context.get("error", detail["msg"]))
        return Problem(at, f"got {shown}; {message}" if path else message)
    else:
        expected = (
            _expected(noun, loc, kind, context) or detail["msg"][:1].lower() + detail["msg"][1:]
        )
    return Problem(at, f"got {shown}; expected {expected}")


def _expected(
    noun: type[Noun], loc: tuple[int | str, ...], kind: str, context: Mapping[str, object]
) -> str | None:
    """What a field takes, if it is not what pydantic says."""
    field = str(loc[0]) if loc else ""
    limit = next((f"{context[key]:,g}" for key in ("ge", "gt", "le", "lt") if key in context), "")
    if field in ("lat", "lon") and limit:
        most = 90 if field == "lat" else 180
        return f"degrees from -{most} to {most} (WGS84), not metres of a map projection"
    counts = field in noun.model_fields and "Ge(ge=0)" in repr(noun.model_fields[field].metadata)
    integer = "an integer >= 0" if counts else "an integer"
    return {
        "greater_than_equal": f"a number >= {limit}",
        "greater_than": f"a number > {limit}",
        "less_than_equal": f"a number <= {limit}",
        "less_than": f"a number < {limit}",
        "date_parsing": "a date such as 2026-01-05",
        "date_from_datetime_parsing": "a date such as 2026-01-05",
        "date_from_datetime_inexact": "a date such as 2026-01-05",
        "float_parsing": "a number with a decimal point",
        "float_type": "a number with a decimal point",
        "finite_number": "a finite number",
        "int_parsing": integer,
        "int_parsing_size": integer,
        "int_type": integer,
        "int_from_float": integer,
        "string_type": "text",
        "string_too_short": "some text",
        "string_too_long": f"at most {context.get('max_length')} characters",
        "string_pattern_mismatch": f"the form {context.get('pattern')}",
        "model_type": "keys with values",
        "tuple_type": "a list",
    }.get(kind)


def _noun_at(noun: type[Noun], loc: Sequence[int | str]) -> type[Noun]:
    """The noun that holds the field at the end of a path."""
    for part in loc[:-1]:
        if isinstance(part, str) and part in noun.model_fields:
            inner = get_args(noun.model_fields[part].annotation)
            noun = next((one for one in inner if isclass(one) and issubclass(one, Noun)), noun)
    return noun


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
