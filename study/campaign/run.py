"""A study -> its points -> simulated, to the precision asked for, within its budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from network.errors import Problem, ScenarioError
from network.model import Network
from sim.precision import LEAST_REPLICATIONS, parse_goals, replications_needed
from sim.result import Result
from sim.store import Store
from study.campaign.base import Base
from study.campaign.file import Study
from study.design.designs import Values, choose_points, most_points
from study.design.uncertain import draw
from study.execution import Execution, Failure, Teller, run_points
from study.points import Point

_SHOWN = 5
_MOST_POINTS = 100_000
"""Of a design; more are refused before any of them is made."""


@dataclass(frozen=True)
class Outcome:
    """What a study has found.

    Parameters
    ----------
    study : Study
    points : tuple of Point
        In the order of the design, with the replications they got.
    results : mapping of str to Result
        By the name of the point; those that failed are missing.
    drawn : mapping of str to tuple of Result
        By the name of the point: a result of one replication for each draw of the
        uncertain inputs.
    done, reused : int
        Replications computed now, and found in the store.
    failures : tuple of Failure
    notes : tuple of str
        What the reader should know.
    """

    study: Study
    points: tuple[Point, ...]
    results: Mapping[str, Result]
    drawn: Mapping[str, tuple[Result, ...]]
    done: int
    reused: int
    failures: tuple[Failure, ...]
    notes: tuple[str, ...] = ()


def points_of(study: Study, values: Sequence[Values] | None = None) -> tuple[Point, ...]:
    """The points of a study's design (or those given) as networks to simulate.

    Raises
    ------
    ScenarioError
        If they go beyond the budget; or with the problems of all points, each told once.
    """
    most = most_points(study.design, study.factors) if values is None else len(values)
    if most > _MOST_POINTS:
        message = f"has {most:,} points; at most {_MOST_POINTS:,} are possible"
        raise ScenarioError("the study", [Problem("design", message)])
    chosen = choose_points(study.design, study.factors) if values is None else values
    _refuse_beyond(study, len(chosen), _least_replications(study))
    base = Base(study.base, study.folder)
    names = list(dict.fromkeys(name for point in chosen for name in point))
    at_base = {name: base.value(name) for name in names}
    wide = len(str(len(chosen)))
    replications = _least_replications(study)
    points, problems = [], _Problems()
    for number, point in enumerate(chosen, start=1):
        shown = {name: point.get(name, at_base[name]) for name in names}
        network = problems.catch(base, point)
        if network is not None:
            points.append(
                Point(
                    name=f"{study.name}/p{number:0{wide}d}",
                    network=network,
                    window=base.window(point),
                    seed=study.base.seed,
                    replications=replications,
                    parameters={key: value for key, value in shown.items() if value is not None},
                )
            )
    problems.tell()
    return tuple(points)


def _least_replications(study: Study) -> int:
    """Of every point, before a precision asks for more."""
    return max(study.replications, LEAST_REPLICATIONS) if study.precision else study.replications


class _Problems:
    """Problems of many points, each told once with the first point that has it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], str] = {}

    def catch(self, base: Base, values: Values) -> Network | None:
        """The network of a point, or its problems noted."""
        try:
            return base.network(values)
        except ScenarioError as error:
            told = ", ".join(f"{name}={value}" for name, value in values.items())
            for one in error.problems:
                self._found.setdefault((one.where, one.message), told)
        return None

    def tell(self) -> None:
        """Raise what was noted."""
        if not self._found:
            return
        shown = [
            Problem(where, f"{message} (at {told})")
            for (where, message), told in list(self._found.items())[:_SHOWN]
        ]
        more = len(self._found) - len(shown)
        if more:
            shown.append(Problem("further points", f"{more} more problems of this kind"))
        raise ScenarioError("the points of the study", shown)


def runs_of(study: Study, points: Sequence[Point]) -> int:
    """Replications that the points take, draws of uncertain inputs included."""
    runs = sum(point.replications for point in points)
    return runs * (2 if study.uncertain else 1)


def check_budget(study: Study, points: Sequence[Point]) -> None:
    """Refuse a study beyond its budget, saying how many runs it would need.

    Raises
    ------
    ScenarioError
    """
    _refuse_beyond(study, len(points), points[0].replications if points else 0)


def _refuse_beyond(study: Study, points: int, each: int) -> None:
    """Refuse so many points of so many replications each if they go beyond the budget."""
    runs = points * each * (2 if study.uncertain else 1)
    if runs > study.budget:
        twice = ", at fixed and at uncertain inputs" if study.uncertain else ""
        least = f"; a precision needs at least {each} each" if study.precision else ""
        message = (
            f"is {study.budget:,} runs; {points:,} points of {each:,} replications{twice} "
            f"need {runs:,}{least}. Raise the budget, or take fewer points or replications"
        )
        raise ScenarioError("the study", [Problem("budget", message)])


def run_study(
    study: Study,
    points: Sequence[Point],
    store: Store,
    execution: Execution | None = None,
    tell: Teller | None = None,
) -> Outcome:
    """Simulate the points of a study; what the store has is not computed again.

    Raises
    ------
    ScenarioError
        If it goes beyond the budget.
    """
    check_budget(study, points)
    draws = _draws(study, points)
    summary = run_points(points, store, execution, tell)
    done, reused, failures = summary.done, summary.reused, [*summary.failures]
    if draws:  # a period may well bring more work than can be done
        flat = [one for drawn in draws.values() for one in drawn]
        played = replace(execution or Execution(), allow_overload=True)
        second = run_points(flat, store, played, tell)
        done, reused = done + second.done, reused + second.reused
        failures += second.failures
    notes: list[str] = []
    while study.precision:
        failed = {failure.point for failure in failures}
        grown = _more(study, [one for one in points if one.name not in failed], store)
        if not grown:
            break
        points, note = _within_budget(study, points, grown)
        notes += note
        extended = run_points(points, store, execution, tell)
        done += extended.done
        failures += extended.failures
        if note:
            break
    failed = {failure.point for failure in failures}
    return Outcome(
        study=study,
        points=tuple(points),
        results={one.name: _result(store, one) for one in points if one.name not in failed},
        drawn={
            name: tuple(_result(store, one) for one in drawn)
            for name, drawn in draws.items()
            if not failed & {one.name for one in drawn}
        },
        done=done,
        reused=reused,
        failures=tuple({one.point: one for one in failures}.values()),
        notes=tuple(notes),
    )


def _result(store: Store, point: Point) -> Result:
    result = store.result(point.network, point.window, point.seed, point.numbers)
    return replace(result, first=point.first)


def _draws(study: Study, points: Sequence[Point]) -> dict[str, list[Point]]:
    """By point: a point of one replication for each draw of the uncertain inputs."""
    if not study.uncertain:
        return {}
    base, problems = Base(study.base, study.folder), _Problems()
    found: dict[str, list[Point]] = {point.name: [] for point in points}
    for point in points:
        for number in point.numbers:
            values = {**point.parameters, **draw(study.uncertain, study.base.seed, number)}
            network = problems.catch(base, values)
            if network is not None:
                one = Point(
                    name=f"{point.name}~{number}",
                    network=network,
                    window=point.window,
                    seed=point.seed,
                    replications=1,
                    parameters=values,
                    first=number,
                )
                found[point.name].append(one)
    problems.tell()
    return found


def _more(study: Study, points: Sequence[Point], store: Store) -> dict[str, int]:
    """Replications that points need beyond those they have, by name."""
    goals = parse_goals(study.precision)
    needed = {}
    for point in points:
        result = _result(store, point)
        index = result.kpis_by_replication[0].index
        wanted = replications_needed(goals, index, result.values)
        if wanted > point.replications:
            needed[point.name] = wanted
    return needed


def _within_budget(
    study: Study, points: Sequence[Point], needed: Mapping[str, int]
) -> tuple[list[Point], list[str]]:
    """The points with more replications, cut alike where the budget does not suffice."""
    left = study.budget - runs_of(study, points)
    asked = sum(needed[point.name] - point.replications for point in points if point.name in needed)
    share = min(1.0, left / asked)
    grown = [
        replace(
            point,
            replications=point.replications
            + int(share * (needed.get(point.name, point.replications) - point.replications)),
        )
        for point in points
    ]
    if share == 1.0:
        return grown, []
    note = (
        f"the precision asked for is not reached within the budget of {study.budget:,} runs; "
        f"about {study.budget - left + asked:,} would be needed"
    )
    return grown, [note]
