"""The schema of ``python -m optimize`` and what may be wrong with its values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from network.errors import Problem, did_you_mean
from network.model import Network
from network.quantity import parse_duration
from sim.config import BaseConfig

MOST_ATTEMPTS = 10
MEMORY = "memory"
"""Folder of what an unfinished plan has measured, inside its own."""


@dataclass
class OptimizeConfig(BaseConfig):
    """Everything that ``python -m optimize`` can be told; see ``--help``."""

    time_limit: str = "60s"
    gap: float = 0.01
    nodes: int | None = None
    candidates: int = 0
    greenfield: bool = False
    sites_least: dict[str, int] = field(default_factory=dict)
    sites_most: dict[str, int] = field(default_factory=dict)
    share: dict[str, float] = field(default_factory=dict)
    months: float = 36.0
    keep: float = 0.0
    nearest: int = 10
    promise: str | None = None
    targets: list[float] = field(default_factory=list)
    prove: bool = False
    budget: float | None = None
    fit: int = 20
    screen: int = 50
    proof: int = 200
    attempts: int = 3
    guard: float | None = 0.1
    rounds: int = 2
    stay: bool = True
    others: int = 0
    plays: int = 3000
    limit: str | None = None
    frontier: bool = True
    bounds: bool = True
    demands: list[float] = field(default_factory=list)
    regret: bool = False
    site_out: bool = False
    resume: str | None = None


def config_problems(config: OptimizeConfig) -> Iterator[Problem]:
    """Values that are wrong whatever the scenario."""
    yield from _time_problems(config)
    yield from _number_problems(config)
    for share in (*config.targets, *config.share.values()):
        if not 0 <= share <= 1:
            yield Problem("targets/share", f"got {share}; expected a share from 0 to 1")
    if config.budget is not None and not (math.isfinite(config.budget) and config.budget > 0):
        yield Problem("budget", f"got {config.budget}; expected money above 0, a month")
    for factor in config.demands:
        if not 0 < factor <= 10:
            yield Problem("demands", f"got {factor}; expected factors above 0, up to 10")
    if config.resume is not None and not (Path(config.resume) / MEMORY).is_dir():
        message = f"'{config.resume}' holds no interrupted plan (no folder {MEMORY})"
        yield Problem("resume", message)
    if config.plan is not None:
        message = "a plan is what this command makes; simulate one with python -m sim"
        yield Problem("plan", message)


def _time_problems(config: OptimizeConfig) -> Iterator[Problem]:
    for name, text in (("time_limit", config.time_limit), ("limit", config.limit)):
        if text is None:
            continue
        try:
            limit = parse_duration(text)
        except ValueError as error:
            yield Problem(name, f"got '{text}'; {error}")
        else:
            if not 0 < limit <= 60 * 24 * 7:
                yield Problem(name, f"got '{text}'; expected above 0, up to 7d")


def _number_problems(config: OptimizeConfig) -> Iterator[Problem]:
    whole = (
        ("candidates", config.candidates, 0, 500),
        ("nearest", config.nearest, 1, 64),
        ("fit", config.fit, 4, 10_000),
        ("screen", config.screen, 4, 10_000),
        ("proof", config.proof, 20, 100_000),
        ("attempts", config.attempts, 1, MOST_ATTEMPTS),
        ("rounds", config.rounds, 1, 20),
        ("others", config.others, 0, 50),
        ("plays", config.plays, 0, 10_000_000),
    )
    for name, value, least, most in whole:
        if not least <= value <= most:
            yield Problem(name, f"got {value}; expected an integer from {least} to {most:,}")
    for name, number, top in (
        ("gap", config.gap, 1.0),
        ("keep", config.keep, 1e12),
        ("months", config.months, 1200.0),
    ):
        if not (math.isfinite(number) and 0 <= number <= top):
            yield Problem(name, f"got {number}; expected a number from 0 to {top:g}")
    if config.guard is not None and not (math.isfinite(config.guard) and config.guard >= 0):
        yield Problem("guard", f"got {config.guard}; expected a part >= 0, such as 0.1, or null")
    if config.regret and not config.demands:
        yield Problem("regret", "needs demands to compare, such as demands=[0.85,1.15]")
    if config.months == 0:
        yield Problem("months", "got 0; expected a number above 0")
    if config.nodes is not None and config.nodes < 1:
        yield Problem("nodes", f"got {config.nodes}; expected an integer >= 1")


def name_problems(config: OptimizeConfig, network: Network) -> Iterator[Problem]:
    """Names of tiers and promises that the scenario does not have."""
    tiers = [tier.tier_id for tier in network.tiers]
    promises = [promise.promise_id for promise in network.promises]
    asked = [(f"sites_least.{name}", name, tiers) for name in config.sites_least]
    asked += [(f"sites_most.{name}", name, tiers) for name in config.sites_most]
    asked += [(f"share.{name}", name, promises) for name in config.share]
    asked += [("promise", config.promise, promises)] if config.promise else []
    for where, name, known in asked:
        if name not in known:
            expected = f"expected one of {', '.join(known) or 'none'}."
            hint = did_you_mean(name, known)
            yield Problem(where, f"there is no '{name}'; {expected}{hint}")
