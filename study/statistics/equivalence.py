"""Whether a difference is too small to matter: "no evidence" is not equality.

Two one-sided tests: that the difference is above ``-margin`` and that it is below
``margin``. Both are shown exactly when the ``1 - 2 alpha`` interval lies within the margin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from network.errors import Problem, ScenarioError
from sim.estimates import t_quantile


class Verdict(StrEnum):
    """What is shown of a difference."""

    EQUIVALENT = "equivalent within the margin"
    DIFFERENT = "different by more than the margin"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Equivalence:
    """A difference judged against a margin.

    Parameters
    ----------
    difference, lower, upper : float
        Mean and the ``1 - 2 alpha`` interval that decides; in the figure's unit.
    margin : float
        The largest difference that does not matter, in the figure's unit.
    p_value : float
        Of non-equivalence: the larger of the two one-sided tests.
    n : int
        Pairs.
    verdict : Verdict
    """

    difference: float
    lower: float
    upper: float
    margin: float
    p_value: float
    n: int
    verdict: Verdict

    @property
    def words(self) -> str:
        """The verdict as a sentence.

        Examples
        --------
        >>> print(equivalence([0.1, -0.2, 0.0, 0.1], margin=1.0).words)
        equivalent within the margin: the difference is 0 (-0.166 to 0.166), the margin 1
        """
        limits = f"{self.difference:.3g} ({self.lower:.3g} to {self.upper:.3g})"
        return f"{self.verdict}: the difference is {limits}, the margin {self.margin:.3g}"


def equivalence(differences: ArrayLike, margin: float, confidence: float = 0.95) -> Equivalence:
    """Test that the mean of paired differences lies within ``-margin`` to ``margin``.

    Parameters
    ----------
    differences : float array (replications,)
        NaN: nothing to measure.
    margin : float
        > 0, in the unit of the differences; what does not matter to whom decides.
    confidence : float
        A chance of at most ``1 - confidence`` to call equivalent what is not; the same,
        on both sides, to call different what is within the margin.

    Returns
    -------
    Equivalence
        Not shown with fewer than two pairs.

    Raises
    ------
    ScenarioError
        If the margin is not positive.

    References
    ----------
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power
    approach for assessing the equivalence of average bioavailability.

    Examples
    --------
    >>> equivalence([5.1, 4.9, 5.0, 5.2], margin=1.0).verdict
    <Verdict.DIFFERENT: 'different by more than the margin'>
    >>> equivalence([5.0, -4.0, 1.0, -3.0], margin=1.0).verdict
    <Verdict.NOT_SHOWN: 'not shown'>
    """
    if not 0 < margin < math.inf:
        message = f"got {margin:g}; expected a number > 0, in the unit of the figure"
        raise ScenarioError("the equivalence test", [Problem("margin", message)])
    from scipy.special import stdtr

    given = np.asarray(differences, dtype=np.float64).ravel()
    known = given[~np.isnan(given)]
    n = len(known)
    mean = float(known.mean()) if n else math.nan
    if n < 2:
        nan = math.nan
        return Equivalence(mean, nan, nan, margin, nan, n, Verdict.NOT_SHOWN)
    error = float(known.std(ddof=1)) / math.sqrt(n)
    half = t_quantile(confidence, n - 1) * error
    inside = margin - abs(mean)  # distance to the nearer side
    p_value = float(stdtr(n - 1, -inside / error)) if error > 0 else float(inside <= 0)
    lower, upper = mean - half, mean + half
    verdict = Verdict.NOT_SHOWN
    if -margin < lower and upper < margin:
        verdict = Verdict.EQUIVALENT
    elif lower > margin or upper < -margin:
        verdict = Verdict.DIFFERENT
    return Equivalence(mean, lower, upper, margin, p_value, n, verdict)
