"""Alternatives that are networks: their cost and promises, seen by simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from network.errors import Problem, ScenarioError, did_you_mean, one_of
from network.model import Network
from network.promise import Form, Promise
from sim.paired import met_due
from sim.result import Result
from study.selection.observations import Observations, Observe

Play = Callable[[str, int, int], Result]
"""``play(alternative, first, count)``: the result of these replications."""


@dataclass(frozen=True, slots=True)
class Promised:
    """The promises that decide, and how closely they are looked at.

    Parameters
    ----------
    promises : tuple of Promise
    targets, tolerances : tuple of float
        Shares of requests due; for promises of form ``every_month`` of months.
    """

    promises: tuple[Promise, ...]
    targets: tuple[float, ...]
    tolerances: tuple[float, ...]


def promised_by(
    networks: Mapping[str, Network],
    *,
    wanted: Sequence[str] | None = None,
    tolerance: float = 0.01,
    month_tolerance: float = 0.05,
) -> Promised:
    """The promises that all alternatives make.

    Parameters
    ----------
    networks : mapping of str to Network
    wanted : sequence of str, optional
        Ids of those that decide; by default all.
    tolerance, month_tolerance : float
        Shares; of requests, and of months.

    Raises
    ------
    ScenarioError
        If the alternatives promise different things, or one wanted is not among them.
    """
    (first, base), *others = networks.items()
    problems = [
        Problem(name, f"makes other promises than {first}; expected the same, to be compared")
        for name, network in others
        if network.promises != base.promises
    ]
    known = {one.promise_id: one for one in base.promises}
    for name in wanted or ():
        if name not in known:
            hint = did_you_mean(name, known)
            message = f"there is no promise '{name}'; expected some of {one_of(known)}.{hint}"
            problems.append(Problem("promises", message))
    if problems:
        raise ScenarioError("the selection", problems)
    chosen = tuple(known.values()) if wanted is None else tuple(known[name] for name in wanted)
    monthly = [one.form is Form.EVERY_MONTH for one in chosen]
    return Promised(
        chosen,
        tuple(p.gamma if m else p.share for p, m in zip(chosen, monthly, strict=True)),
        tuple(month_tolerance if m else tolerance for m in monthly),
    )


def observe_networks(promised: Promised, play: Play) -> Observe:
    """Cost a month and promises of replications that `play` makes or finds.

    Parameters
    ----------
    promised : Promised
    play : Play
        With common random numbers: one seed for all alternatives.
    """

    def observe(alternative: str, first: int, count: int) -> Observations:
        result = play(alternative, first, count)
        index = result.kpis_by_replication[0].index
        order = [one.promise_id for one in result.network.promises]
        kept = [met_due(result, order.index(one.promise_id)) for one in promised.promises]
        none = np.zeros((count, 0))
        return Observations(
            result.values[:, index.position("cost")],
            np.stack([met for met, _ in kept], axis=1) if kept else none,
            np.stack([due for _, due in kept], axis=1) if kept else none,
        )

    return observe
