"""Fewer runs for the same precision: what chance did to the workload is taken out.

Most of what makes one replication's service worse than another's is that more work came, or
came at once. A fluid model sees that in the request tables alone, in a third of the time of a
run: work pours into each group of sites, its agents on duty drain it, and the backlog

    B(t + 1) = max(0, B(t) + work(t) - capacity(t))

follows hour by hour. Its mean over many tables is known better than over the few that were
played; the difference, times a regression slope, corrects the estimate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.errors import Problem, ScenarioError
from network.model import Network
from network.promise import Form, Promise
from sim.estimates import t_quantile
from sim.result import Result
from sim.sample import sample
from study.statistics.fluid import Fluid

Floats = NDArray[np.float64]

FIRST_TABLE = 1_000_000_000
"""Number of the first table drawn for the mean: far from those of any run."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An estimate and what the control variate made of it.

    Parameters
    ----------
    name : str
        Promise id, or the figure as ``kpi/dimension/key``.
    plain, plain_half : float
        Mean over the replications and half its interval.
    estimate, lower, upper : float
        Adjusted.
    explained : float
        Share of the variance over replications that the controls explain (adjusted for
        their number; 0 or below: nothing).
    replications, tables : int
        Played; drawn besides for the mean of the controls.
    """

    name: str
    plain: float
    plain_half: float
    estimate: float
    lower: float
    upper: float
    explained: float
    replications: int
    tables: int

    @property
    def runs_saved(self) -> float:
        """How many times as many plain replications would be as precise."""
        half = (self.upper - self.lower) / 2
        return (self.plain_half / half) ** 2 if half > 0 else math.nan


def two_phase(
    values: Floats, controls: Floats, more: Floats, *, name: str = "", confidence: float = 0.95
) -> Adjusted:
    """Regression-adjusted mean with controls whose mean is itself estimated.

    With q controls, n runs and N more tables, the interval adds the noise of both phases:

        s**2 (1 / n + d' M**-1 d) + b' V b / (n + N)

    s**2 the residual variance, M the controls' sum of squares, V their covariance, b the
    slopes and d the mean of the controls over the runs minus that over all tables. The bias
    of estimating b is of order 1 / n (none for normal values).

    Parameters
    ----------
    values : float array (n,)
        One figure over the runs.
    controls : float array (n, q)
        Of the same replications.
    more : float array (N, q)
        Of tables that were only drawn.
    name : str
    confidence : float

    Raises
    ------
    ScenarioError
        If there are too few runs (n < q + 5) or tables.

    References
    ----------
    Cochran (1977), Sampling Techniques, section 12.6: double sampling for regression;
    Lavenberg and Welch (1981), A perspective on the use of control variables, Management
    Science 27; Pasupathy, Schmeiser, Taaffe and Wang (2012), Control-variate estimation
    using estimated control means, IIE Transactions 44.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> load = generator.normal(size=(400, 1))
    >>> found = two_phase(5 + 3 * load[:30, 0], load[:30], load[30:])
    >>> bool(found.lower < 5 < found.upper), round(found.explained, 3)
    (True, 1.0)
    """
    n, q = controls.shape
    if n < q + 5 or len(more) < 2:
        message = f"got {n} and {len(more)}; expected at least {q + 5} and 2"
        raise ScenarioError("the control variate", [Problem("runs and more tables", message)])
    plain, variance = float(values.mean()), float(values.var(ddof=1))
    half = t_quantile(0.5 + confidence / 2, n - 1) * math.sqrt(variance / n)
    every = np.concatenate([controls, more])
    scale = every.std(axis=0)
    useful = scale > 1e-9 * np.maximum(1e-300, np.abs(every).max(axis=0))
    x, z = controls[:, useful] / scale[useful], every[:, useful] / scale[useful]
    q = x.shape[1]
    if q == 0 or variance == 0:
        return Adjusted(name, plain, half, plain, plain - half, plain + half, 0.0, n, len(more))
    apart = x - x.mean(axis=0)
    inverse = np.linalg.pinv(apart.T @ apart)
    slope = inverse @ apart.T @ (values - plain)
    residual = values - plain - apart @ slope
    noise = float(residual @ residual) / (n - q - 1)
    shift = x.mean(axis=0) - z.mean(axis=0)
    estimate = plain - float(shift @ slope)
    runs = noise * (1 / n + float(shift @ inverse @ shift))
    tables = float(slope @ np.atleast_2d(np.cov(z.T)) @ slope) / len(z)
    # degrees of freedom of a sum of two variances (Satterthwaite)
    degrees = (runs + tables) ** 2 / (runs**2 / (n - q - 1) + tables**2 / (len(z) - 1))
    half_now = t_quantile(0.5 + confidence / 2, degrees) * math.sqrt(runs + tables)
    return Adjusted(
        name,
        plain,
        half,
        estimate,
        estimate - half_now,
        estimate + half_now,
        1 - noise / variance,
        n,
        len(more),
    )


def adjusted(
    result: Result,
    *,
    figures: Sequence[tuple[str, str, str]] = (),
    tables: int = 200,
    confidence: float = 0.95,
) -> list[Adjusted]:
    """Estimates of a finished run, adjusted by the fluid backlog.

    Parameters
    ----------
    result : Result
        Of 30 replications or more, better.
    figures : sequence of (kpi, dimension, key)
        Adjusted besides the promises of form ``average``, such as ``("response_mean",
        "tier", "point")``. Of a figure by tier, region or site, the vessels of that tier,
        region or site are the controls, else all.
    tables : int
        Drawn for the mean of the controls.
    confidence : float
        Of two-sided intervals.

    Returns
    -------
    list of Adjusted
        Promises that nobody was due for are left out. Shares are ratios of sums, linearised.

    Raises
    ------
    ScenarioError
        If there are too few replications or tables.
    KeyError
        If there is no such figure.
    """
    network, window = result.network, result.window
    fluid = Fluid.of(network, window)
    count = len(result.digests)

    def controls_of(numbers: range) -> Floats:
        drawn = (sample(network, result.seed, number, window.end) for number in numbers)
        return np.array([fluid.controls(one) for one in drawn])

    played = controls_of(range(result.first, result.first + count))
    more = controls_of(range(FIRST_TABLE, FIRST_TABLE + tables))

    def adjust(name: str, values: Floats, sites: NDArray[np.bool_]) -> Adjusted:
        some = np.unique(fluid.vessel[sites])
        chosen = (one[:, some].sum(axis=1) for one in (played, more))
        return two_phase(values, *chosen, name=name, confidence=confidence)

    found = []
    for number, promise in enumerate(network.promises):
        met, due = (
            np.array([getattr(one.kept, name)[number] for one in result.kpis_by_replication])
            for name in ("met", "due")
        )
        if promise.form is Form.AVERAGE and due.sum() > 0:
            share = met.sum() / due.sum()
            sites = _sites_of_promise(network, promise)
            found.append(
                adjust(promise.promise_id, share + (met - share * due) / due.mean(), sites)
            )
    index = result.kpis_by_replication[0].index
    for figure in figures:
        values = result.values[:, index.position(*figure)]
        found.append(adjust("/".join(figure), values, _sites_of(network, *figure[1:])))
    return found


def _sites_of_promise(network: Network, promise: Promise) -> NDArray[np.bool_]:
    chosen = np.ones(len(network.sites), dtype=np.bool_)
    if promise.tier is not None:
        chosen &= _sites_of(network, "tier", promise.tier)
    if promise.region is not None:
        chosen &= _sites_of(network, "region", promise.region)
    return chosen if chosen.any() else ~chosen


def _sites_of(network: Network, dimension: str, key: str) -> NDArray[np.bool_]:
    """Sites whose backlog tells of a figure; all of them where there are none such."""
    key_of = {"tier": "tier", "region": "region", "site": "site_id"}.get(dimension)
    every = np.ones(len(network.sites), dtype=np.bool_)
    if key_of is None:
        return every
    chosen = np.array([getattr(site, key_of) == key for site in network.sites])
    return chosen if chosen.any() else every
