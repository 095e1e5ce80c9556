"""The schema of the command line's configuration, and its way into a network.

Hydra composes it from `configs/`; unknown keys and wrong types are refused there. Nothing
here is ever instantiated from a config: choices are names of things the code knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from network.errors import Problem, ScenarioError, did_you_mean, one_of
from network.load import SCENARIOS, ScenarioTables, load_plan
from network.model import Network
from network.plan import Plan
from network.quantity import MINUTES_PER_HOUR, MINUTES_PER_YEAR, parse_duration
from sim.kpis.window import Window
from sim.policies import find_policy
from sim.precision import parse_goals
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
class ChannelsChoice:
    """A channel mix: shares of a channel's requests that move to others.

    Parameters
    ----------
    name : str
    move : dict of str to dict of str to float
        From a channel to others, in the classes that have both; see
        `network.load.channels`.
    """

    name: str = "base"
    move: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass
class PolicyChoice:
    """A dispatch policy and the ageing of queues; None: as the scenario says."""

    name: str = "scenario"
    dispatch: str | None = None
    ageing_per_h: float | None = None


@dataclass
class BaseConfig:
    """What every command can be told: which network, and how it is simulated."""

    scenario: ScenarioChoice = field(default_factory=ScenarioChoice)
    staffing: StaffingChoice = field(default_factory=StaffingChoice)
    demand: DemandChoice = field(default_factory=DemandChoice)
    policy: PolicyChoice = field(default_factory=PolicyChoice)
    channels: ChannelsChoice = field(default_factory=ChannelsChoice)
    seed: int = 1
    replications: int | None = None
    horizon: str | None = None
    warm_up: str | None = None
    drain: str = "0d"
    workers: int | None = None
    plan: str | None = None
    change: dict[str, str] = field(default_factory=dict)
    data_root: str | None = None
    figures: bool = True
    allow_overload: bool = False


@dataclass
class Config(BaseConfig):
    """Everything that ``python -m sim`` can be told; see ``--help``."""

    engine: EngineChoice = EngineChoice.auto
    precision: dict[str, str] = field(default_factory=dict)
    max_replications: int = 500
    extend: str | None = None
    outcomes: bool | None = None
    store: str | None = "outputs/store"


MAX_REQUESTS = 20_000_000
"""In a replication: about 0.6 KB each are held in memory."""
_LONGEST_MIN = 100 * MINUTES_PER_YEAR


# --- a configuration -> a network ---------------------------------------------------------


def build_network(
    config: BaseConfig,
    known_problems: Sequence[Problem] = (),
    names: Callable[[Network], Iterable[Problem]] = lambda _: (),
) -> Network:
    """The network that a configuration asks for.

    Parameters
    ----------
    config : BaseConfig
    known_problems : sequence of Problem
        What the command has found itself; told together with the rest.
    names : callable
        What the command finds wrong once it knows the network, such as names it does not have.

    Raises
    ------
    ScenarioError
        With all problems of the configuration, the scenario, its plan and the changes
        asked for.
    """
    problems = [*_run_problems(config), *known_problems]
    if isinstance(config, Config):
        problems += _precision_problems(config)
    try:
        network = _load(config)
    except ScenarioError as error:
        if not problems:
            raise
        raise ScenarioError(
            f"the configuration and {error.subject}", [*problems, *error.problems]
        ) from None
    problems += names(network)
    if not problems:
        problems = list(_volume_problems(config, network))
        if isinstance(config, Config):
            problems += _goal_problems(config, network)
    if problems:
        raise ScenarioError("the configuration", problems)
    return network


def window_of(config: BaseConfig) -> Window:
    """The counted part of every replication, of a configuration that has been found sound."""
    choice = config.scenario
    end = parse_duration(config.horizon or choice.horizon)
    start = parse_duration(config.warm_up or choice.warm_up)
    return Window(start, end, end + parse_duration(config.drain))


def parameters_of(config: BaseConfig) -> dict[str, str | int | float | bool]:
    """What makes the network of a configuration: the parameters beside its results."""
    parameters: dict[str, str | int | float | bool] = {
        "staffing": config.staffing.name,
        "demand": config.demand.name,
        "demand_factor": config.demand.factor,
        "policy": config.policy.name,
        "channels": config.channels.name,
    }
    if config.plan is not None:
        parameters["plan"] = config.plan
    return parameters | {key: _plain(value) for key, value in config.change.items()}


def _plain(text: str) -> str | int | float:
    """A number as a number, so that it can be compared in a query."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def counted_minutes(config: BaseConfig) -> float:
    """Length of the part of a run that counts, of a configuration that has been found sound."""
    return window_of(config).minutes


def network_of(config: BaseConfig, tables: ScenarioTables, plan: Plan | None) -> Network:
    """The network that a configuration asks for, of tables that were read before.

    Parameters
    ----------
    config : BaseConfig
    tables : ScenarioTables
        Of the configuration's scenario.
    plan : Plan or None
        The plan that it names.

    Raises
    ------
    ScenarioError
        With every problem of the scenario, its changes and its plan.
    """
    changes: dict[str, object] = dict(config.change)
    if config.policy.dispatch is not None:
        changes["dispatch.policy"] = config.policy.dispatch
    if config.policy.ageing_per_h is not None:
        changes["dispatch.ageing_per_h"] = config.policy.ageing_per_h
    network = tables.network(
        staffing=config.staffing.name,
        demand_factor=config.demand.factor,
        channels=config.channels.move,
        changes=changes,
        plan=plan,
    )
    find_policy(network.dispatch.policy)
    return network


def _load(config: BaseConfig) -> Network:
    root = SCENARIOS if config.data_root is None else Path(config.data_root)
    plan = None if config.plan is None else load_plan(Path(config.plan))
    return network_of(config, ScenarioTables(config.scenario.name, root), plan)


def _run_problems(config: BaseConfig) -> Iterator[Problem]:
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
    if config.workers is not None and not 1 <= config.workers <= 1024:
        yield Problem("workers", f"got {config.workers}; expected an integer from 1 to 1,024")
    if not 0 <= config.seed < 2**63:
        yield Problem("seed", f"got {config.seed}; expected an integer from 0 to 2^63 - 1")
    if not 0 < config.demand.factor < 1e6:
        yield Problem("demand.factor", f"got {config.demand.factor}; expected a number > 0")


def _precision_problems(config: Config) -> Iterator[Problem]:
    """What is wrong with the precision asked for."""
    if not 1 <= config.max_replications <= 100_000:
        got = f"got {config.max_replications}"
        yield Problem("max_replications", f"{got}; expected an integer from 1 to 100,000")
    try:
        parse_goals(config.precision)
    except ScenarioError as error:
        yield from error.problems


def _goal_problems(config: Config, network: Network) -> Iterator[Problem]:
    """Precision can be asked for groups that there are."""
    known = {
        "class": [one.class_id for one in network.classes],
        "segment": [one.segment_id for one in network.segments],
        "channel": [one.channel_id for one in network.channels],
        "tier": [one.tier_id for one in network.tiers],
        "site": [one.site_id for one in network.sites],
        "pool": [one.pool_id for one in network.pools],
        "region": sorted({*network.zones.region}),
        "area": sorted({*network.zones.area}),
        "zone": [*network.zones.zone_id],
    }
    for goal in parse_goals(config.precision):
        keys = known.get(goal.dimension)
        if keys is not None and goal.key not in keys:
            message = f"there is no {goal.dimension} '{goal.key}'; expected one of {one_of(keys)}."
            yield Problem(f"precision.{goal.name}", message + did_you_mean(goal.key, keys))


def _volume_problems(config: BaseConfig, network: Network) -> Iterator[Problem]:
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
