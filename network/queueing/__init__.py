"""Queueing formulas: what a service system does in the long run, or through a day, exactly.

Pure mathematics on numbers: rates per time unit in, probabilities and times in that unit out.

| what waits or is lost | function | module |
|---|---|---|
| nobody can wait | `erlang_b` | `erlang` |
| all are patient | `erlang_c`, `mmc`, `wait_cdf` | `erlang` |
| room is limited | `mmck` | `limited_queue` |
| patience is limited | `erlang_a`, `erlang_a_within` | `abandonment` |
| how many servers, against loss | `servers_for_blocking` | `staffing` |
| against waiting at all | `servers_for_wait_probability` | `staffing` |
| against long waits | `servers_for_service_level` | `staffing` |
| by rule of thumb | `square_root_rule`, `halfin_whitt` | `staffing` |
| one server, any service law | `mg1` | `single_server` |
| one server, any arrivals; appointments | `gm1`, `dm1` | `single_server` |
| durations of that server, travel included | `Moments`, `travelling_engineer` | `moments` |
| constant service, several servers | `mdc` | `constant_service` |
| some are more urgent | `mmc_priority`, `mg1_priority`, `erlang_a_priority` | `priority` |
| a finite installed base calls | `machine_repair` | `finite_source` |
| several stations | `traffic`, `jackson` | `networks` |
| servers with a preference for each class | `hypercube_loss` | `hypercube` |
| load that follows the hours | `sinusoidal_load`, `profile_load` | `time_varying` |
| shifts, begin from empty | `mtmct`, `mm1_from_empty` | `transient` |
| any birth-death chain | `birth_death` | `balance` |
"""

from network.queueing.abandonment import ErlangA, Within, erlang_a, erlang_a_within
from network.queueing.balance import birth_death
from network.queueing.constant_service import mdc
from network.queueing.erlang import erlang_b, erlang_c, mmc, wait_cdf
from network.queueing.finite_source import Repair, machine_repair
from network.queueing.hypercube import Hypercube, hypercube_loss
from network.queueing.limited_queue import LimitedQueue, mmck
from network.queueing.moments import Moments, travelling_engineer
from network.queueing.networks import JacksonNetwork, jackson, traffic
from network.queueing.priority import Priorities, erlang_a_priority, mg1_priority, mmc_priority
from network.queueing.single_server import dm1, gm1, mg1
from network.queueing.staffing import (
    SquareRootRule,
    halfin_whitt,
    servers_for_blocking,
    servers_for_service_level,
    servers_for_wait_probability,
    square_root_rule,
)
from network.queueing.steady_state import SteadyState
from network.queueing.time_varying import profile_load, sinusoidal_load
from network.queueing.transient import Period, PeriodOutcome, mm1_from_empty, mtmct

__all__ = [
    "ErlangA",
    "Hypercube",
    "JacksonNetwork",
    "LimitedQueue",
    "Moments",
    "Period",
    "PeriodOutcome",
    "Priorities",
    "Repair",
    "SquareRootRule",
    "SteadyState",
    "Within",
    "birth_death",
    "dm1",
    "erlang_a",
    "erlang_a_priority",
    "erlang_a_within",
    "erlang_b",
    "erlang_c",
    "gm1",
    "halfin_whitt",
    "hypercube_loss",
    "jackson",
    "machine_repair",
    "mdc",
    "mg1",
    "mg1_priority",
    "mm1_from_empty",
    "mmc",
    "mmc_priority",
    "mmck",
    "mtmct",
    "profile_load",
    "servers_for_blocking",
    "servers_for_service_level",
    "servers_for_wait_probability",
    "sinusoidal_load",
    "square_root_rule",
    "traffic",
    "travelling_engineer",
    "wait_cdf",
]
