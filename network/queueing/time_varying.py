"""Load that changes with time when nobody has to wait: M_t/G/infinity.

The number in service is Poisson with the mean m(t) = E[arrivals in (t - S, t]]: the offered load
at t, which lags behind the arrival rate. Rates are per time unit and times are in that unit.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.queueing._inputs import non_negative, positive

Service = Literal["deterministic", "exponential"]


def sinusoidal_load(
    t: ArrayLike,
    *,
    mean_rate: float,
    amplitude: float,
    frequency: float,
    mean_service: float,
    service: Service = "exponential",
) -> NDArray[np.float64]:
    """Return the offered load under lam(t) = mean_rate (1 + amplitude sin(frequency t)).

    Parameters
    ----------
    t : array_like
        Times; the system has run for ever.
    mean_rate : float
        Arrivals per time unit on average.
    amplitude : float
        Relative amplitude, in [0, 1].
    frequency : float
        Radians per time unit: 2 pi / period.
    mean_service : float
        Mean service time.
    service : {"exponential", "deterministic"}
        Law of the service time.

    Returns
    -------
    ndarray of the shape of t
        m(t), mean number in service. [erlang]

    Raises
    ------
    ValueError
        If a number is out of its range or not finite, or the law is unknown.

    References
    ----------
    Eick, Massey and Whitt (1993), M_t/G/infinity queues with sinusoidal arrival rates. Management
    Science 39, 241-252.

    Examples
    --------
    A day's wave peaks at hour 6; with services of 3 hours the load peaks at 7.5:

    >>> hours = [0, 6, 7.5, 12, 18]
    >>> wave = {"mean_rate": 20, "amplitude": 0.5, "frequency": np.pi / 12, "mean_service": 3}
    >>> sinusoidal_load(hours, **wave, service="deterministic").round(2).tolist()
    [48.81, 87.01, 89.23, 71.19, 32.99]
    """
    times = _finite("t", t)
    lam, gamma = non_negative("mean_rate", mean_rate), positive("frequency", frequency)
    mean_service = positive("mean_service", mean_service)
    if non_negative("amplitude", amplitude) > 1:
        raise ValueError(f"amplitude: got {amplitude!r}; expected at most 1, else lam(t) < 0")
    if service == "deterministic":
        angle = gamma * mean_service / 2
        wave = math.sin(angle) / angle * np.sin(gamma * times - angle)
    elif service == "exponential":
        lag = gamma * mean_service
        wave = (np.sin(gamma * times) - lag * np.cos(gamma * times)) / (1 + lag**2)
    else:
        raise _unknown(service)
    return np.asarray(lam * mean_service * (1 + amplitude * wave), float)


def profile_load(
    t: ArrayLike,
    rates: ArrayLike,
    mean_service: float,
    *,
    width: float = 1.0,
    service: Service = "exponential",
    periodic: bool = True,
) -> NDArray[np.float64]:
    """Return the offered load under arrival rates that are constant within equal intervals.

    Parameters
    ----------
    t : array_like
        Times since the profile's begin.
    rates : array_like of shape (n,)
        Arrivals per time unit in each interval, such as 24 hours of a day or 168 of a week.
    mean_service : float
        Mean service time.
    width : float
        Length of an interval.
    service : {"exponential", "deterministic"}
        Law of the service time.
    periodic : bool
        Whether the profile has repeated for ever; else the system is empty at 0 and nobody comes
        after the profile's end.

    Returns
    -------
    ndarray of the shape of t
        m(t), mean number in service. [erlang]

    Raises
    ------
    ValueError
        If a rate is negative or there is none, a length is not above zero, a value is not finite,
        or the law is unknown.

    References
    ----------
    Eick, Massey and Whitt (1993), The physics of the M_t/G/infinity queue. Operations Research 41,
    731-742.

    Examples
    --------
    Two hours of 10 calls each, then none; calls take one hour:

    >>> hours = [0.5, 1, 2, 3, 4]
    >>> profile_load(hours, [10, 10, 0], 1.0, service="deterministic", periodic=False).tolist()
    [5.0, 10.0, 10.0, 0.0, 0.0]
    >>> profile_load(hours, [10, 10, 0], 1.0, periodic=False).round(2).tolist()
    [3.93, 6.32, 8.65, 3.18, 1.17]
    """
    times, lam = _finite("t", t), _finite("rates", rates)
    mean_service, width = positive("mean_service", mean_service), positive("width", width)
    if lam.ndim != 1 or lam.size == 0 or (lam < 0).any():
        raise ValueError(f"rates: got {lam.tolist()}; expected one or more numbers >= 0")
    edges = width * np.arange(lam.size + 1, dtype=float)
    if service == "deterministic":
        return _arrived(times, edges, lam, periodic) - _arrived(
            times - mean_service, edges, lam, periodic
        )
    if service == "exponential":
        return _exponential_load(times, edges, lam, mean_service, periodic)
    raise _unknown(service)


def _arrived(
    times: NDArray[np.float64], edges: NDArray[np.float64], lam: NDArray[np.float64], periodic: bool
) -> NDArray[np.float64]:
    """Return the mean number of arrivals from 0 to each time, negative before 0 if periodic."""
    totals = np.concatenate(([0.0], np.cumsum(lam * np.diff(edges))))
    rounds, times = np.divmod(times, edges[-1]) if periodic else (np.zeros_like(times), times)
    return np.asarray(rounds * totals[-1] + np.interp(times, edges, totals), float)


def _exponential_load(
    times: NDArray[np.float64],
    edges: NDArray[np.float64],
    lam: NDArray[np.float64],
    mean_service: float,
    periodic: bool,
) -> NDArray[np.float64]:
    """Return the load from empty; if periodic, plus what remains of the load at the begin."""
    if periodic:
        times = np.mod(times, edges[-1])
    staying = np.exp(-np.maximum(times[..., None] - edges, 0.0) / mean_service)
    load = np.asarray(mean_service * np.diff(staying) @ lam, float)
    if periodic:
        at_end = mean_service * np.diff(np.exp((edges - edges[-1]) / mean_service)) @ lam
        load += at_end / -np.expm1(-edges[-1] / mean_service) * np.exp(-times / mean_service)
    return load


def _finite(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, float)
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: got {array.tolist()}; expected finite numbers")
    return array


def _unknown(service: str) -> ValueError:
    return ValueError(f"service: got {service!r}; expected 'deterministic' or 'exponential'")
