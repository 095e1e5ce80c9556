"""The schema of the command line's configuration, and its way into a network.

Hydra composes it from `configs/`; unknown keys and wrong types are refused there. Nothing
here is ever instantiated from a config: choices are names of things the code knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path

from network.errors import Problem, ScenarioError, did_you_mean
from network.load import SCENARIOS, load_plan, load_scenario
from network.load.folder import name_problem
from network.load.text import read_yaml
from network.model import Network
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_YEAR, parse_duration
from sim.policies import find_policy
from sim.sample.arrivals import requests_per_hour

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
"""The Hydra groups that are shipped."""


class EngineChoice(Enum):
    """Which engine plays the tables; the choice never changes a result."""

    auto = "auto"
    simpy = "simpy"
    compiled = "compiled"


@dataclass
class ScenarioChoice:
    """A scenario and the run it suggests.

    Parameters
    ----------
    name : str
        Folder below the data root.
    horizon, warm_up : str
        Durations with their unit.
    replications : int
    """

    name: str = "???"
    horizon: str = "35d"
    warm_up: str = "7d"
    replications: int = 5


@dataclass
class StaffingChoice:
    """A staffing variant: column ``count_<name>`` of the pools, or ``base``."""

    name: str = "base"


@dataclass
class DemandChoice:
    """A demand variant: a factor on every rate."""

    name: str = "base"
    factor: float = 1.0


@dataclass
class PolicyChoice:
    """A dispatch policy and the ageing of queues; None: as the scenario says."""

    name: str = "scenario"
    dispatch: str | None = None
    ageing_per_h: float | None = None


@dataclass
class Config:
    """Everything that ``python -m sim`` can be told; see ``--help``."""

    scenario: ScenarioChoice = field(default_factory=ScenarioChoice)
    staffing: StaffingChoice = field(default_factory=StaffingChoice)
    demand: DemandChoice = field(default_factory=DemandChoice)
    policy: PolicyChoice = field(default_factory=PolicyChoice)
    seed: int = 1
    replications: int | None = None
    horizon: str | None = None
    warm_up: str | None = None
    drain: str = "0d"
    engine: EngineChoice = EngineChoice.auto
    precision: dict[str, str] = field(default_factory=dict)
    max_replications: int = 500
    workers: int | None = None
    extend: str | None = None
    plan: str | None = None
    change: dict[str, str] = field(default_factory=dict)
    data_root: str | None = None
    outcomes: bool = True
    figures: bool = True
    allow_overload: bool = False


MAX_REQUESTS = 20_000_000
"""In a replication: about 0.6 KB each are held in memory."""
_LONGEST_MIN = 100 * MINUTES_PER_YEAR
_GROUPS = {
    "scenario": ScenarioChoice,
    "staffing": StaffingChoice,
    "demand": DemandChoice,
    "policy": PolicyChoice,
}
_FLAGS = ("--help", "-h", "--multirun", "-m", "--run", "-r", "--resolve", "--version",
          "--hydra-help", "--shell-completion", "-sc")  # fmt: skip
_WITH_VALUE = ("--config-dir", "-cd", "--cfg", "-c", "--package", "-p")
_CODE = re.compile(r"(?<![A-Za-z0-9])_target_['\"]?\s*[:=]")
_HYDRA_KEYS = ("run", "sweep", "launcher", "sweeper", "output_subdir", "mode", "verbose")


# --- a configuration -> a network ---------------------------------------------------------


def build_network(config: Config) -> Network:
    """The network that a configuration asks for.

    Raises
    ------
    ScenarioError
        With all problems of the configuration, the scenario, its plan and the changes
        asked for.
    """
    problems = list(_run_problems(config))
    try:
        network = _load(config)
    except ScenarioError as error:
        if not problems:
            raise
        raise ScenarioError(
            f"the configuration and {error.subject}", [*problems, *error.problems]
        ) from None
    problems += _volume_problems(config, network) if not problems else ()
    if problems:
        raise ScenarioError("the configuration", problems)
    return network


def counted_minutes(config: Config) -> float:
    """Length of the part of a run that counts, of a configuration that has been found sound."""
    choice = config.scenario
    horizon, warm_up = config.horizon or choice.horizon, config.warm_up or choice.warm_up
    return parse_duration(horizon) - parse_duration(warm_up)


def _load(config: Config) -> Network:
    changes: dict[str, object] = dict(config.change)
    if config.policy.dispatch is not None:
        changes["dispatch.policy"] = config.policy.dispatch
    if config.policy.ageing_per_h is not None:
        changes["dispatch.ageing_per_h"] = config.policy.ageing_per_h
    network = load_scenario(
        config.scenario.name,
        staffing=config.staffing.name,
        demand_factor=config.demand.factor,
        changes=changes,
        plan=None if config.plan is None else load_plan(Path(config.plan)),
        root=SCENARIOS if config.data_root is None else Path(config.data_root),
    )
    find_policy(network.dispatch.policy)
    return network


def _run_problems(config: Config) -> Iterator[Problem]:
    """What is wrong with the length, number and seed of the runs."""
    choice, minutes = config.scenario, {}
    for name, text in (
        ("horizon", config.horizon or choice.horizon),
        ("warm_up", config.warm_up or choice.warm_up),
        ("drain", config.drain),
    ):
        try:
            minutes[name] = parse_duration(text)
        except ValueError as error:
            yield Problem(name, f"got '{text}'; {error}")
            continue
        empty = name == "horizon" and minutes[name] == 0
        if empty or not 0 <= minutes[name] <= _LONGEST_MIN:
            least = "above 0" if name == "horizon" else "from 0"
            yield Problem(name, f"got '{text}'; expected a duration {least} up to 100 years")
    if minutes.get("warm_up", 0.0) >= minutes.get("horizon", float("inf")) > 0:
        yield Problem("warm_up", f"is {minutes['warm_up']:g} min; expected less than the horizon")
    replications = choice.replications if config.replications is None else config.replications
    if not 1 <= replications <= 100_000:
        yield Problem("replications", f"got {replications}; expected an integer from 1 to 100,000")
    if not 0 <= config.seed < 2**63:
        yield Problem("seed", f"got {config.seed}; expected an integer from 0 to 2^63 - 1")
    if not 0 < config.demand.factor < 1e6:
        yield Problem("demand.factor", f"got {config.demand.factor}; expected a number > 0")


def _volume_problems(config: Config, network: Network) -> Iterator[Problem]:
    """More requests than fit into memory are refused before they are drawn."""
    hours = parse_duration(config.horizon or config.scenario.horizon) / MINUTES_PER_HOUR
    volume = {one.class_id: requests_per_hour(network, one) * hours for one in network.classes}
    total = sum(volume.values())
    if total > MAX_REQUESTS:
        most = max(volume, key=lambda name: volume[name])
        message = (
            f"about {total:,.0f} requests in a replication, most of class '{most}'; expected at "
            f"most {MAX_REQUESTS:,}. Is a rate or a unit wrong? Else shorten the horizon"
        )
        yield Problem("horizon", message)


# --- the command line ---------------------------------------------------------------------


def check_words(words: Sequence[str]) -> None:
    """Refuse what Hydra would misunderstand, or would run as code, on a command line.

    Raises
    ------
    ScenarioError
        With a problem per word.
    """
    problems: list[Problem] = []
    waiting = ""
    for word in words:
        option, _, value = word.partition("=")
        if waiting or not word.startswith("-"):
            if waiting in ("--config-dir", "-cd"):
                check_user_configs(Path(word))
            elif not waiting:
                problems += _override_problems(word)
            waiting = ""
        elif option in _WITH_VALUE and not value:
            waiting = option
        elif option in ("--config-dir", "-cd"):
            check_user_configs(Path(value))
        elif option not in (*_FLAGS, *_WITH_VALUE):
            known = [*_FLAGS, *_WITH_VALUE]
            message = f"unknown option; expected one of {', '.join(known)}."
            problems.append(Problem(option, message + did_you_mean(option, known)))
    if waiting:
        problems.append(Problem(waiting, "needs a value"))
    if problems:
        raise ScenarioError("the command line", problems)


def _override_problems(word: str) -> Iterator[Problem]:
    """What is wrong with ``key=value`` that Hydra itself would let through."""
    key = word.lstrip("+~").partition("=")[0]
    parts = key.replace("/", ".").split(".")
    if _CODE.search(word) or "@" in key:
        yield Problem(key, "names code or a package; expected the name of a choice or a value")
    elif parts[0] == "hydra" and (len(parts) < 2 or parts[1] not in _HYDRA_KEYS):
        allowed = ", ".join(f"hydra.{name}" for name in _HYDRA_KEYS)
        yield Problem(key, f"may not be set here; expected one of {allowed}")
    elif key == "scenario.name":
        yield from (problem for name in _values(word) if (problem := name_problem(name)))


def _values(word: str) -> list[str]:
    """The values of an override, all of them if it is a sweep."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    override = OverridesParser.create().parse_override(word)
    if override.is_sweep_override():
        return [str(value) for value in override.sweep_iterator()]
    return [str(override.value())]


def check_user_configs(folder: Path) -> None:
    """Refuse a user's config folder that is more than choices of the groups there are.

    Raises
    ------
    ScenarioError
        If a file has a built-in's name, lies outside the groups, has unknown keys, or
        would configure Hydra or name code (``_target_``, ``defaults``, ``@package``).
    """
    if not folder.is_dir():
        message = f"there is no folder '{folder}'"
        raise ScenarioError("the configuration", [Problem("--config-dir", message)])
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_symlink():
            problems.append(Problem(str(name), "is a link; expected plain files and folders"))
        elif path.suffix in (".yaml", ".yml"):
            problems += _user_file_problems(path, name)
    if problems:
        raise ScenarioError(f"--config-dir {folder.name}", problems)


def _user_file_problems(path: Path, name: Path) -> Iterator[Problem]:
    if (CONFIGS / name).exists():
        yield Problem(str(name), "has the name of a built-in; choose another")
    group = _GROUPS.get(name.parts[0]) if len(name.parts) > 1 else None
    if group is None:
        yield Problem(str(name), f"is in no group; expected a folder of {', '.join(_GROUPS)}")
        return
    try:
        content = read_yaml(path)
    except ScenarioError as error:
        yield from error.problems
        return
    if re.search(r"^\s*#\s*@package", path.read_text("utf-8-sig"), re.MULTILINE):
        yield Problem(str(name), "names a package; expected keys of its group only")
    known = [one.name for one in fields(group)]
    for key in content:
        if key not in known:
            message = f"unknown key; expected one of {', '.join(known)}.{did_you_mean(key, known)}"
            yield Problem(f"{name}, {key}", message)
    if group is ScenarioChoice and (problem := name_problem(str(content.get("name", "")))):
        yield Problem(f"{name}, name", problem.message)
