"""The networks of a tornado: base and alternatives, each as it is and with assumptions moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.result import Result
from sim.store import Store
from study.campaign.base import SCALE, Base
from study.campaign.measures import Measure, by_replication
from study.design.assumptions import ASSUMPTIONS, Assumption
from study.design.designs import Values
from study.execution import Execution, Failure, Summary, Teller, run_points
from study.points import Point

Floats = NDArray[np.float64]
BASE = "base"
"""The name of what alternatives are compared with."""
COST = Measure("cost")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Parameters
    ----------
    base : Base
    alternatives : mapping of str to mapping of str to Level
        Other plans or staffings by name: what they set.
    share : float
        How far each assumption is moved, both ways: 0.1 is ten per cent.
    demands : mapping of str to float
        Factors on demand of the regret table, by name.
    replications : int
    """

    base: Base
    alternatives: Mapping[str, Values]
    share: float
    demands: Mapping[str, float]
    replications: int

    @property
    def names(self) -> tuple[str, ...]:
        """The base and its alternatives."""
        return (BASE, *self.alternatives)


Key = tuple[str, str, float]
"""Alternative, assumption (empty: none), factor on it."""


def simulated() -> list[Assumption]:
    """Assumptions that change events, so that they have to be simulated."""
    return [one for one in ASSUMPTIONS.values() if not one.is_price]


def keys_of(question: Question) -> list[Key]:
    """All that has to be played, each once."""
    found: dict[Key, None] = {}
    for name in question.names:
        found[name, "", 1.0] = None
        for one in simulated():
            for factor in (1 - question.share, 1 + question.share):
                found[name, one.name, factor] = None
        for factor in question.demands.values():
            if factor != 1.0:
                found[name, "demand", factor] = None
    return list(found)


def points_of(question: Question, keys: Iterable[Key]) -> dict[Key, Point]:
    """The points to simulate.

    Raises
    ------
    ScenarioError
        If an alternative is not sound.
    """
    base, points = question.base, {}
    for name, assumption, factor in keys:
        own: Values = question.alternatives.get(name, {})
        values = {**own, **({f"{SCALE}{assumption}": factor} if assumption else {})}
        moved = f"/{assumption} x{factor:g}" if assumption else ""
        points[name, assumption, factor] = Point(
            name=f"tornado/{name}{moved}",
            network=base.network(values),
            window=base.window(values),
            seed=base.config.seed,
            replications=question.replications,
            parameters={"alternative": name, **values},
        )
    return points


@dataclass(frozen=True)
class Played:
    """What was played.

    Parameters
    ----------
    question : Question
    results : mapping of Key to Result
        Those that failed are missing.
    summary : Summary
    """

    question: Question
    results: Mapping[Key, Result]
    summary: Summary

    @property
    def failures(self) -> Sequence[Failure]:
        """Points that could not be played."""
        return self.summary.failures

    def values(self, measure: Measure, key: Key) -> Floats:
        """A figure by replication; NaN where it could not be played."""
        if key not in self.results:
            return np.full(self.question.replications, np.nan)
        return by_replication(measure, self.results[key])

    def component(self, assumption: Assumption, name: str) -> Floats:
        """Cost that is proportional to an assumption, by replication."""
        key = (name, "", 1.0)
        parts = [self.values(Measure("cost", "component", c), key) for c in assumption.components]
        total: Floats = np.sum(parts, axis=0)
        return total


def play(
    question: Question,
    store: Store,
    execution: Execution | None = None,
    tell: Teller | None = None,
) -> Played:
    """Play all that the question needs, on the same requests."""
    points = points_of(question, keys_of(question))
    summary = run_points([*points.values()], store, execution, tell)
    failed = {failure.point for failure in summary.failures}
    results = {
        key: store.result(one.network, one.window, one.seed, one.numbers)
        for key, one in points.items()
        if one.name not in failed
    }
    return Played(question, results, summary)
