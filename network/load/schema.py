"""The tables of a scenario folder: which noun each row is, and which columns name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from network import demand, model, money, people, places, plan, promise, route, travel
from network.noun import Noun


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a scenario.

    Parameters
    ----------
    name : str
        File ``<name>.csv`` or key of ``scenario.yaml``.
    noun : type
        What a row is.
    key : tuple of str
        Columns that together name a row; empty where rows may repeat.
    required : bool
        Whether a scenario without it makes no sense.
    """

    name: str
    noun: type[Noun]
    key: tuple[str, ...] = ()
    required: bool = False


TABLES = (
    Table("tiers", places.Tier, ("tier_id",), required=True),
    Table("zones", places.Zone, ("zone_id",), required=True),
    Table("sites", places.Site, ("site_id",), required=True),
    Table("calendars", places.OpeningHours),
    Table("preferences", places.Preference, ("zone", "site")),
    Table("shifts", people.Shift),
    Table("pools", people.Pool, ("pool_id",), required=True),
    Table("classes", demand.RequestClass, ("class_id",), required=True),
    Table("segments", demand.Segment, ("segment_id",), required=True),
    Table("channels", demand.Channel, ("channel_id",), required=True),
    Table("entries", demand.Entry, ("class_id", "channel"), required=True),
    Table("profiles", demand.ProfileHour, ("profile_id", "hour")),
    Table("seasons", demand.Season, ("month",)),
    Table("log", demand.LoggedRequest),
    Table("stages", route.Stage, ("class_id", "stage"), required=True),
    Table("overrides", travel.TravelOverride, ("zone", "site")),
    Table("promises", promise.Promise, ("promise_id",)),
    Table("assignments", plan.Assignment, ("zone", "tier")),
)
"""Every table that a scenario folder may hold."""

SECTIONS: dict[str, type[Noun]] = {
    "settings": model.Settings,
    "travel": travel.TravelModel,
    "costs": money.CostRates,
    "dispatch": model.Dispatch,
}
"""The sections of ``scenario.yaml`` that are one value each."""

MAX_LISTED = 5
"""Faults of one kind that are told one by one; of the others their number."""

Nouns: TypeAlias = Mapping[str, Sequence[Noun]]
"""All rows of a scenario by table."""

N = TypeVar("N", bound=Noun)


def rows_of(nouns: Nouns, table: str, kind: type[N]) -> list[N]:
    """The rows of a table with their type; none if there is no such table."""
    return [noun for noun in nouns.get(table, ()) if isinstance(noun, kind)]
