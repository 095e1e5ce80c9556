"""What is compared: finished runs, scenarios with overrides, plans, and a locked baseline."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from network.digest import network_digest
from network.errors import Problem, ScenarioError
from network.load.folder import name_problem
from network.model import Network
from sim.baseline import Baseline, data_changes, finished_run, read_baseline
from sim.command_line import CommandLine, configuration_errors
from sim.config import CONFIGS, Config, build_network
from sim.result import Result

if TYPE_CHECKING:
    from omegaconf import DictConfig

LINE = CommandLine(
    name="python -m study compare",
    config="config",
    schema=Config,
    commands=("compare",),
    open_keys=("change", "precision", "channels.move"),
)
LOCKED = "the baseline"
_KEPT_WORDS = ("scenario", "scenario.name", "data_root", "--config-dir")
"""What an item takes from the first where it does not say it itself."""
_REQUESTS = ("seed", "horizon", "warm_up", "drain", "replications")
_QUIET = (*_KEPT_WORDS, *_REQUESTS, "workers", "engine", "figures", "outcomes", "allow_overload")
"""Words that say nothing of what is compared."""


@dataclass(frozen=True)
class Side:
    """One of those that are compared.

    Parameters
    ----------
    label : str
        A short name, unlike the others'.
    config : Config
        What it was, or is to be, run with.
    network : Network
    finished : Result or None
        Its figures, if it has been run.
    baseline : Baseline or None
        If it is a locked one.
    own_requests : bool
        Whether its words ask for a seed, a length or a number of runs of its own.
    notes : tuple of str
    """

    label: str
    config: Config
    network: Network
    finished: Result | None = None
    baseline: Baseline | None = None
    own_requests: bool = False
    notes: tuple[str, ...] = ()


def read_sides(items: Sequence[str], baselines: Path | None) -> tuple[Side, ...]:
    """The base and what is held against it, in order.

    Parameters
    ----------
    items : sequence of str
        Folders of finished runs, plans (``*.json``), or overrides in one word. A plan and
        overrides without ``scenario=`` take it from the first item.
    baselines : pathlib.Path or None
        Where a locked baseline is looked for, which then is the base; None: nowhere.

    Raises
    ------
    ScenarioError
        With what is wrong with an item, or if there are fewer than two.
    """
    kept = _kept_words(items[0]) if items else []
    sides = []
    problems: list[Problem] = []
    for number, item in enumerate(items):
        try:
            sides.append(_read_side(item, kept if number else []))
        except ScenarioError as error:
            where = f"{item}: " if len(items) > 1 else ""
            problems += [Problem(f"{where}{one.where}", one.message) for one in error.problems]
    if problems:
        raise ScenarioError("the comparison", problems)
    if baselines is not None and sides:
        sides = _with_baseline(sides, baselines)
    if len(sides) < 2:
        message = (
            f"got {len(sides)}; expected two or more runs, scenarios or plans, or one where a "
            "baseline is locked (python -m study baseline lock RUN_FOLDER)"
        )
        raise ScenarioError("the comparison", [Problem("what to compare", message)])
    return _labelled(sides)


def _read_side(item: str, kept: Sequence[str]) -> Side:
    path = Path(item)
    if path.is_dir():
        return _run_side(path)
    try:
        words = _split(item)
    except ValueError as error:
        raise ScenarioError("the comparison", [Problem(item, str(error))]) from None
    plans = [word for word in words if word.endswith(".json") and "=" not in word]
    others = [word for word in words if word not in plans]
    problems = [
        Problem(
            word, "is no folder of a run, no plan (.json) and no key=value; expected one of these"
        )
        for word in others
        if "=" not in word or (word.startswith("-") and not word.startswith("--config-dir="))
    ]
    problems += [
        Problem(plan, "there is no such file") for plan in plans if not Path(plan).is_file()
    ]
    if len(plans) > 1:
        problems.append(Problem(item, f"names {len(plans)} plans; expected one"))
    if problems:
        raise ScenarioError("the comparison", problems)
    named = {word.partition("=")[0] for word in others}
    if not named & {"scenario", "scenario.name"}:
        others = [*_scenario_of(plans, kept), *others]
    others += [w for w in kept if w.partition("=")[0] not in {*named, "scenario", "scenario.name"}]
    full = LINE.compose(LINE.read_words([*others, *(f"plan={plan}" for plan in plans)]))
    return replace(_side(_label(words), full), own_requests=bool(named & {*_REQUESTS}))


def _split(item: str) -> list[str]:
    """The words of an item; what stands in braces stays together.

    Examples
    --------
    >>> _split("demand=high change={pools.a.count: 3, pools.b.count: 4}")
    ['demand=high', 'change={pools.a.count: 3, pools.b.count: 4}']
    """
    words: list[str] = []
    for part in shlex.split(item):
        if words and words[-1].count("{") > words[-1].count("}"):
            words[-1] += f" {part}"
        else:
            words.append(part)
    return words


def _scenario_word(name: str) -> str:
    """The choice of a scenario, or its bare name where it has none of its own."""
    chosen = (CONFIGS / "scenario" / f"{name}.yaml").is_file()
    return f"scenario={name}" if chosen else f"scenario.name={name}"


def _scenario_of(plans: Sequence[str], kept: Sequence[str]) -> list[str]:
    """The scenario of a plan that names it, or else of the first item."""
    same = [word for word in kept if word.startswith(("scenario=", "scenario.name="))]
    if same or not plans:
        return same
    try:
        name = json.loads(Path(plans[0]).read_text("utf-8")).get("scenario", "")
    except (ValueError, AttributeError):
        name = ""
    return [_scenario_word(str(name))] if name and name_problem(str(name)) is None else []


def _kept_words(item: str) -> list[str]:
    """What later items take from the first."""
    path = Path(item)
    if path.is_dir():
        if not (path / "config.yaml").is_file():
            return []
        config = LINE.typed(read_config(path / "config.yaml"))
        root = [] if config.data_root is None else [f"data_root={config.data_root}"]
        return [_scenario_word(config.scenario.name), *root]
    return [w for w in item.split() if w.partition("=")[0] in _KEPT_WORDS]


def read_config(path: Path) -> DictConfig:
    """The configuration that a run's folder holds, merged into what there is today.

    Raises
    ------
    ScenarioError
        If it cannot be read, or has keys that are unknown.
    """
    from omegaconf import OmegaConf
    from yaml import YAMLError

    try:
        loaded = OmegaConf.load(path)
    except (OSError, YAMLError, ValueError, RecursionError):
        raise ScenarioError("the run", [Problem(str(path), "is not readable")]) from None
    with configuration_errors(Config):
        merged = OmegaConf.merge(OmegaConf.structured(Config), loaded)
    return cast("DictConfig", merged)


def _run_side(folder: Path) -> Side:
    if not (folder / "config.yaml").is_file():
        message = "has no config.yaml; expected the folder of a finished python -m sim"
        raise ScenarioError("the comparison", [Problem(str(folder), message)])
    side = _side(folder.name, read_config(folder / "config.yaml"))
    return replace(side, finished=finished_run(folder, side.network))


def _side(label: str, cfg: DictConfig) -> Side:
    config = LINE.typed(cfg)
    return Side(label, config, build_network(config))


def baseline_side(baseline: Baseline) -> Side:
    """A locked baseline, with what has changed under it."""
    side = _side(LOCKED, read_config(baseline.config))
    changed = data_changes(baseline.data_sha256, side.network.data_sha256)
    notes = tuple(f"{one} since the baseline was locked" for one in changed)
    found = baseline.as_result(side.network)
    return replace(side, finished=found, baseline=baseline, notes=notes)


def _with_baseline(sides: list[Side], folder: Path) -> list[Side]:
    """The locked baseline of the first's scenario goes first, unless it is among them."""
    baseline = read_baseline(sides[0].network.name, folder)
    if baseline is None:
        return sides
    others = [side for side in sides if not _is_baseline(side, baseline)]
    if len(others) < len(sides) - 1:  # twice the same: the user wants to see it
        return sides
    return [baseline_side(baseline), *others]


def _is_baseline(side: Side, baseline: Baseline) -> bool:
    """Whether a side is that very run, or would be on the baseline's requests."""
    if side.finished is not None and side.finished.digests != list(baseline.digests):
        return False
    return network_digest(side.network) == baseline.network


def _label(words: Sequence[str]) -> str:
    """What an item is called: its overrides, without those that change no input."""
    told = [
        Path(word).name if word.endswith(".json") else word
        for word in words
        if word.partition("=")[0] not in _QUIET
    ]
    names = [w.partition("=")[2] for w in words if w.startswith(("scenario=", "scenario.name="))]
    return " ".join(told) or (names[0] if names else "base")


def _with_scenario(side: Side, usual: str) -> str:
    name = side.network.name
    known = name == usual or name in side.label
    return side.label if known else f"{name} {side.label}"


def _labelled(sides: Sequence[Side]) -> tuple[Side, ...]:
    """Labels that tell the sides apart, with the scenario where it is another."""
    labels = [_with_scenario(side, sides[0].network.name) for side in sides]
    seen: dict[str, int] = {}
    found = []
    for side, label in zip(sides, labels, strict=True):
        seen[label] = seen.get(label, 0) + 1
        name = label if labels.count(label) == 1 else f"{label} ({seen[label]})"
        found.append(replace(side, label=name))
    return tuple(found)
