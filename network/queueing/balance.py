"""The stationary law of a birth-death chain, computed outwards from its mode."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def birth_death(births: ArrayLike, deaths: ArrayLike) -> NDArray[np.float64]:
    """Return the stationary probabilities of a finite birth-death chain.

    Detailed balance, p[n] births[n] = p[n+1] deaths[n], is summed in logarithms from the mode
    outwards, so that neither overflow nor rounding touches the states that matter.

    Parameters
    ----------
    births : array_like of shape (n,)
        Rate from state i to i + 1, per time unit. Zero or more.
    deaths : array_like of shape (n,)
        Rate from state i + 1 to i, in the same time unit. Above zero.

    Returns
    -------
    ndarray of shape (n + 1,)
        Probability of each state; sums to one.

    Raises
    ------
    ValueError
        If the shapes differ, a birth rate is negative or a death rate is not above zero.

    References
    ----------
    Kleinrock (1975), Queueing Systems, volume I, section 3.1.

    Examples
    --------
    >>> birth_death([1.0, 1.0], [2.0, 2.0]).round(4).tolist()
    [0.5714, 0.2857, 0.1429]
    """
    up, down = np.asarray(births, float), np.asarray(deaths, float)
    if up.ndim != 1 or up.shape != down.shape:
        raise ValueError(f"births, deaths: got shapes {up.shape}, {down.shape}; expected (n,) both")
    if not (np.isfinite(up).all() and (up >= 0).all()):
        raise ValueError("births: got a negative or non-finite rate; expected all >= 0")
    if not (np.isfinite(down).all() and (down > 0).all()):
        raise ValueError("deaths: got a zero, negative or non-finite rate; expected all > 0")
    with np.errstate(divide="ignore"):  # a birth rate of zero makes all states above it impossible
        steps = np.log(up) - np.log(down)
    mode = int(np.argmax(np.concatenate(([0.0], np.cumsum(steps)))))
    above = np.cumsum(steps[mode:])
    below = -np.cumsum(steps[:mode][::-1])[::-1]
    weights = np.exp(np.concatenate((below, [0.0], above)))
    probabilities: NDArray[np.float64] = weights / weights.sum()
    return probabilities
