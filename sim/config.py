"""The schema of the command line's configuration, and its way into a network.

Hydra composes it from `configs/`; unknown keys and wrong types are refused there. Nothing
here is ever instantiated from a config: choices are names of things the code knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from network.errors import Problem, ScenarioError
from network.load import SCENARIOS, load_plan, load_scenario
from network.load.text import Value, read_yaml
from network.model import Network

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
    plan: str | None = None
    change: dict[str, str] = field(default_factory=dict)
    data_root: str | None = None
    outcomes: bool = True
    figures: bool = True
    allow_overload: bool = False


def build_network(config: Config) -> Network:
    """The network that a configuration asks for.

    Raises
    ------
    ScenarioError
        With all problems of the scenario, its plan or the changes asked for.
    """
    changes: dict[str, object] = dict(config.change)
    if config.policy.dispatch is not None:
        changes["dispatch.policy"] = config.policy.dispatch
    if config.policy.ageing_per_h is not None:
        changes["dispatch.ageing_per_h"] = config.policy.ageing_per_h
    if not 0 < config.demand.factor < 1e6:
        message = f"got {config.demand.factor}; expected a number > 0"
        raise ScenarioError("the configuration", [Problem("demand.factor", message)])
    return load_scenario(
        config.scenario.name,
        staffing=config.staffing.name,
        demand_factor=config.demand.factor,
        changes=changes,
        plan=None if config.plan is None else load_plan(Path(config.plan)),
        root=SCENARIOS if config.data_root is None else Path(config.data_root),
    )


def check_user_configs(folder: Path) -> None:
    """Refuse a user's config folder that would shadow a built-in or run code.

    Raises
    ------
    ScenarioError
        If a file has a built-in's name, configures Hydra itself, or names a ``_target_``.
    """
    if not folder.is_dir():
        message = f"there is no folder '{folder}'"
        raise ScenarioError("the configuration", [Problem("--config-dir", message)])
    problems = []
    for path in sorted(folder.rglob("*.y*ml")):
        name = path.relative_to(folder)
        if (CONFIGS / name).exists():
            problems.append(Problem(str(name), "has the name of a built-in; choose another"))
        content = read_yaml(path)
        if "hydra" in content or "_target_" in set(_keys(content)):
            problems.append(Problem(str(name), "may not configure hydra or name a _target_"))
    if problems:
        raise ScenarioError(f"--config-dir {folder.name}", problems)


def _keys(value: Value) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)
