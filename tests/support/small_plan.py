"""Two pools with wages and two promises that pull them up: small enough to try every staffing."""

from __future__ import annotations

from dataclasses import replace

from small_world import World

from network.model import Network
from optimize.staffing.measured import Block
from optimize.staffing.requirements import Ambition
from sim.kpis import Window

DAY = 1440.0
WINDOW = Window(DAY, 5 * DAY, 5 * DAY)
FIT = Block("fit", 0, 5)
AMBITION = Ambition(replications=50, level=0.025)


def small_network(world: World) -> Network:
    """The sound scenario with a wage in each pool, and a promise for each tier."""
    network = world.load("good")
    always = {"wage_per_h": 20.0, "shift": None}
    pools = tuple(pool.model_copy(update=always) for pool in network.pools)
    answer = network.promises[0].model_copy(
        update={"promise_id": "answer", "tier": "desk", "within": 1.0, "share": 0.8}
    )
    on_site = network.promises[0].model_copy(update={"within": 240.0, "share": 0.9})
    return replace(network, pools=pools, promises=(answer, on_site))
