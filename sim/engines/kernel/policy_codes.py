"""The numbers by which the kernel knows the built-in policies."""

from __future__ import annotations

from sim.policies.assigned import assigned_site, assigned_with_overflow
from sim.policies.least_wait import least_wait
from sim.policies.nearest_idle import nearest_idle
from sim.policies.options import Policy

BUILT_IN: tuple[Policy, ...] = (nearest_idle, assigned_site, assigned_with_overflow, least_wait)
NEAREST_IDLE, ASSIGNED, ASSIGNED_WITH_OVERFLOW, LEAST_WAIT, FOREIGN = range(5)
