"""The compiled engine: the same outcomes as the SimPy engine, bit for bit, much faster.

`run` packs the network and its tables into arrays of records and lets a Numba kernel
(`sim.engines.kernel`) play them without Python and without the interpreter's lock, so
that replications can run in threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from network.errors import EngineError
from network.tables import Outcomes, Requests, Visits
from sim.engines.kernel import records
from sim.engines.kernel.bridge import Bridge
from sim.engines.kernel.machine import load_kernel
from sim.engines.kernel.pack import build_world, grow
from sim.engines.kernel.world import World
from sim.layout import Layout, Moment
from sim.policies import Policy

EVENTS_PER_CALL = 2_000_000
"""The kernel comes back to Python several times a second, to hear an interrupt."""


def run(
    layout: Layout,
    requests: Requests,
    visits: Visits,
    policy: Policy,
    *,
    last_arrival: float = math.inf,
    extensions: Sequence[Callable[..., Any]] = (),
) -> Outcomes:
    """Play one replication.

    Parameters
    ----------
    layout : Layout
    requests, visits : structured array
        From `sim.sample.sample`.
    policy : Policy
        Chooses the site where the route does not.
    last_arrival : float
        Requests arrive before this minute only (to drain what is open until the horizon).
    extensions : sequence of callables
        Refused: SimPy processes need the SimPy engine.

    Returns
    -------
    Outcomes
        Those of `sim.engines.simpy_engine.run`, bit for bit.

    Raises
    ------
    EngineError
        If extensions are given, a time is NaN or past, a row points outside its table,
        too many events fall on one instant, or the policy's choice is no candidate.
    """
    if extensions:
        names = ", ".join(getattr(one, "__name__", repr(one)) for one in extensions)
        raise EngineError(f"the compiled engine cannot run extensions ({names}); use engine=simpy")
    world = build_world(layout, requests, visits, min(last_arrival, layout.horizon))
    bridge = Bridge(policy, world)
    play = load_kernel()
    while True:
        outcome = play(world.address, EVENTS_PER_CALL)
        if outcome == records.FINISHED:
            return _outcomes(world, layout.horizon)
        if outcome == records.FULL:
            world = grow(world)
        elif outcome == records.WRONG_CHOICE:
            bridge.fail()
        elif outcome != records.PAUSED:
            raise EngineError(_what_is_wrong(outcome, world))


def _outcomes(world: World, horizon: float) -> Outcomes:
    work = world.work
    work.resize(int(world.clock["work"][0]), refcheck=False)  # gives back what was not used
    return Outcomes(
        requests=world.request_outcomes,
        visits=world.visit_outcomes,
        work=work,
        idle_min=np.ascontiguousarray(world.agents["idle_min"]),
        queue_area=np.ascontiguousarray(world.sites["queue_area"]),
        horizon=horizon,
    )


def _what_is_wrong(code: int, world: World) -> str:
    clock = world.clock[0]
    rank = int(clock["wrong_rank"])
    kind, number = rank >> records.KIND_SHIFT, rank >> records.CASE_BITS & records.ID_MASK
    now = float(clock["now"])
    if code == records.WRONG_TIME:
        time = float(clock["wrong_time"])
        return f"event {Moment(kind).name} of {number} at {time}; the clock is at {now}"
    if code == records.LIVELOCK:
        return (
            f"more than {int(clock['crowd_limit']):,} events at minute {now}; the last "
            f"was {Moment(kind).name} of {number}. Is there a loop of zero service and zero delay?"
        )
    return f"a row of the requests or visits points outside its table at minute {now}"
