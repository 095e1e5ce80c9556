"""Views of runs: a region, the smallest network, and a run in which nothing was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from network.load import load_scenario
from report.view import RunView, ZoneResponse
from sim.api import simulate
from sim.view import view_of


@pytest.fixture(scope="session")
def region() -> RunView:
    network = load_scenario("regionB")
    view = view_of(simulate(network, replications=2, horizon="2d", warm_up="1d"))
    draw = np.random.default_rng(1)
    answered = draw.integers(0, 120, len(network.zones)).astype(np.float64)
    known = ZoneResponse(answered, answered * draw.uniform(30, 300, len(network.zones)))
    return replace(view, zone_response=known, warnings=("loaded to [red]97%[/red]",))


@pytest.fixture(scope="session")
def tiny() -> RunView:
    network = load_scenario("theory/mmc")
    return view_of(simulate(network, replications=1, horizon="2h", allow_overload=True))


@pytest.fixture(scope="session")
def empty(tiny: RunView) -> RunView:
    columns = ["kpi", "dimension", "key", "unit", "mean", "lower", "upper", "n"]
    return replace(
        tiny,
        estimates=pd.DataFrame({name: pd.Series(dtype=object) for name in columns}),
        histogram=np.zeros_like(tiny.histogram),
        backlog=np.zeros((0, 0)),
        requests=0,
    )


@pytest.fixture
def rename() -> Callable[[RunView, str], RunView]:
    """A view in which everything that people name has the given name."""

    def change(view: RunView, name: str) -> RunView:
        network = view.network
        zones = replace(
            network.zones, area=tuple(name if a == "Lugo" else a for a in network.zones.area)
        )
        changed = replace(
            network,
            settings=network.settings.model_copy(update={"title": name, "currency": name}),
            zones=zones,
            **{
                part: tuple(one.model_copy(update={"name": name}) for one in getattr(network, part))
                for part in ("tiers", "sites", "classes")
            },
        )
        promises = tuple(replace(row, title=name, worst_area=name) for row in view.promises)
        return replace(view, network=changed, promises=promises)

    return change
