"""Paired differences: same requests, figure by figure, with intervals that pairing narrows."""

from __future__ import annotations

import numpy as np
import pytest

from network.errors import ScenarioError
from network.load import load_scenario
from sim.api import draw_samples, simulate
from sim.paired import paired_differences, promise_differences
from sim.result import Result

RUN = {"horizon": "4d", "warm_up": "1d", "replications": 6}


@pytest.fixture(scope="module")
def pair() -> tuple[Result, Result]:
    networks = [
        load_scenario("regionC", changes={f"pools.{name}.count": count} if count else {})
        for name, count in (("zaragoza_field_early", 0), ("zaragoza_field_early", 14))
    ]
    samples = draw_samples(networks[0], seed=3, replications=6, horizon="4d")
    first, second = (
        simulate(network, seed=3, samples=samples, allow_overload=True, **RUN)  # type: ignore[arg-type]
        for network in networks
    )
    return first, second


def test_nothing_differs_from_itself(pair: tuple[Result, Result]) -> None:
    same = paired_differences(pair[0], pair[0]).table
    assert (same["difference"].dropna() == 0).all()


def test_the_difference_is_that_of_the_means_and_narrower_than_unpaired(
    pair: tuple[Result, Result],
) -> None:
    row = paired_differences(*pair).row("cost")
    assert row["difference"] == pytest.approx(row["after"] - row["before"])
    apart = np.hypot(*((r.interval("cost")[2] - r.interval("cost")[1]) / 2 for r in pair))
    assert 0 < (row["upper"] - row["lower"]) / 2 < apart


def test_promises_are_compared_as_ratios_of_sums(pair: tuple[Result, Result]) -> None:
    table = promise_differences(*pair).table.set_index("key")
    for one in pair[0].promises:
        if np.isfinite(one.estimate):
            assert table.loc[one.promise.promise_id, "before"] == pytest.approx(one.estimate)


def test_runs_on_other_requests_are_not_paired(pair: tuple[Result, Result]) -> None:
    other = simulate(pair[0].network, seed=4, first=2, **RUN)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError) as told:
        paired_differences(pair[0], other)
    for part in ("seed: got 3 and 4", "first replication: got 0 and 2", "nothing to pair"):
        assert part in str(told.value)


def test_a_figure_that_only_one_has_is_not_compared(pair: tuple[Result, Result]) -> None:
    with pytest.raises(KeyError, match="no figure cost by site"):
        paired_differences(*pair).row("cost", "site", "nowhere")
