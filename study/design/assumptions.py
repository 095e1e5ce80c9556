"""Assumptions that are scaled as a whole: wages, penalties, demand, travel time ...

Each multiplies all values of its kind in a network by a factor, so 1.1 reads "ten per
cent more". Those that only price what happens change no event: cost is linear in them,
by components, and needs no new simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from network.errors import did_you_mean
from network.law import Law
from network.model import Network
from network.noun import Noun

N = TypeVar("N", bound=Noun)
Scale = Callable[[Network, float], Network]


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the scenario states and nobody knows exactly.

    Parameters
    ----------
    name, title : str
    scale : callable
        Network and factor -> network.
    components : tuple of str
        Components of the cost that are proportional to it while nothing else changes;
        empty: it changes events, so its effect has to be simulated.
    """

    name: str
    title: str
    scale: Scale
    components: tuple[str, ...] = ()

    @property
    def is_price(self) -> bool:
        """Whether it prices events without changing any."""
        return bool(self.components)


def _scaled(rows: Sequence[N], factor: float, *columns: str) -> tuple[N, ...]:
    """The rows with some columns multiplied (laws stretched); empty cells stay empty."""
    return tuple(
        row.model_copy(
            update={
                column: _times(value, factor)
                for column in columns
                if (value := getattr(row, column)) is not None
            }
        )
        for row in rows
    )


def _times(value: object, factor: float) -> object:
    if isinstance(value, Law):
        return stretched(value, factor)
    return float(value) * factor if isinstance(value, (int, float)) else value


def stretched(law: Law, factor: float) -> Law:
    """The law of a time ``factor`` as long, its shape kept.

    Examples
    --------
    >>> str(stretched(Law.parse("lognormal(20min, cv=0.5)"), 1.5))
    'lognormal(30min, cv=0.5)'
    >>> str(stretched(Law.parse("triangular(2min, 4min, 6min)"), 0.5))
    'triangular(1min, 2min, 3min)'
    """
    times = {"uniform": 2, "normal": 2, "triangular": 3, "never": 0}.get(law.family, 1)
    values = [
        value * factor if number < times else value
        for number, value in enumerate((law.a, law.b, law.c))
    ]
    return Law(law.family, *values)


def _demand(network: Network, factor: float) -> Network:
    return replace(network, demand_factor=network.demand_factor * factor)


def _travel(network: Network, factor: float) -> Network:
    roads = network.road_minutes
    return replace(
        network,
        travel=network.travel.model_copy(
            update={
                "a_min_per_sqrt_km": network.travel.a_min_per_sqrt_km * factor,
                "b_min_per_km": network.travel.b_min_per_km * factor,
            }
        ),
        overrides=_scaled(network.overrides, factor, "minutes"),
        road_minutes=None if roads is None else roads * factor,
    )


def _vehicles(network: Network, factor: float) -> Network:
    (costs,) = _scaled([network.costs], factor, "travel_per_km", "travel_per_h")
    return replace(network, costs=costs)


def _table(table: str, *columns: str) -> Scale:
    """Scale columns of one table of the network."""

    def scale(network: Network, factor: float) -> Network:
        rows = _scaled(getattr(network, table), factor, *columns)
        change: dict[str, object] = {table: rows}
        return replace(network, **change)  # type: ignore[arg-type]  # a field by its name

    return scale


_ALL = (
    Assumption("demand", "Demand", _demand),
    Assumption("travel_time", "Travel time", _travel),
    Assumption("service_time", "Service times", _table("stages", "service")),
    Assumption("patience", "Customers' patience", _table("segments", "patience_factor")),
    Assumption("wages", "Wages", _table("pools", "wage_per_h"), ("wages", "overtime")),
    Assumption("site_costs", "Site costs", _table("sites", "fixed_cost_per_month"), ("sites",)),
    Assumption("vehicle_costs", "Vehicle costs", _vehicles, ("travel",)),
    Assumption("job_costs", "Pay per job", _table("sites", "cost_per_job"), ("jobs",)),
    Assumption("contact_costs", "Contacts", _table("channels", "cost_per_contact"), ("contacts",)),
    Assumption("part_costs", "Parts", _table("stages", "parts_cost"), ("parts",)),
    Assumption("penalties", "Penalties", _table("segments", "penalty"), ("penalties",)),
    Assumption("lost_costs", "Lost requests", _table("segments", "lost_cost"), ("lost",)),
)

ASSUMPTIONS: Mapping[str, Assumption] = {one.name: one for one in _ALL}
"""By name, those that change events first."""


def find_assumption(name: str) -> Assumption:
    """An assumption by its name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in ASSUMPTIONS:
        hint = did_you_mean(name, ASSUMPTIONS)
        raise ValueError(f"expected one of {', '.join(ASSUMPTIONS)}.{hint}")
    return ASSUMPTIONS[name]
