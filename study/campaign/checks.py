"""What must hold in a study file beyond the types of its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from network.errors import Problem, ScenarioError, did_you_mean
from network.load.folder import name_problem
from network.load.text import Value
from network.model import Network
from sim.config import Config, ScenarioChoice, build_network
from sim.precision import LEAST_REPLICATIONS
from study.campaign.base import BASE_KEYS, GROUPS, compose, target_problem
from study.campaign.measures import PROMISE, Measure, measure_problem, parse_measure
from study.campaign.text import StudyText
from study.design.designs import Kind
from study.design.uncertain import LEAST_DRAWS, Uncertain, parse_uncertain

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """What a study file's words mean.

    Parameters
    ----------
    base : Config
    kpis : mapping of str to Measure
    frontier : mapping of str to Measure
        ``cost`` and ``service``, or nothing.
    uncertain : tuple of Uncertain
    """

    base: Config
    kpis: Mapping[str, Measure]
    frontier: Mapping[str, Measure]
    uncertain: tuple[Uncertain, ...]


def check_study(said: StudyText) -> Found:
    """Read the words of a study file.

    Raises
    ------
    ScenarioError
        With every problem that was found.
    """
    problems = [
        *_name_problems(said),
        *_base_problems(said),
        *_target_problems(said),
        *_size_problems(said),
    ]
    kpis = _each(problems, "kpis", {name: name for name in said.kpis}, parse_measure)
    shown = {} if said.frontier is None else said.frontier.model_dump()
    frontier = _each(problems, "frontier", shown, parse_measure)
    uncertain = [_law(problems, name, text) for name, text in said.uncertain.items()]
    base = Config()
    known = {key: value for key, value in said.base.items() if key.partition(".")[0] in BASE_KEYS}
    try:
        base = compose(cast("Mapping[str, Value]", known))
        problems += _network_problems(base, said, [*kpis.values(), *frontier.values()])
    except ScenarioError as error:
        problems += [Problem(f"base, {one.where}", one.message) for one in error.problems]
    if problems:
        raise ScenarioError("the study", problems)
    return Found(base, kpis, frontier, tuple(one for one in uncertain if one is not None))


def _name_problems(said: StudyText) -> Iterator[Problem]:
    if "/" in said.name or name_problem(said.name) is not None:
        message = (
            f"got {said.name!r}; expected letters from a to z, digits, _ and -, as it names a "
            "folder. It is the file's name unless the file says another, such as name: demand"
        )
        yield Problem("name", message)


def _base_problems(said: StudyText) -> Iterator[Problem]:
    for key in said.base:
        if key.partition(".")[0] not in BASE_KEYS:
            hint = did_you_mean(key, BASE_KEYS)
            message = f"unknown key; expected one of {', '.join(BASE_KEYS)}.{hint}"
            yield Problem(f"base.{key}", message)


def _target_problems(said: StudyText) -> Iterator[Problem]:
    places = [
        *((f"factors, {name}", name) for name in said.factors),
        *((f"uncertain, {name}", name) for name in said.uncertain),
        *(
            (f"design.points[{number}], {name}", name)
            for number, point in enumerate(said.design.points, start=1)
            for name in point
        ),
    ]
    for where, name in places:
        problem = target_problem(name)
        if problem is not None:
            yield Problem(where, problem)
    for name, factor in said.factors.items():
        if name in (*GROUPS, "plan") and not factor.levels:
            yield Problem(f"factors, {name}", "is a choice; expected levels, not a range")
    for name in said.uncertain:
        if name in said.factors:
            message = "is a factor as well; expected to be one of them"
            yield Problem(f"uncertain, {name}", message)
        if name in (*GROUPS, "plan"):
            yield Problem(f"uncertain, {name}", "is a choice; expected a number with a law")


def _size_problems(said: StudyText) -> Iterator[Problem]:
    if not said.factors and said.design.kind is not Kind.LIST:
        yield Problem("factors", "is missing; expected what is varied, or design: {kind: list}")
    if said.uncertain and (said.replications or 0) < LEAST_DRAWS:
        message = f"got {said.replications or 'none'}; expected at least {LEAST_DRAWS} with "
        yield Problem("replications", message + "'uncertain', or its 95 % range is a guess")
    if said.precision and said.budget < LEAST_REPLICATIONS:
        message = f"got {said.budget}; a precision takes at least {LEAST_REPLICATIONS} a point"
        yield Problem("budget", message)


def _each(
    problems: list[Problem], where: str, words: Mapping[str, str], read: Callable[[str], T]
) -> dict[str, T]:
    """Read words one by one; those that cannot be read become problems."""
    found = {}
    for key, word in words.items():
        try:
            found[key] = read(word)
        except ValueError as error:
            problems.append(Problem(f"{where}, {key}", f"got '{word}'; {error}"))
    return found


def _law(problems: list[Problem], name: str, text: str) -> Uncertain | None:
    whole = name.endswith(".count")
    found = _each(
        problems, "uncertain", {name: text}, lambda law: parse_uncertain(name, law, integer=whole)
    )
    return found.get(name)


def _network_problems(
    base: Config, said: StudyText, measures: Sequence[Measure]
) -> Iterator[Problem]:
    """What is wrong with the base as a run, and with what is to be read off it."""
    goals = {one.name: "1%" for one in measures if one.kpi != PROMISE}
    asked = replace(
        base,
        replications=said.replications,
        precision={**goals, **said.precision},
    )
    for scenario in _scenarios(asked, said):
        try:
            network = build_network(replace(asked, scenario=scenario))
        except ScenarioError as error:
            for one in error.problems:
                name = one.where.removeprefix("precision.")
                ours = name in goals and name not in said.precision
                yield Problem(f"kpis, {name}" if ours else one.where, one.message)
        else:
            yield from _promise_problems(measures, network)


def _scenarios(base: Config, said: StudyText) -> list[ScenarioChoice]:
    factor = said.factors.get("scenario")
    if factor is None:
        return [base.scenario]
    return [replace(base.scenario, name=name) for name in factor.levels]


def _promise_problems(measures: Sequence[Measure], network: Network) -> Iterator[Problem]:
    for one in measures:
        problem = measure_problem(one, network)
        if problem is not None:
            yield Problem(f"kpis, {one.name}", problem)
