"""What differs between the inputs of two networks, noun by noun and field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import Enum

import numpy as np

from network.load.schema import SECTIONS, TABLES, Table
from network.model import Network
from network.noun import Noun
from network.places import Zones

Value = str | float | int | bool | None

ADDED, REMOVED = "added", "removed"
"""In place of a field's name: the row is only in the one, or only in the other."""
_UNSEEN = {"settings": ("title", "description")}
_SUMMED = (
    ("pools", "count"),
    ("zones", "population"),
    ("zones", "installed_base"),
    ("sites", "fixed_cost_per_month"),
)
"""Fields of which a total says something."""
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class InputChange:
    """A value that differs.

    Parameters
    ----------
    noun : str
        Table or section, such as ``pools``; ``demand`` for the factor on all rates.
    row : str
        Its key; empty for a section.
    field : str
        `ADDED` or `REMOVED` for a row that only one of the networks has.
    before, after : str, number, bool or None
        Durations in minutes, clock times in minutes after midnight.
    """

    noun: str
    row: str
    field: str
    before: Value
    after: Value

    @property
    def size(self) -> float:
        """How much it changes, to show the largest first; 0: nothing that can be counted."""
        ends = (self.before, self.after)
        if any(isinstance(end, (str, bool)) for end in ends):
            return 0.0
        return abs(float(self.after or 0) - float(self.before or 0))


@dataclass(frozen=True, slots=True)
class InputSummary:
    """All changes of one field of one noun.

    Parameters
    ----------
    noun, field : str
    changed : int
        Rows that differ.
    rows : int
        That the base has of the noun.
    total : tuple of 2 float or None
        Of the field before and after, where a total says something; over open sites.
    examples : tuple of InputChange
        The largest.
    """

    noun: str
    field: str
    changed: int
    rows: int
    total: tuple[float, float] | None
    examples: tuple[InputChange, ...]


def input_changes(before: Network, after: Network) -> tuple[InputChange, ...]:
    """Every value in which two networks differ, table by table."""
    found: list[InputChange] = []
    if before.demand_factor != after.demand_factor:
        factors = before.demand_factor, after.demand_factor
        found.append(InputChange("demand", "", "factor", *factors))
    for section in SECTIONS:
        found += _of_section(section, getattr(before, section), getattr(after, section))
    for table in TABLES:
        if table.name == "zones":
            found += _of_zones(before.zones, after.zones)
        elif table.key:
            rows = [_keyed(getattr(one, table.name), table) for one in (before, after)]
            found += _of_rows(table.name, rows[0], rows[1])
        else:
            found += _of_patterns(table, getattr(before, table.name), getattr(after, table.name))
    found += _of_roads(before, after)
    return tuple(found)


def summarise_inputs(
    changes: Sequence[InputChange], before: Network, after: Network
) -> tuple[InputSummary, ...]:
    """The changes by noun and field, with totals and the largest of each."""
    groups: dict[tuple[str, str], list[InputChange]] = {}
    for change in changes:
        groups.setdefault((change.noun, change.field), []).append(change)
    return tuple(
        InputSummary(
            noun,
            field,
            len(group),
            _row_count(before, noun),
            _totals(before, after, noun, field),
            tuple(sorted(group, key=lambda change: -change.size)[:_EXAMPLES]),
        )
        for (noun, field), group in groups.items()
    )


def _row_count(network: Network, noun: str) -> int:
    rows = getattr(network, noun, ())
    return len(rows) if isinstance(rows, (tuple, Zones)) else 1


def _totals(before: Network, after: Network, noun: str, field: str) -> tuple[float, float] | None:
    if (noun, field) not in _SUMMED:
        return None
    return _total(before, noun, field), _total(after, noun, field)


def _total(network: Network, noun: str, field: str) -> float:
    """Of a field; sites that are closed and their people take no part."""
    rows = getattr(network, noun)
    if isinstance(rows, Zones):
        return float(getattr(rows, field).sum())
    is_open = {site.site_id for site in network.sites if site.status.is_open}
    place = "site" if noun == "pools" else "site_id"
    return float(sum(getattr(row, field) for row in rows if getattr(row, place) in is_open))


def _keyed(rows: Iterable[Noun], table: Table) -> dict[str, Noun]:
    return {" / ".join(str(getattr(row, name)) for name in table.key): row for row in rows}


def _of_section(name: str, before: Noun, after: Noun) -> Iterator[InputChange]:
    return _of_fields(name, "", before, after, _UNSEEN.get(name, ()))


def _of_rows(noun: str, before: dict[str, Noun], after: dict[str, Noun]) -> Iterator[InputChange]:
    for row in sorted({*before, *after}):
        if row not in after:
            yield InputChange(noun, row, REMOVED, _told(before[row]), None)
        elif row not in before:
            yield InputChange(noun, row, ADDED, None, _told(after[row]))
        else:
            yield from _of_fields(noun, row, before[row], after[row])


def _of_fields(
    noun: str, row: str, before: Noun, after: Noun, unseen: Sequence[str] = ()
) -> Iterator[InputChange]:
    for field in type(before).model_fields:
        ends = getattr(before, field), getattr(after, field)
        if ends[0] != ends[1] and field not in unseen:
            yield InputChange(noun, row, field, _value(ends[0]), _value(ends[1]))


def _of_patterns(table: Table, before: Iterable[Noun], after: Iterable[Noun]) -> list[InputChange]:
    """Rows without a key of their own, such as the days of a shift: by the id they belong to."""
    first = next(iter(table.noun.model_fields)) if table.name != "log" else ""
    sides: list[dict[str, Counter[str]]] = [{}, {}]
    for rows, side in zip((before, after), sides, strict=True):
        for row in rows:
            owner = str(getattr(row, first)) if first else "all"
            side.setdefault(owner, Counter())[row.model_dump_json()] += 1
    found = []
    for owner in sorted({*sides[0], *sides[1]}):
        old, new = (side.get(owner, Counter()) for side in sides)
        if old == new:
            continue
        field = "pattern" if old and new else (ADDED if new else REMOVED)
        counts = [f"{sum(one.values())} rows" if one else None for one in (old, new)]
        found.append(InputChange(table.name, owner, field, counts[0], counts[1]))
    return found


def _of_zones(before: Zones, after: Zones) -> Iterator[InputChange]:
    places = [{zone: n for n, zone in enumerate(one.zone_id)} for one in (before, after)]
    for zone in sorted({*places[0], *places[1]}):
        old, new = (place.get(zone) for place in places)
        if old is None or new is None:
            field, names = (ADDED, after.name) if old is None else (REMOVED, before.name)
            name = names[next(n for n in (old, new) if n is not None)]
            ends = (None, name) if old is None else (name, None)
            yield InputChange("zones", zone, field, *ends)
            continue
        for one in fields(Zones):
            column = [getattr(side, one.name) for side in (before, after)]
            was, now = column[0][old], column[1][new]
            if not np.array_equal(was, now):
                yield InputChange("zones", zone, one.name, _value(was), _value(now))


def _of_roads(before: Network, after: Network) -> Iterator[InputChange]:
    for name in ("road_minutes", "road_km"):
        old, new = getattr(before, name), getattr(after, name)
        if (old is None) != (new is None):
            known = [None if one is None else "by road" for one in (old, new)]
            yield InputChange("roads", "", name, known[0], known[1])
        elif old is not None and not np.array_equal(old, new, equal_nan=True):
            yield InputChange("roads", "", name, "by road", "by road, otherwise")


def _value(value: object) -> Value:
    """A field's value as a cell of a table."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (np.floating, np.integer)):
        return float(value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, np.ndarray):
        return ", ".join(f"{float(one):g}" for one in value)
    if isinstance(value, tuple):
        return "; ".join(
            " ".join(str(_value(part)) for part in one) if isinstance(one, tuple) else str(one)
            for one in value
        )
    return str(value)


def _told(row: Noun) -> Value:
    """What is said of a row that only one side has."""
    for field in ("count", "share", "name"):
        value = getattr(row, field, None)
        if value not in (None, ""):
            return _value(value)
    return "there"
