"""Bring all that is compared onto the same requests, running anew what does not pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from network.errors import EngineError, OverloadError, Problem, ScenarioError
from network.model import Network
from network.quantity import show_duration
from sim.api import simulate
from sim.config import window_of
from sim.kpis import Window
from sim.result import Result
from study.compare.sides import Side

LEAST_REPLICATIONS = 20
"""Of runs that are made for a comparison; few runs show little once many figures are judged."""

Tell = Callable[[int, int], None]
"""Called with the runs done and wanted."""


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests that all sides meet.

    Parameters
    ----------
    seed : int
    window : Window
    replications : int
    """

    seed: int
    window: Window
    replications: int


Play = Callable[[Network, Requests, Result | None, Side], Result]
"""Simulates a network on the requests, given what has been run of it."""


def requests_of(base: Side, replications: int | None = None) -> Requests:
    """The requests of a comparison: those of the base.

    Parameters
    ----------
    base : Side
    replications : int or None
        None: as many as the base was run with, or should be.
    """
    if base.finished is not None:
        done = base.finished
        return Requests(done.seed, done.window, replications or len(done.digests))
    config, choice = base.config, base.config.scenario
    wanted = replications or config.replications or max(choice.replications, LEAST_REPLICATIONS)
    return Requests(config.seed, window_of(config), wanted)


def play_sides(
    sides: Sequence[Side],
    requests: Requests,
    play: Play | None = None,
    tell: Tell | None = None,
) -> tuple[tuple[tuple[Side, Result], ...], tuple[str, ...]]:
    """All sides with their results on the same requests; what was done anew is noted.

    A side that cannot be played is left out, and said so, as long as another can be held
    against the base.

    Returns
    -------
    played : tuple of (Side, Result)
    left_out : tuple of str
        Sides that failed, with the reason.

    Raises
    ------
    ScenarioError
        If a locked baseline would have to be played on data that have changed.
    OverloadError, EngineError
        If the base or all others cannot be played: more work than can ever be done.
    """
    play = play or play_side
    played: list[tuple[Side, Result]] = []
    failed: list[OverloadError | EngineError] = []
    for number, given in enumerate(sides):
        side, former = _former(given, requests)
        try:
            if former is None or len(former.digests) < requests.replications:
                former = play(side.network, requests, former, side)
            played.append((side, former))
        except (OverloadError, EngineError) as error:
            if number == 0:
                raise
            failed.append(error)
        if tell is not None:
            tell(number + 1, len(sides))
    if failed and len(played) == 1:
        raise failed[0]
    return tuple(played), tuple(str(error) for error in failed)


def _former(side: Side, requests: Requests) -> tuple[Side, Result | None]:
    """What of a side's own run is of use, and a note on what is not."""
    done = side.finished
    if done is None:
        return _note_other_wish(side, requests), None
    theirs, ours = (done.seed, done.window), (requests.seed, requests.window)
    count = len(done.digests)
    few, other = count < requests.replications, count != requests.replications
    if side.notes and side.baseline is not None and (other or theirs != ours):
        message = (
            f"cannot be played again: {side.notes[0]}. Lock a new run, or compare on its own "
            f"{count} replications"
        )
        raise ScenarioError("the comparison", [Problem(side.label, message)])
    if theirs != ours:
        note = f"{side.label}: played anew on the base's requests ({_differs(done, requests)})"
        return replace(side, notes=(*side.notes, note)), None
    if few:
        note = f"{side.label}: {requests.replications - count} replications were added"
        return replace(side, notes=(*side.notes, note)), done
    if other:
        note = f"{side.label}: its first {requests.replications} replications were played again"
        return replace(side, notes=(*side.notes, note)), None
    return side, done


def _differs(done: Result, requests: Requests) -> str:
    """What keeps a run from being paired with the base's."""
    words = []
    if done.seed != requests.seed:
        words.append(f"its seed is {done.seed}, theirs {requests.seed}")
    if done.window != requests.window:
        mine, other = (
            f"{show_duration(w.start)} to {show_duration(w.end)}"
            for w in (done.window, requests.window)
        )
        words.append(f"it counts {mine}, they {other}")
    return "; ".join(words)


def _note_other_wish(side: Side, requests: Requests) -> Side:
    """A seed or length that a side asks for gives way to the base's; said, not hidden."""
    if side.config.precision:
        note = f"{side.label}: its precision is not used, all sides have as many replications"
        side = replace(side, notes=(*side.notes, note))
    if not side.own_requests or requests_of(side) == requests:
        return side
    note = f"{side.label}: played on the base's seed, length and number of runs, to be paired"
    return replace(side, notes=(*side.notes, note))


def play_side(network: Network, requests: Requests, former: Result | None, side: Side) -> Result:
    """Simulate a side's network on the requests with its own engine and workers."""
    window = requests.window
    try:
        return simulate(
            network,
            replications=requests.replications,
            seed=requests.seed,
            horizon=window.end,
            warm_up=window.start,
            drain=window.horizon - window.end,
            engine=side.config.engine.value,
            workers=side.config.workers,
            allow_overload=side.config.allow_overload,
            former=former,
        )
    except OverloadError as error:
        raise OverloadError(f"{side.label}: {error}") from None
