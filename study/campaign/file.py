"""A study file: YAML -> a frozen `Study`, every fault told at once.

::

    base: {scenario: regionB, horizon: 28d, warm_up: 7d}
    factors:
      staffing: [lean, base, rich]                # levels
      demand.factor: {range: [0.8, 1.2]}          # a range of numbers
      pools.vigo_senior.count: {range: [2, 6], integer: true}
    design: {kind: lhs, samples: 32}
    kpis: [cost, sla/tier/point, promise/on_site]
    replications: 5
    budget: 500
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from network.errors import Problem, ScenarioError
from network.load.build import explain
from network.load.text import Value, parse_yaml, read_yaml
from sim.config import Config
from study.campaign.base import level
from study.campaign.checks import Found, check_study
from study.campaign.measures import Measure
from study.campaign.text import FactorText, Method, ScaleOf, StudyText
from study.design.designs import Design
from study.design.factor import Factor
from study.design.uncertain import Uncertain


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How a sensitivity analysis samples.

    Parameters
    ----------
    method : Method
    samples : int
        Base points (Sobol, a power of two) or trajectories (Morris).
    seed : int
    """

    method: Method = Method.SOBOL
    samples: int = 64
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Study:
    """What a study asks for.

    Parameters
    ----------
    name, title : str
        The name is that of its folder of results.
    base : Config
        What holds at all points unless a factor says otherwise.
    folder : pathlib.Path
        Of the study file; plans are named from here.
    factors : tuple of Factor
    design : Design
    measures : tuple of Measure
    replications : int
    precision : mapping of str to str
        Half-widths to reach by more replications, as ``python -m sim`` takes them.
    budget : int
        Most runs (replications of points) it may take.
    uncertain : tuple of Uncertain
        Drawn anew for each replication, beside the runs at fixed inputs.
    sensitivity : Sensitivity
    frontier : tuple of two Measures, optional
        Cost and service.
    text : str
        The file as it holds with all that the command line has set.
    """

    name: str
    title: str
    base: Config
    folder: Path
    factors: tuple[Factor, ...]
    design: Design
    measures: tuple[Measure, ...]
    replications: int
    precision: Mapping[str, str]
    budget: int
    uncertain: tuple[Uncertain, ...]
    sensitivity: Sensitivity
    frontier: tuple[Measure, Measure] | None
    text: str


def read_study(path: Path, settings: Sequence[str] = ()) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path : pathlib.Path
    settings : sequence of str
        ``key=value`` that go before what the file says, such as ``replications=10`` or
        ``design.samples=64``.

    Raises
    ------
    ScenarioError
        With every problem that was found.
    """
    if not path.is_file():
        message = "there is no such file; expected a study file, such as my_study.yaml"
        raise ScenarioError("the command line", [Problem(str(path)[-100:], message)])
    raw: dict[str, Value] = {"name": path.stem, **read_yaml(path)}
    folder = path.resolve().parent
    for word in settings:
        raw = _with_setting(raw, word)
    whole = _with_whole_path(raw, folder)
    as_it_stands = whole is raw and not settings
    text = path.read_text("utf-8-sig") if as_it_stands else _dump(whole)
    return make_study(whole, folder, text=text, subject=path.name)


def make_study(raw: Mapping[str, Value], folder: Path, *, text: str, subject: str) -> Study:
    """The study that the values of a file describe.

    Raises
    ------
    ScenarioError
        With every problem that was found.
    """
    try:
        said = StudyText.model_validate(raw)
    except ValidationError as error:
        problems = [explain(subject, StudyText, one) for one in error.errors()]
        raise ScenarioError("the study", problems) from None
    found = check_study(said)
    measures = {one.name: one for one in (*found.kpis.values(), *found.frontier.values())}
    return Study(
        name=said.name,
        title=said.title,
        base=found.base,
        folder=folder,
        factors=tuple(_factor(name, one) for name, one in said.factors.items()),
        design=_design(said),
        measures=tuple(measures.values()),
        replications=said.replications or found.base.scenario.replications,
        precision=said.precision,
        budget=said.budget,
        uncertain=found.uncertain,
        sensitivity=Sensitivity(**said.sensitivity.model_dump()),
        frontier=_frontier(found),
        text=text,
    )


def _factor(name: str, said: FactorText) -> Factor:
    low, high = said.range or (math.nan, math.nan)
    levels = tuple(level(text) for text in said.levels)
    log = said.scale is ScaleOf.LOG
    return Factor(name, levels, low, high, said.integer, log, said.steps)


def _design(said: StudyText) -> Design:
    design = said.design
    points = tuple({name: level(text) for name, text in point.items()} for point in design.points)
    return Design(design.kind, design.samples or 0, design.seed, points)


def _frontier(found: Found) -> tuple[Measure, Measure] | None:
    return (found.frontier["cost"], found.frontier["service"]) if found.frontier else None


# --- what the command line sets -------------------------------------------------------


def _with_setting(raw: Mapping[str, Value], word: str) -> dict[str, Value]:
    """The values with ``key=value`` set; keys of factors may hold dots themselves."""
    path, mark, text = word.partition("=")
    if not mark or not path:
        message = f"got '{word}'; expected key=value, such as replications=10"
        raise ScenarioError("the command line", [Problem("settings", message)])
    value = parse_yaml(text, path)
    return _set(raw, path, "" if value is None else value)


def _set(values: Mapping[str, Value], path: str, value: Value) -> dict[str, Value]:
    inside = [key for key in values if path.startswith(f"{key}.")]
    if path in values or ("." not in path and not inside):
        return {**values, path: value}
    key = max(inside, key=len) if inside else path.partition(".")[0]
    below = values.get(key, {})
    rest = path.removeprefix(f"{key}.")
    if not isinstance(below, dict):
        below = {}
    flat = key in ("factors", "uncertain", "precision", "change")  # names with dots in them
    known = [name for name in below if rest == name or rest.startswith(f"{name}.")]
    return {
        **values,
        key: {**below, rest: value} if flat and not known else _set(below, rest, value),
    }


def _with_whole_path(raw: Mapping[str, Value], folder: Path) -> Mapping[str, Value]:
    """The same values with the data root as a full path, so that a copy elsewhere still runs."""
    base = raw.get("base")
    if not isinstance(base, dict):
        return raw
    relative: dict[str, Value] = {
        key: str(folder / str(base[key]))
        for key in ("data_root", "plan")
        if key in base and not Path(str(base[key])).is_absolute()
    }
    return {**raw, "base": {**base, **relative}} if relative else raw


class _TextDumper(yaml.SafeDumper):
    """YAML with text scalars, which need no quotes to stay text here."""


_TextDumper.yaml_implicit_resolvers = {}


def _dump(raw: Mapping[str, Value]) -> str:
    return yaml.dump(dict(raw), Dumper=_TextDumper, sort_keys=False, allow_unicode=True, width=100)
