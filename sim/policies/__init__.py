"""Dispatch policies: one function each, named in a scenario, used by both engines.

A policy of one's own is a pure function of the same form, registered from Python::

    from sim.policies import register

    @register("farthest")
    def farthest(count, now, mean_service_min, assigned, options):
        return count - 1
"""

from __future__ import annotations

from collections.abc import Callable

from network.errors import Problem, ScenarioError, did_you_mean, one_of
from sim.policies.assigned import assigned_site, assigned_with_overflow
from sim.policies.least_wait import least_wait
from sim.policies.nearest_idle import nearest_idle
from sim.policies.options import Options, Policy

__all__ = ["Options", "Policy", "find_policy", "list_policies", "register"]

_BUILT_IN: dict[str, Policy] = {
    "nearest_idle": nearest_idle,
    "assigned": assigned_site,
    "assigned_with_overflow": assigned_with_overflow,
    "least_wait": least_wait,
}
_registered: dict[str, Policy] = {}


def register(name: str) -> Callable[[Policy], Policy]:
    """Make a policy known under a name that scenarios can use.

    Parameters
    ----------
    name : str
        Not the name of a built-in policy; registering again replaces the former.

    Raises
    ------
    ValueError
        If the name is that of a built-in policy.
    """
    if name in _BUILT_IN:
        raise ValueError(f"got policy name '{name}', which is built in; choose another")

    def remember(policy: Policy) -> Policy:
        _registered[name] = policy
        return policy

    return remember


def find_policy(name: str) -> Policy:
    """The policy of a name.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    known = {**_BUILT_IN, **_registered}
    if name not in known:
        message = f"got '{name}'; expected one of {one_of(known)}.{did_you_mean(name, known)}"
        raise ScenarioError("the configuration", [Problem("dispatch.policy", message)])
    return known[name]


def list_policies() -> dict[str, str]:
    """Names of all policies with the first line of what they do."""
    known = {**_BUILT_IN, **_registered}
    return {name: (policy.__doc__ or "").strip().split("\n")[0] for name, policy in known.items()}
