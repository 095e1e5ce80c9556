"""The base of a study and the networks of its points, built from tables read once.

What a study's base may say, and what it means, is what ``python -m sim`` takes; a point
sets some of it anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from network.errors import did_you_mean, one_of
from network.load import SCENARIOS, ScenarioTables, load_plan
from network.load.schema import SECTIONS, TABLES
from network.load.text import Value
from network.model import Network
from network.plan import Plan
from sim.command_line import CommandLine
from sim.config import (
    CONFIGS,
    BaseConfig,
    Config,
    ScenarioChoice,
    StaffingChoice,
    network_of,
    window_of,
)
from sim.kpis import Window
from study.design.assumptions import ASSUMPTIONS
from study.design.factor import Level

_COMPOSER = CommandLine("python -m study", "config", Config, ("run",), ("change",))
_NOT_OF_A_BASE = ("replications", "workers", "figures")
BASE_KEYS = tuple(one.name for one in fields(BaseConfig) if one.name not in _NOT_OF_A_BASE)
"""Keys of ``python -m sim`` that the base of a study may have."""
GROUPS = tuple(name for name in BASE_KEYS if (CONFIGS / name).is_dir())
"""Groups whose choices a factor may range over."""
SCALE = "scale."
_PLAIN = re.compile(r"[\w./+-]+")


def compose(base: Mapping[str, Value]) -> Config:
    """The typed configuration of a base, in the words of ``python -m sim``.

    Raises
    ------
    ScenarioError
        If a key or choice is unknown, or a value of the wrong type.
    """
    nested = {key: value for key, value in base.items() if key != "change"}
    name = nested.get("scenario")
    if "data_root" in nested and isinstance(name, str):  # a scenario of one's own is no choice
        nested["scenario"] = {"name": name}
    words = [f"{key}={_quoted(value)}" for key, value in _flat(nested)]
    config = compose_words(words)
    change = base.get("change", {})
    if isinstance(change, dict):
        config.change = {path: str(value) for path, value in change.items()}
    return config


def compose_words(words: Sequence[str]) -> Config:
    """The typed configuration of ``key=value`` words, those of ``python -m sim``.

    Raises
    ------
    ScenarioError
        If a word is not understood.
    """
    return _COMPOSER.typed(_COMPOSER.compose(_COMPOSER.read_words(words)))


def _flat(values: Mapping[str, Value], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in values.items():
        inner = _flat(value, f"{above}{key}.") if isinstance(value, dict) else None
        found += [(f"{above}{key}", str(value))] if inner is None else inner
    return found


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return text if _PLAIN.fullmatch(text) else f"'{escaped}'"


def target_problem(name: str) -> str | None:
    """Why nothing of that name can be varied; None if something can."""
    head = name.partition(".")[0]
    tables = [table.name for table in TABLES if table.key]
    if name in (*GROUPS, "demand.factor", "plan"):
        return None
    if head == "scale":
        known = [f"{SCALE}{one}" for one in ASSUMPTIONS]
        return (
            None
            if name in known
            else f"expected one of {one_of(known, 20)}." + did_you_mean(name, known)
        )
    if "." in name and (head in SECTIONS or (head in tables and name.count(".") >= 2)):
        return None
    known = [*GROUPS, "demand.factor", "plan", "scale.<assumption>"]
    changes = f"a value to change as table.row.column or section.key, with {one_of(tables, 20)}"
    hint = did_you_mean(name, [*known, *(f"{SCALE}{one}" for one in ASSUMPTIONS)])
    return f"cannot be varied; expected one of {', '.join(known)}, or {changes}.{hint}"


class Base:
    """A base configuration, and the networks that points make of it.

    Parameters
    ----------
    config : Config
    folder : pathlib.Path
        Plans that are named without a full path lie here.
    """

    def __init__(self, config: Config, folder: Path) -> None:
        self.config = config
        self._folder = folder
        self._root = SCENARIOS if config.data_root is None else Path(config.data_root)
        self._tables: dict[str, ScenarioTables] = {}
        self._choices: dict[tuple[str, str], Config] = {}
        self._plans: dict[str, Plan] = {}

    def tables(self, scenario: str) -> ScenarioTables:
        """The tables of a scenario, read once."""
        if scenario not in self._tables:
            self._tables[scenario] = ScenarioTables(scenario, self._root)
        return self._tables[scenario]

    def at(self, values: Mapping[str, Level]) -> Config:
        """The configuration of a point, but for what is scaled.

        Raises
        ------
        ScenarioError
            If a choice is unknown.
        """
        config = replace(self.config, change=dict(self.config.change))
        for name, value in values.items():
            if name in GROUPS:
                setattr(config, name, getattr(self._choice(name, str(value)), name))
        for name, value in values.items():
            if name == "demand.factor":
                config.demand = replace(config.demand, factor=float(value))
            elif name == "plan":
                config.plan = None if value == "none" else str(value)
            elif name not in GROUPS and not name.startswith(SCALE):
                config.change[name] = str(value)
        return config

    def network(self, values: Mapping[str, Level]) -> Network:
        """The network of a point.

        Raises
        ------
        ScenarioError
            With every problem of the values, the scenario and its plan.
        """
        config = self.at(values)
        plan = None if config.plan is None else self._plan(config.plan)
        network = network_of(config, self.tables(config.scenario.name), plan)
        for name, value in values.items():
            if name.startswith(SCALE):
                network = ASSUMPTIONS[name.removeprefix(SCALE)].scale(network, float(value))
        return network

    def window(self, values: Mapping[str, Level]) -> Window:
        """The part of a point's runs that counts."""
        return window_of(self.at(values))

    def value(self, name: str) -> Level | None:
        """What a factor is where no point sets it; None: the scenario does not say."""
        if name in GROUPS:
            return str(getattr(self.config, name).name)
        if name.startswith(SCALE):
            return 1.0
        if name == "demand.factor":
            return self.config.demand.factor
        if name == "plan":
            return self.config.plan or "none"
        if name in self.config.change:
            return level(self.config.change[name])
        tables = self.tables(self.config.scenario.name)
        found = tables.value(name, self.config.staffing.name)
        return None if found is None else level(found)

    def _plan(self, name: str) -> Plan:
        if name not in self._plans:
            self._plans[name] = load_plan(self._folder / name)
        return self._plans[name]

    def _choice(self, group: str, name: str) -> Config:
        """A configuration with a choice of a group, which for people is often just a name."""
        if (group, name) not in self._choices:
            if group == "staffing":
                self._choices[group, name] = Config(staffing=StaffingChoice(name))
            elif group == "scenario" and not (CONFIGS / group / f"{name}.yaml").is_file():
                self._choices[group, name] = Config(scenario=ScenarioChoice(name))
            else:
                self._choices[group, name] = compose({group: name})
        return self._choices[group, name]


def level(text: str) -> Level:
    """A number where the text is one and loses nothing by it (``007`` and ``1e3`` stay text).

    Examples
    --------
    >>> level("8"), level("0.90"), level("007"), level("4h")
    (8, 0.9, '007', '4h')
    """
    if re.fullmatch(r"-?(0|[1-9]\d*)", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?(0|[1-9]\d*)?\.\d+", text) else text
