"""A small sound scenario to spoil, and the command line to show it to.

A test writes only what is wrong: the scenario ``bad`` is a difference over the sound ``good``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from network.demand import Arrivals
from network.law import Law
from network.load import load_scenario
from network.model import Network
from sim.__main__ import main
from sim.sample import Sample

GOOD = """
settings: {title: Two towns, units_per_inhabitant: 0.1, utc_offset: "+01:00"}
travel: {metric: great_circle, a_min_per_sqrt_km: 4, b_min_per_km: 0.5}
tiers:
  - {tier_id: desk, kind: remote, target: 30s}
  - {tier_id: field, kind: point, target: 4h}
zones:
  - {zone_id: north, region: N, area: upper, lat: 40.2, lon: -3.0, population: 600}
  - {zone_id: south, region: S, area: lower, lat: 40.0, lon: -3.1, population: 400}
calendars:
  - {calendar_id: office, days: Mon-Fri, opens: "08:00", closes: "18:00"}
sites:
  - {site_id: centre, tier: desk, lat: 40.1, lon: -3.0}
  - {site_id: garage, tier: field, lat: 40.1, lon: -3.1, parent: centre}
shifts:
  - {shift_id: day, days: daily, starts: "06:00", ends: "22:00", breaks: 12:00 30min}
pools:
  - {pool_id: clerks, site: centre, count: 3, count_lean: 2, skills: phone}
  - {pool_id: crew, site: garage, count: 4, skills: repair, shift: day, wage_per_h: 20}
segments:
  - {segment_id: vip, share: 0.1, priority: -1, patience_factor: 0.5}
  - {segment_id: standard, share: 0.9}
channels:
  - {channel_id: phone, cost_per_contact: 0.2}
classes:
  - {class_id: question, kind: how_to, rate_per_h: 20, weight: population}
  - {class_id: fault, kind: fault_basic, rate_per_h: 1, weight: installed_base}
entries:
  - {class_id: question, channel: phone, share: 1, stage: ask}
  - {class_id: fault, channel: phone, share: 1, stage: ask}
stages:
  - {class_id: question, stage: ask, mode: remote, tier: desk, skill: phone,
     service: exponential(3min), patience: exponential(10min)}
  - {class_id: fault, stage: ask, mode: remote, tier: desk, skill: phone,
     service: exponential(5min), resolve: 0.4, if_unresolved: mend, patience: exponential(10min)}
  - {class_id: fault, stage: mend, mode: visit, tier: field, skill: repair,
     service: "lognormal(40min, cv=0.5)", patience: exponential(5d)}
promises:
  - {promise_id: on_site, tier: field, within: 4h, share: 0.9}
"""


SITES = "site_id,tier,lat,lon\ncentre,desk,40.1,-3.0\ngarage,field,40.1,-3.1\n"
"""The sites of the good scenario as a CSV table."""
NODES = {"n": (40.2, -3.0), "s": (40.0, -3.1), "c": (40.1, -3.0), "g": (40.1, -3.1)}
"""A road node at each zone and site of the good scenario."""


def graphml(
    nodes: dict[str, tuple[float, float]],
    edges: list[tuple[str, str, object]],
    *,
    directed: bool = False,
) -> str:
    """A road graph as text; positions are (lat, lon), edges have minutes."""
    ways = "".join(
        f'<edge source="{a}" target="{b}"><data key="m">{minutes}</data></edge>'
        for a, b, minutes in edges
    )
    places = "".join(
        f'<node id="{name}"><data key="a">{lat}</data><data key="o">{lon}</data></node>'
        for name, (lat, lon) in nodes.items()
    )
    return (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="a" for="node" attr.name="lat" attr.type="double"/>'
        '<key id="o" for="node" attr.name="lon" attr.type="double"/>'
        '<key id="m" for="edge" attr.name="minutes" attr.type="double"/>'
        f'<graph edgedefault="{"directed" if directed else "undirected"}">{places}{ways}</graph>'
        "</graphml>"
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


class World:
    """A folder of scenarios with ``good`` in it, and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.root = folder / "scenarios"
        self.output = folder / "results" / "run"
        self._capsys = capsys
        self.write("scenario.yaml", GOOD, scenario="good")

    def write(self, name: str, content: str | bytes, scenario: str = "bad") -> Path:
        """A file of a scenario."""
        path = self.root / scenario / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def spoil(self, difference: str = "", **tables: str) -> None:
        """Make ``bad``: the good scenario with other settings, and with CSV tables of its own."""
        self.write("scenario.yaml", f"base: good\n{difference}")
        for name, rows in tables.items():
            self.write(f"{name}.csv", rows)

    def give_roads(self, text: str, more: str = "") -> None:
        """Make ``bad``: the good scenario with a road graph (and more travel settings)."""
        self.spoil(f"travel: {{road_graph: roads.graphml{more}}}")
        self.write("roads.graphml", text)

    def mistype(self, *changes: tuple[str, str]) -> None:
        """Make ``bad``: the text of the good scenario with other words in some places."""
        text = GOOD
        for before, after in changes:
            assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times"
            text = text.replace(before, after)
        self.write("scenario.yaml", text)

    def load(self, scenario: str = "bad", **options: object) -> Network:
        """The network from Python."""
        return load_scenario(scenario, root=self.root, **options)

    def words(self, *more: str) -> list[str]:
        """A command line that runs ``bad`` for an hour."""
        return [
            "scenario.name=bad",
            f"data_root={self.root}",
            f"hydra.run.dir={self.output}",
            "horizon=1h",
            "warm_up=0h",
            "replications=1",
            "figures=false",
            *more,
        ]

    def run(self, *words: str) -> Answer:
        """Give these words to ``python -m sim``, in this process."""
        self._capsys.readouterr()
        code = main(list(words))
        said = self._capsys.readouterr()
        return Answer(code, said.out, said.err)

    def check(self, *more: str) -> Answer:
        """Check ``bad``."""
        return self.run("check", *self.words(*more))

    def refuses(self, *phrases: str, words: tuple[str, ...] = ()) -> str:
        """``bad`` must be refused, with these phrases in the message.

        Asked of ``check`` where only files are wrong: it loads as a run does, and Hydra takes
        a third of the time.
        """
        return self.refused(self.run(*self.words(*words)) if words else self.check(), *phrases)

    def refuses_to_run(self, *phrases: str) -> str:
        """A run of ``bad`` must be refused, with these phrases; nothing is written."""
        return self.refused(self.run(*self.words()), *phrases)

    def refused(self, answer: Answer, *phrases: str) -> str:
        """Hold an answer against what every refusal must be."""
        assert answer.code == 2, f"exit code {answer.code}\n{answer.out}{answer.err}"
        assert "Traceback" not in answer.err + answer.out
        assert not self.output.exists(), "a refused run left a folder"
        for phrase in phrases:
            assert phrase in answer.err, f"{phrase!r} is not in\n{answer.err}"
        return answer.err


def class_of(network: Network, class_id: str, **columns: object) -> Network:
    """The network with other columns of a class."""
    classes = tuple(
        one.model_copy(update=columns) if one.class_id == class_id else one
        for one in network.classes
    )
    return replace(network, classes=classes)


def of_kind(network: Network, class_id: str, kind: str, **laws: str) -> Network:
    """The network with another arrival process of a class."""
    parsed = {name: Law.parse(text) for name, text in laws.items()}
    return class_of(network, class_id, arrivals=Arrivals(kind), **parsed)


def stage_of(network: Network, path: str, **columns: object) -> Network:
    """The network with other columns of the stage ``class/stage``."""
    stages = tuple(
        one.model_copy(update=columns) if f"{one.class_id}/{one.stage}" == path else one
        for one in network.stages
    )
    return replace(network, stages=stages)


def rows_of(tables: Sample, kind: int) -> NDArray[np.void]:
    """The requests of a class, by its index."""
    return tables.requests[tables.requests["class"] == kind]


@pytest.fixture
def world(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A world of one's own; the process is left as it was."""
    monkeypatch.setattr(sys, "argv", [*sys.argv])
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    monkeypatch.chdir(tmp_path)
    return World(tmp_path, capsys)


def python_m_sim(
    *words: str, folder: Path, timeout: float = 60.0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """``python -m sim`` in a process of its own, standing in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "sim", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
