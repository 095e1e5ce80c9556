"""The whole selection: promises first, then the least cost among those that keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from study.selection.best import Round, choose
from study.selection.boundary import Guarantee
from study.selection.feasibility import Feasibility, Standing, check_feasibility
from study.selection.observations import Observe, Seen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, and what may be said of it.

    Parameters
    ----------
    chosen : str or None
        None if no alternative was found to keep its promises.
    decided : bool
        Whether all decisions were made; False: the budget ended, and nothing is guaranteed.
    confidence, within : float
        What was asked for; money.
    guarantee : Guarantee
    feasibility : tuple of Feasibility
        Of each alternative.
    rounds : tuple of Round
    replications : dict of str to int
        Made of each alternative.
    means : dict of str to float
        Mean cost over the replications made; NaN: none.
    seen : Seen
        All that was observed, for more comparisons without more runs.
    """

    chosen: str | None
    decided: bool
    confidence: float
    within: float
    guarantee: Guarantee
    feasibility: tuple[Feasibility, ...]
    rounds: tuple[Round, ...]
    replications: dict[str, int]
    means: dict[str, float]
    seen: Seen

    @property
    def statement(self) -> str:
        """What is shown, in a sentence."""
        undecided = [f.alternative for f in self.feasibility if f.standing is Standing.UNDECIDED]
        if not self.decided:
            still = self.rounds[-1].survivors if self.rounds else ()
            open_ones = ", ".join(undecided or still) or "all of them"
            ahead = f"; {self.chosen} is ahead so far" if self.chosen else ""
            return (
                f"The budget ended before a choice was made: nothing is guaranteed{ahead}. "
                f"Still open: {open_ones}."
            )
        sure = f"With probability at least {self.confidence:.0%}"
        if self.chosen is None:
            return f"{sure}, no alternative keeps all promises by more than the tolerance."
        kept = " keeps its promises (within the tolerance) and" if self._promised else ""
        if self.guarantee is Guarantee.CORRECT:
            return (
                f"{sure}, {self.chosen}{kept} is the cheapest, provided that the cheapest is "
                f"cheaper than all others by {self.within:,.6g} or more."
            )
        those = "the best of those found to keep theirs" if self._promised else "the best"
        return f"{sure}, {self.chosen}{kept} costs at most {self.within:,.6g} more than {those}."

    @property
    def _promised(self) -> bool:
        return any(len(one.shares) for one in self.feasibility)


def select(
    names: Sequence[str],
    observe: Observe,
    *,
    within: float,
    targets: Sequence[float] = (),
    tolerances: Sequence[float] = (),
    confidence: float = 0.95,
    first: int = 20,
    budget: int = 100_000,
    chunk: int = 1,
    guarantee: Guarantee = Guarantee.GOOD,
) -> Selection:
    """Choose the cheapest alternative that keeps its promises.

    Half of the error may be spent on the promises, half on the cost (all on the cost if
    nothing is promised). Replications of the first half serve the second as well.

    Parameters
    ----------
    names : sequence of str
        Two alternatives or more; their order does not matter.
    observe : Observe
    within : float
        Indifference zone: a difference in cost that does not matter, money > 0.
    targets, tolerances : sequence of float (promises,)
        Shares to be kept, and how far from them either answer will do.
    confidence : float
        Of all that the selection says, from above 0.5 to below 1.
    first : int
        Replications from which variances are estimated, >= 2; 10 to 30 do well.
    budget : int
        Replications in all.
    chunk : int
        Replications made at a time; changes no decision.
    guarantee : Guarantee

    Raises
    ------
    ScenarioError
        If something asked for is out of range.

    References
    ----------
    Andradottir and Kim (2010), Naval Research Logistics 57(5): feasibility, then comparison;
    Kim and Nelson (2001), ACM TOMACS 11(3).

    Examples
    --------
    >>> from study.selection.observations import Observations
    >>> def observe(name: str, first: int, count: int) -> Observations:
    ...     today = np.array([np.random.default_rng(r).normal(0, 50) for r in
    ...                       range(first, first + count)])  # the same for all alternatives
    ...     nothing = np.zeros((count, 0))
    ...     return Observations(today + {"lean": 90, "base": 100}[name], nothing, nothing)
    >>> found = select(["lean", "base"], observe, within=5, first=10)
    >>> found.chosen, found.replications
    ('lean', {'lean': 10, 'base': 10})
    >>> print(found.statement)
    With probability at least 95%, lean costs at most 5 more than the best.
    """
    limits = np.asarray(targets, dtype=np.float64), np.asarray(tolerances, dtype=np.float64)
    _check(*limits, within, confidence, first)
    seen = Seen(names, observe, budget=budget, chunk=chunk)
    error = (1 - confidence) / (2 if len(limits[0]) else 1)
    feasibility = check_feasibility(seen, *limits, error=error, first=first)
    among = [one.alternative for one in feasibility if one.standing is Standing.KEEPS]
    decided = all(one.standing is not Standing.UNDECIDED for one in feasibility)
    chosen: str | None = None
    rounds: list[Round] = []
    if among:
        chosen, compared, rounds = choose(
            seen,
            among,
            within=within,
            each=error / _comparisons(len(names), len(limits[0]) > 0, guarantee),
            first=first,
            guarantee=guarantee,
        )
        decided &= compared
    made = {name: seen.count(name) for name in seen.names}
    return Selection(
        chosen,
        decided,
        confidence,
        within,
        guarantee,
        tuple(feasibility),
        tuple(rounds),
        made,
        {name: float(seen.cost(name, n).mean()) if n else np.nan for name, n in made.items()},
        seen,
    )


def _comparisons(alternatives: int, constrained: bool, guarantee: Guarantee) -> int:
    """How many comparisons may err.

    The best is compared with all others. Where chance decides who is found to keep promises,
    it also decides who is the best of them; then any pair may count.
    """
    if constrained and guarantee is Guarantee.GOOD:
        return alternatives * (alternatives - 1) // 2
    return alternatives - 1


def _check(
    targets: Floats, tolerances: Floats, within: float, confidence: float, first: int
) -> None:
    rules = (
        (0 < within < np.inf, "within", within, "an amount of money > 0"),
        (0.5 < confidence < 1, "confidence", confidence, "a share above 0.5 and below 1"),
        (first >= 2, "first", first, "an integer >= 2"),
        (len(targets) == len(tolerances), "tolerances", len(tolerances), "one for each promise"),
        ((tolerances > 0).all(), "tolerances", tolerances.tolist(), "shares > 0"),
    )
    problems = [
        Problem(name, f"got {got}; expected {expected}")
        for good, name, got, expected in rules
        if not good
    ]
    if problems:
        raise ScenarioError("the selection", problems)
