"""Studies as frozen values to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from report.view import Estimate

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure that a study reads.

    Parameters
    ----------
    name : str
        As in the study file.
    title : str
    unit : str
        As in the registry of key figures.
    """

    name: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Ranges:
    """What a period may bring, at fixed and at uncertain inputs (95 %).

    Parameters
    ----------
    fixed, uncertain : Estimate
        Mean with the ends of the range.
    """

    fixed: Estimate
    uncertain: Estimate


@dataclass(frozen=True, slots=True)
class StudyPoint:
    """A point of a study.

    Parameters
    ----------
    name : str
    parameters : mapping of str to Value
    replications : int
        0: it failed.
    estimates : mapping of str to Estimate
        By the name of the figure.
    ranges : mapping of str to Ranges
        Where inputs are uncertain.
    pareto : bool
        No other point dominates it.
    """

    name: str
    parameters: Mapping[str, Value]
    replications: int
    estimates: Mapping[str, Estimate]
    ranges: Mapping[str, Ranges] = field(default_factory=dict)
    pareto: bool = False


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study and what it found.

    Parameters
    ----------
    title : str
    currency : str
    foot : str
        What was run, for the foot of figures.
    figures : tuple of Shown
    points : tuple of StudyPoint
    frontier : tuple of two Shown, optional
        Cost and service.
    uncertain : tuple of str
        Laws of uncertain inputs, as text.
    done, reused : int
        Replications computed now, and found in the store.
    failures : tuple of (str, str)
        Point with its parameters, and the reason.
    notes : tuple of str
    """

    title: str
    currency: str
    foot: str
    figures: tuple[Shown, ...]
    points: tuple[StudyPoint, ...]
    frontier: tuple[Shown, Shown] | None = None
    uncertain: tuple[str, ...] = ()
    done: int = 0
    reused: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of all parameters, in order."""
        return tuple(dict.fromkeys(name for point in self.points for name in point.parameters))


@dataclass(frozen=True, slots=True)
class Index:
    """What a factor has to do with a figure.

    Parameters
    ----------
    factor : str
    first, total : Estimate
        Sobol: shares of the variance, alone and with interactions. Morris: mean absolute
        effect over the whole range, and the spread of effects.
    first_noise, total_noise : float
        Share of the index, as read, that is noise of the replications.
    """

    factor: str
    first: Estimate
    total: Estimate
    first_noise: float
    total_noise: float


@dataclass(frozen=True, slots=True)
class Indices:
    """The indices of a figure.

    Parameters
    ----------
    figure : Shown
    rows : tuple of Index
        The most important first.
    noise : float
        Share of the variance between points that is noise of the replications.
    mean, sd : float
        Of the figure over the points.
    """

    figure: Shown
    rows: tuple[Index, ...]
    noise: float
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class SensitivityView:
    """A sensitivity analysis.

    Parameters
    ----------
    title, foot, currency : str
    method : str
        ``sobol`` or ``morris``.
    ranges : tuple of (str, str)
        Factors and over what they vary.
    figures : tuple of Indices
    runs : int
    """

    title: str
    foot: str
    currency: str
    method: str
    ranges: tuple[tuple[str, str], ...]
    figures: tuple[Indices, ...]
    runs: int


@dataclass(frozen=True, slots=True)
class Swing:
    """What a figure does when an assumption is lower or higher.

    Parameters
    ----------
    title : str
        The assumption.
    low, high : Estimate
        Change of the figure against the base, paired.
    simulated : bool
        False: it only prices events, so cost is known without a new run.
    """

    title: str
    low: Estimate
    high: Estimate
    simulated: bool


@dataclass(frozen=True, slots=True)
class BreakEven:
    """How far an assumption must move until an alternative costs as much as the base.

    Parameters
    ----------
    title : str
        The assumption.
    factor : Estimate
        Multiplies the assumption; NaN: none within what was looked at.
    said : str
        Why there is none, or how far was looked.
    """

    title: str
    factor: Estimate
    said: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another plan or staffing beside the base.

    Parameters
    ----------
    name : str
    difference : Estimate
        Cost a month against the base, paired.
    break_even : tuple of BreakEven
    """

    name: str
    difference: Estimate
    break_even: tuple[BreakEven, ...] = ()


@dataclass(frozen=True, slots=True)
class RegretTable:
    """What is paid too much for an alternative at each demand.

    Parameters
    ----------
    demands : tuple of str
    names : tuple of str
        Alternatives.
    cost, regret : mapping of (alternative, demand) to Estimate
        A month.
    kept : mapping of (alternative, demand) to (int, int)
        Promises met, and how many there are.
    """

    demands: tuple[str, ...]
    names: tuple[str, ...]
    cost: Mapping[tuple[str, str], Estimate]
    regret: Mapping[tuple[str, str], Estimate]
    kept: Mapping[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class PriceStep:
    """What a percentage point more service costs between two levels of staffing.

    Parameters
    ----------
    start, end : str
        Levels.
    cost, service : Estimate
        Change from the one to the other, paired.
    price : Estimate
        Cost a month of a percentage point; NaN: no more service.
    """

    start: str
    end: str
    cost: Estimate
    service: Estimate
    price: Estimate


@dataclass(frozen=True, slots=True)
class TornadoView:
    """What a figure hangs on.

    Parameters
    ----------
    title, foot, currency : str
    figure : Shown
    base : Estimate
    percent : float
        How far each assumption is moved, both ways.
    swings : tuple of Swing
        The widest first.
    left_out : tuple of str
        Assumptions that the scenario does not have, or that move nothing.
    alternatives : tuple of Alternative
    regret : RegretTable, optional
    service : Shown, optional
        What the price of the last percent buys.
    prices : tuple of PriceStep
    notes : tuple of str
    """

    title: str
    foot: str
    currency: str
    figure: Shown
    base: Estimate
    percent: float
    swings: tuple[Swing, ...]
    left_out: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    regret: RegretTable | None = None
    service: Shown | None = None
    prices: tuple[PriceStep, ...] = ()
    notes: tuple[str, ...] = ()
