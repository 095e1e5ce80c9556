"""Bad input is refused with its name, what was got and what was expected."""

import math
from collections.abc import Callable

import pytest

from network import queueing as q
from network.queueing.moments import exponential, uniform

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: q.erlang_b(-1, 2), "offered_load: got -1; expected a finite number >= 0"),
        (lambda: q.erlang_b(NAN, 2), "offered_load: got nan"),
        (lambda: q.erlang_b(1, 0), "c: got 0; expected an integer >= 1"),
        (lambda: q.erlang_b(1, 2.5), "c: got 2.5; expected an integer >= 1"),
        (lambda: q.erlang_c(2, 2), "rho: got 1; expected < 1"),
        (lambda: q.mmc(1, 0, 2), "mu: got 0; expected a finite number > 0"),
        (lambda: q.mmc(3, 1, 2), "rho: got 1.5; expected < 1"),
        (lambda: q.mmc(INF, 1, 2), "lam: got inf"),
        (lambda: q.wait_cdf(1, 1, 2, -1), "t: got -1"),
        (lambda: q.mmck(1, 1, 3, 2), "k: got 2; expected an integer >= 3"),
        (lambda: q.erlang_a(1, 1, 0, 2), "theta: got 0; expected a finite number > 0"),
        (lambda: q.erlang_a(3, 1, 1e-9, 2), "theta: got 1e-09, a queue of about 1.0e"),
        (lambda: q.erlang_a_within(1, 1, 1, 2, NAN), "t: got nan"),
        (lambda: q.servers_for_blocking(5, 0), "max_blocking: got 0; expected a number between"),
        (lambda: q.servers_for_wait_probability(5, 1.0), "max_wait_probability: got 1.0"),
        (lambda: q.servers_for_service_level(5, 1, within=-1, share=0.8), "within: got -1"),
        (lambda: q.servers_for_service_level(5, 1, within=1, share=NAN), "share: got nan"),
        (lambda: q.square_root_rule(-1, 0.2), "offered_load: got -1"),
        (lambda: q.mg1(1, exponential(1)), "rho: got 1; expected < 1"),
        (lambda: q.dm1(1, 1), "rho: got 1; expected < 1"),
        (lambda: q.dm1(0, 1), "slot: got 0"),
        (lambda: q.mdc(2, 1, 2), "rho: got 1; expected < 1"),
        (lambda: uniform(2, 1), "high: got 1.0; expected at least low = 2.0"),
        (lambda: q.mmc_priority([], 1, 1), "lengths: got lams 0; expected the same length"),
        (lambda: q.mmc_priority([0.5, -0.1], 1, 1), "lams: got -0.1"),
        (lambda: q.mg1_priority([1], []), "lengths: got lams 1, services 0"),
        (lambda: q.erlang_a_priority([0], 1, 1, 1), "lams: got 0; expected a finite number > 0"),
        (lambda: q.machine_repair(1, 1, 1, 0), "machines: got 0; expected an integer >= 1"),
        (lambda: q.traffic([1, 2], [[0.5]]), r"routing: got shape \(1, 1\), arrivals \(2,\)"),
        (lambda: q.traffic([-1], [[0.5]]), r"arrivals: got \[-1.0\]"),
        (lambda: q.jackson([1, 1], [9, 9], [1, 1], [[0.0, 1.1], [0.0, 0.0]]), "a row with sum 1.1"),
        (lambda: q.jackson([0], [1], [1], [[0]]), "arrivals: got a sum of 0"),
        (lambda: q.hypercube_loss([1], [[0, 0]], [1, 1]), r"preferences: got \[0, 0\]; expected"),
        (lambda: q.hypercube_loss([1], [[2]], [1, 1]), "different servers from 0 to 1"),
        (lambda: q.hypercube_loss([1], [[0]], [1] * 20), "mus: got 20 servers; expected 1 to 13"),
        (lambda: q.hypercube_loss([0], [[0]], [1]), "rates: got a sum of 0"),
        (lambda: q.profile_load(0, [], 1), r"rates: got \[\]; expected one or more"),
        (lambda: q.profile_load(0, [1], 1, service="x"), "service: got 'x'; expected"),
        (lambda: q.mtmct([], 1), "periods: got none; expected one or more"),
        (lambda: q.mtmct([q.Period(1, 1, 1)], 1, initial=3, limit=2), "limit: got 2; expected an"),
        (lambda: q.Period(0, 1, 1), "length: got 0"),
        (lambda: q.mm1_from_empty([1, -1], 1, 1), r"t: got \[1.0, -1.0\]"),
        (lambda: q.birth_death([1, 1], [1]), r"births, deaths: got shapes \(2,\), \(1,\)"),
        (lambda: q.birth_death([1], [0]), "deaths: got a zero"),
        (lambda: q.birth_death([-1], [1]), "births: got a negative"),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
