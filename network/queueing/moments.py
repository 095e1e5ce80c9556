"""The first three moments of a duration, as the single-server formulas need them.

Any time unit will do if it is the same throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

from network.queueing._inputs import non_negative, positive


@dataclass(frozen=True, slots=True)
class Moments:
    """E[S], E[S^2] and E[S^3] of a duration S.

    Parameters
    ----------
    first, second, third : float
        In time units, squared and cubed time units.

    Raises
    ------
    ValueError
        If a moment is negative or not finite, or no duration has such moments (Lyapunov).
    """

    first: float
    second: float
    third: float

    def __post_init__(self) -> None:
        """Check that a duration with these moments exists."""
        for name, value in (("first", self.first), ("second", self.second), ("third", self.third)):
            non_negative(name, value)
        slack = 1 + 1e-9
        if self.first**2 > self.second * slack:
            raise ValueError(f"second: got {self.second!r}; expected >= first**2 = {self.first**2}")
        if self.second**2 > self.first * self.third * slack:
            raise ValueError(
                f"third: got {self.third!r}; expected >= second**2 / first, "
                f"with second {self.second!r} and first {self.first!r}"
            )


def constant(value: float) -> Moments:
    """Return the moments of a fixed duration.

    Parameters
    ----------
    value : float
        In time units.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If the value is negative or not finite.

    Examples
    --------
    >>> constant(2.0)
    Moments(first=2.0, second=4.0, third=8.0)
    """
    value = non_negative("value", value)
    return Moments(value, value**2, value**3)


def exponential(mean: float) -> Moments:
    """Return the moments of an exponential duration.

    Parameters
    ----------
    mean : float
        In time units.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If the mean is negative or not finite.

    Examples
    --------
    >>> exponential(1.0)
    Moments(first=1.0, second=2.0, third=6.0)
    """
    mean = non_negative("mean", mean)
    return Moments(mean, 2 * mean**2, 6 * mean**3)


def uniform(low: float, high: float) -> Moments:
    """Return the moments of a duration uniform on [low, high].

    Parameters
    ----------
    low, high : float
        In time units.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If a bound is negative or not finite, or low > high.

    Examples
    --------
    >>> uniform(0.0, 6.0)
    Moments(first=3.0, second=12.0, third=54.0)
    """
    low, high = non_negative("low", low), non_negative("high", high)
    if low > high:
        raise ValueError(f"high: got {high!r}; expected at least low = {low!r}")
    second = (low**2 + low * high + high**2) / 3
    return Moments((low + high) / 2, second, (low + high) * (low**2 + high**2) / 4)


def lognormal(mean: float, scv: float) -> Moments:
    """Return the moments of a lognormal duration.

    Parameters
    ----------
    mean : float
        In time units; above zero.
    scv : float
        Squared coefficient of variation, Var[S] / E[S]^2.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If mean <= 0, scv < 0, or a value is not finite.

    Examples
    --------
    >>> lognormal(1.0, 0.5)
    Moments(first=1.0, second=1.5, third=3.375)
    """
    mean, growth = positive("mean", mean), 1 + non_negative("scv", scv)
    return Moments(mean, mean**2 * growth, mean**3 * growth**3)


def scaled(duration: Moments, factor: float) -> Moments:
    """Return the moments of a duration times a constant.

    Parameters
    ----------
    duration : Moments
    factor : float
        A pure number, zero or more.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If the factor is negative or not finite.

    Examples
    --------
    >>> scaled(constant(1.0), 2.0)
    Moments(first=2.0, second=4.0, third=8.0)
    """
    factor = non_negative("factor", factor)
    return Moments(factor * duration.first, factor**2 * duration.second, factor**3 * duration.third)


def total(*durations: Moments) -> Moments:
    """Return the moments of a sum of independent durations.

    Parameters
    ----------
    *durations : Moments

    Returns
    -------
    Moments

    Examples
    --------
    >>> total(constant(1.0), constant(2.0))
    Moments(first=3.0, second=9.0, third=27.0)
    """
    first, second, third = 0.0, 0.0, 0.0
    for d in durations:
        third += 3 * second * d.first + 3 * first * d.second + d.third
        second += 2 * first * d.first + d.second
        first += d.first
    return Moments(first, second, third)


def travelling_engineer(trip: Moments, on_site: Moments) -> Moments:
    """Return the moments of the time that a job keeps an engineer: out, work, and back.

    The way back takes as long as the way out; work is independent of it.

    Parameters
    ----------
    trip : Moments
        One way.
    on_site : Moments
        Work at the customer's.

    Returns
    -------
    Moments

    References
    ----------
    Larson and Odoni (1981), Urban Operations Research, section 5.2.

    Examples
    --------
    Jobs uniform over a unit square, base in its middle, right-angle travel at speed 2: each of
    the two legs is uniform on [0, 1/4].

    >>> trip = total(uniform(0, 0.25), uniform(0, 0.25))
    >>> round(travelling_engineer(trip, exponential(0.4)).first, 12)
    0.9
    """
    return total(scaled(trip, 2.0), on_site)
