"""`compare`: from sides to verdicts, cost steps and remedies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from network.model import Network
from sim.result import Result
from study.compare.inputs import InputChange, InputSummary, input_changes, summarise_inputs
from study.compare.judge import (
    PROMISE,
    Differences,
    Judged,
    Step,
    Verdict,
    cost_steps,
    judge,
    paired,
)
from study.compare.play import Play, Requests, play_side, play_sides
from study.compare.remedy import Remedies, find_remedies
from study.compare.sides import Side

Tell = Callable[[str], None]
"""Is told what is being done."""


@dataclass(frozen=True)
class Other:
    """One that is compared with the base.

    Parameters
    ----------
    side : Side
    result : Result
    changes : tuple of InputChange
    inputs : tuple of InputSummary
    judged : tuple of Judged
    costs : tuple of Step
    differences : Differences
        Of all figures, not only those that are judged.
    remedies : Remedies or None
    """

    side: Side
    result: Result
    changes: tuple[InputChange, ...]
    inputs: tuple[InputSummary, ...]
    judged: tuple[Judged, ...]
    costs: tuple[Step, ...]
    differences: Differences
    remedies: Remedies | None = None


@dataclass(frozen=True)
class Comparison:
    """Sides on the same requests, judged against the first.

    Parameters
    ----------
    base : Side
    result : Result
        Of the base.
    others : tuple of Other
    requests : Requests
    confidence : float
    notes : tuple of str
    left_out : tuple of str
        Sides that could not be played, with the reason.
    """

    base: Side
    result: Result
    others: tuple[Other, ...]
    requests: Requests
    confidence: float
    notes: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def family(self) -> int:
        """Figures judged together."""
        return sum(len(other.judged) for other in self.others)


def compare(
    sides: Sequence[Side],
    requests: Requests,
    *,
    play: Play | None = None,
    confidence: float = 0.95,
    margins: Mapping[str, float] | None = None,
    remedy: bool = True,
    tell: Tell | None = None,
) -> Comparison:
    """Play all sides on the same requests and judge them against the first.

    Parameters
    ----------
    sides : sequence of Side
        The base first.
    requests : Requests
    play : callable, optional
        How a network is simulated; by default anew, on this machine.
    confidence : float
    margins : mapping of str to float, optional
        See `study.compare.judge.judge`.
    remedy : bool
        Seek the people who would restore promises that became worse.
    tell : callable, optional

    Raises
    ------
    ScenarioError
        If sides cannot be brought onto the same requests.
    OverloadError, EngineError
        If the base or all others cannot be played: more work than can ever be done.
    """
    say = tell or (lambda _: None)
    play = play or play_side
    say(f"{len(sides)} on the same requests")
    played, left_out = play_sides(sides, requests, play)
    (base, first), results = played[0], [result for _, result in played]
    judged = judge(first, results[1:], confidence=confidence, margins=margins)
    others = []
    for (side, result), rows in zip(played[1:], judged, strict=True):
        changes = input_changes(base.network, side.network)
        found = Other(
            side,
            result,
            changes,
            summarise_inputs(changes, base.network, side.network),
            rows,
            cost_steps(first, result, confidence),
            paired(first, result),
        )
        worse = [r.key for r in rows if r.kpi == PROMISE and r.verdict is Verdict.WORSE]
        if remedy and worse:
            say(f"{side.label}: how many more people?")
            again = _player(play, requests, side)
            found = replace(found, remedies=find_remedies(first, result, worse, again))
        others.append(found)
    notes = [note for side, _ in played for note in side.notes]
    notes += [note for other in others for note in _doubts(base, other)]
    notes += [f"left out: {reason}" for reason in left_out]
    return Comparison(base, first, tuple(others), requests, confidence, tuple(notes), left_out)


def _player(play: Play, requests: Requests, side: Side) -> Callable[[Network], Result]:
    """Plays variants of a side, overloaded ones too: they are steps of a search."""
    patient = replace(side, config=replace(side.config, allow_overload=True))
    return lambda network: play(network, requests, None, patient)


def _doubts(base: Side, other: Other) -> Iterator[str]:
    """What keeps the same seed from giving the same requests."""
    label = other.side.label
    theirs, ours = other.side.network, base.network
    if theirs.zones.zone_id != ours.zones.zone_id or theirs.classes != ours.classes:
        yield (
            f"{label} has other zones or classes than {base.label}, so its requests are others: "
            "differences are valid, but pairing narrows them little"
        )
    names = {change.row for change in other.changes if change.noun == "promises"}
    kept = {row.key for row in other.judged if row.kpi == PROMISE}
    for name in sorted(names & kept):
        yield f"promise '{name}' is not the same in {base.label} and {label}: its shares differ too"
