"""The staffing search: nothing cheaper holds on tiny networks, and it repairs what is short."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_plan import AMBITION, FIT, WINDOW, small_network
from small_world import World, world

from network.model import Network
from network.places import SiteStatus
from network.plan import Assignment, Plan
from optimize.proof.attempts import ProofOptions, prove, staff
from optimize.proof.blocks import Blocks
from optimize.staffing.idle import plan_without, without_idle_sites
from optimize.staffing.looks import Point
from optimize.staffing.memory import Memory
from optimize.staffing.requirements import slack
from optimize.staffing.search import Search, SearchOptions
from optimize.staffing.trials import Trials, with_counts
from optimize.staffing.variants import Variant

__all__ = ["world"]


@pytest.fixture
def small(world: World) -> Network:
    """See `small_plan`."""
    return small_network(world)


def points(trials: Trials, most: int) -> dict[tuple[int, ...], tuple[bool, float]]:
    """Whether every staffing of two pools up to so many holds, and its cost."""
    counts = [np.array(one) for one in itertools.product(range(1, most + 1), repeat=2)]
    found = {}
    for one, seen in zip(counts, trials.measure(counts, FIT), strict=True):
        holds = bool((slack(trials.rows, seen.tally, AMBITION) >= 0).all())
        found[tuple(one.tolist())] = (holds, float(seen.cost.mean()))
    return found


@pytest.mark.parametrize("start", [(1, 1), (6, 6)])
def test_nothing_cheaper_holds(small: Network, start: tuple[int, int]) -> None:
    trials = Trials(small, 1, WINDOW, workers=1)
    trials.draw(FIT)
    search = Search(trials, FIT, AMBITION, options=SearchOptions(probe=6, saving=0.0))
    found = search.run(np.array(start))
    every = points(trials, 6)
    cheapest = min(cost for holds, cost in every.values() if holds)
    assert found.holds
    assert found.cost == pytest.approx(cheapest)


def test_a_search_far_from_what_it_must_beat_is_given_up(small: Network) -> None:
    options = ProofOptions(WINDOW, Blocks(fit=6, screen=12, proof=50), workers=1)
    many = with_counts(small, np.array([12, 12]))
    whole = staff(many, options)
    hopeless, beatable = (staff(many, options, beat=whole.cost * part) for part in (0.8, 1.05))
    assert hopeless.given_up
    assert hopeless.plays <= whole.plays
    assert hopeless.cost >= whole.cost
    assert not beatable.given_up
    assert (beatable.counts == whole.counts).all()


def test_nor_does_it_go_on_where_no_staff_keeps_a_promise(small: Network) -> None:
    never = small.promises[1].model_copy(update={"within": 1.0, "share": 0.99})
    network = replace(small, promises=(small.promises[0], never))
    options = ProofOptions(WINDOW, Blocks(fit=6, screen=12, proof=50), workers=1)
    for beat, given_up in ((np.inf, False), (1e9, True)):
        found = staff(network, options, beat=beat)
        assert [row.name for row in found.out_of_reach] == [never.promise_id]
        assert found.given_up is given_up
        assert not found.holds


def test_what_cannot_be_kept_is_left_short(small: Network) -> None:
    """Nobody can be on site within a minute: the search says so and does not go on for ever."""
    hopeless = small.promises[1].model_copy(update={"within": 1.0, "share": 0.99})
    network = replace(small, promises=(small.promises[0], hopeless))
    trials = Trials(network, 1, WINDOW, workers=1)
    trials.draw(FIT)
    found = Search(trials, FIT, AMBITION, options=SearchOptions(rounds=4)).run(np.array([3, 4]))
    (seen,) = trials.measure([found.counts], FIT)
    assert slack(trials.rows, seen.tally, AMBITION)[1] < -0.5


def test_fixed_pools_stay(small: Network) -> None:
    trials = Trials(small, 1, WINDOW, workers=1)
    trials.draw(FIT)
    fixed = np.array([True, False])
    found = Search(trials, FIT, AMBITION, fixed=fixed).run(np.array([6, 6]))
    assert found.counts[0] == 6
    assert found.counts[1] < 6


def test_more_demand_needs_more_people(small: Network) -> None:
    """A plan that must stand more demand, too, is no cheaper, and keeps its promises there."""
    costs = []
    for variants in ((Variant(),), (Variant(), Variant("demand 2.5", demand=2.5, weight=0.0))):
        trials = Trials(small, 1, WINDOW, workers=1, variants=variants)
        trials.draw(FIT)
        found = Search(trials, FIT, AMBITION).run(np.array([3, 4]))
        assert found.holds
        costs.append(found.cost)
    assert costs[1] > costs[0]


def test_results_do_not_depend_on_threads(small: Network) -> None:
    tallies = []
    for workers in (1, 3):
        trials = Trials(small, 1, WINDOW, workers=workers)
        with trials.open():
            trials.draw(FIT)
            (seen,) = trials.measure([np.array([3, 4])], FIT)
        tallies.append(seen)
    assert (tallies[0].cost == tallies[1].cost).all()
    assert (tallies[0].tally.met == tallies[1].tally.met).all()


def test_a_proof_opens_new_requests_and_changes_nothing(small: Network) -> None:
    options = ProofOptions(WINDOW, Blocks(fit=6, screen=12, proof=50), workers=1)
    proved = prove(small, options)
    assert proved.holds
    (certificate,) = proved.certificates
    assert certificate.block.first == options.blocks.attempt(1).first
    assert proved.result is not None
    assert proved.result.network == with_counts(small, proved.staffed.counts)
    again = prove(small, options)
    assert again.certificates[0] == certificate


def test_a_plan_that_the_screen_stops_opens_no_proof(small: Network) -> None:
    hopeless = small.promises[1].model_copy(update={"within": 1.0, "share": 0.99})
    network = replace(small, promises=(small.promises[0], hopeless))
    proved = prove(network, ProofOptions(WINDOW, Blocks(4, 4, 20), workers=1))
    assert not proved.holds
    assert proved.certificates == ()
    assert proved.result is None


def test_an_interrupted_search_goes_on_where_it_was(small: Network, tmp_path: Path) -> None:
    def searched(folder: Path) -> tuple[Trials, Point]:
        trials = Trials(small, 1, WINDOW, workers=1, memory=Memory(folder))
        return trials, Search(trials, FIT, AMBITION).run(np.array([2, 3]))

    first, found = searched(tmp_path)
    batches = sorted(tmp_path.glob("*.npz"))
    for late in batches[len(batches) // 2 :]:
        late.unlink()
    batches[0].write_bytes(b"torn")
    second, again = searched(tmp_path)
    assert (again.counts == found.counts).all()
    assert again.cost == found.cost
    assert 0 < second.plays < first.plays
    third, _ = searched(tmp_path)
    assert third.plays == 0


def test_what_no_staff_can_keep_swallows_no_staff(small: Network) -> None:
    """A hopeless promise is left aside; the other one gets just the people it needs."""
    hopeless = small.promises[1].model_copy(update={"within": 1.0, "share": 0.99})
    network = replace(small, promises=(small.promises[0], hopeless))
    alone = replace(small, promises=small.promises[:1])
    found = []
    for one in (network, alone):
        trials = Trials(one, 1, WINDOW, workers=1)
        trials.draw(FIT)
        found.append(Search(trials, FIT, AMBITION).run(np.array([3, 4])))
    assert found[0].counts.tolist() == found[1].counts.tolist()


def test_a_site_left_without_people_stays_shut(small: Network) -> None:
    shut = next(site for site in small.sites if site.site_id == "garage")
    closed = shut.model_copy(update={"status": SiteStatus.CANDIDATE})
    today = replace(small, sites=tuple(closed if s == shut else s for s in small.sites))
    empty = with_counts(small, np.array([3, 0]))
    plan = Plan(
        opened=("garage",), assignments=(Assignment(zone="north", tier="field", site="garage"),)
    )
    assert without_idle_sites(empty, today).sites == today.sites
    assert plan_without(plan, without_idle_sites(empty, today)) == Plan()
    assert without_idle_sites(empty, small).sites == small.sites
    assert without_idle_sites(small, today).sites == small.sites
