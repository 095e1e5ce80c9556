"""What must hold between the rows of a scenario: one check per rule.

Each ``check_*`` takes the nouns by table and yields problems; ``CHECKS`` lists them all.
Each ``note_*`` yields what is allowed but looks odd.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from network.errors import Problem, did_you_mean, one_of
from network.load.checks_demand import (
    check_classes,
    check_log,
    check_profiles,
    check_promises,
    check_settings,
    check_shares,
    check_weights,
    note_log,
    note_units,
)
from network.load.checks_places import (
    check_assignments,
    check_parents,
    check_positions,
    check_shifts,
    check_staff,
)
from network.load.checks_routes import check_loops, check_routes
from network.load.schema import MAX_LISTED, Nouns

_REFERENCES = (
    ("sites", "tier", "tiers", "tier_id"),
    ("sites", "parent", "sites", "site_id"),
    ("sites", "calendar", "calendars", "calendar_id"),
    ("pools", "site", "sites", "site_id"),
    ("pools", "shift", "shifts", "shift_id"),
    ("classes", "profile", "profiles", "profile_id"),
    ("entries", "class_id", "classes", "class_id"),
    ("entries", "channel", "channels", "channel_id"),
    ("stages", "class_id", "classes", "class_id"),
    ("stages", "tier", "tiers", "tier_id"),
    ("promises", "tier", "tiers", "tier_id"),
    ("promises", "region", "zones", "region"),
    ("promises", "area", "zones", "area"),
    ("promises", "segment", "segments", "segment_id"),
    ("promises", "class_id", "classes", "class_id"),
    ("promises", "calendar", "calendars", "calendar_id"),
    ("preferences", "zone", "zones", "zone_id"),
    ("preferences", "site", "sites", "site_id"),
    ("overrides", "zone", "zones", "zone_id"),
    ("overrides", "site", "sites", "site_id"),
    ("assignments", "zone", "zones", "zone_id"),
    ("assignments", "tier", "tiers", "tier_id"),
    ("assignments", "site", "sites", "site_id"),
    ("log", "class_id", "classes", "class_id"),
    ("log", "zone", "zones", "zone_id"),
    ("log", "segment", "segments", "segment_id"),
    ("log", "channel", "channels", "channel_id"),
)


def check_references(nouns: Nouns) -> Iterator[Problem]:
    """Every id that a row names exists."""
    for table, column, target, target_column in _REFERENCES:
        if table not in nouns or target not in nouns:
            continue
        known = {getattr(noun, target_column) for noun in nouns[target]}
        unknown: dict[str, int] = defaultdict(int)
        for noun in nouns[table]:
            value = getattr(noun, column)
            if value is not None and value not in known:
                unknown[value] += 1
        for value, count in list(unknown.items())[:MAX_LISTED]:
            times = f" in {count} rows" if count > 1 else ""
            hint = did_you_mean(value, known)
            message = (
                f"got '{value}'{times}; expected one of {one_of(sorted(known)) or 'none'}.{hint}"
            )
            yield Problem(f"{table}, {column}", message)
        if len(unknown) > MAX_LISTED:
            yield Problem(f"{table}, {column}", f"{len(unknown) - MAX_LISTED} more unknown ids")


CHECKS: tuple[Callable[[Nouns], Iterator[Problem]], ...] = (
    check_references,
    check_settings,
    check_shares,
    check_classes,
    check_weights,
    check_log,
    check_routes,
    check_loops,
    check_profiles,
    check_shifts,
    check_parents,
    check_staff,
    check_positions,
    check_promises,
    check_assignments,
)
"""Every rule, in the order in which problems are shown."""

NOTES: tuple[Callable[[Nouns], Iterator[str]], ...] = (note_log, note_units)
"""What is allowed, but a planner should know."""
