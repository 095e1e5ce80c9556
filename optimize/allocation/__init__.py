"""Share a resource over regions: named rules, elastic capacity, and the optimum."""

from optimize.allocation.apply import allocate_by_rule, allocate_shares
from optimize.allocation.elastic import ElasticCapacity, elastic
from optimize.allocation.levels import LevelTable, erlang_levels
from optimize.allocation.optimum import allocate_optimum
from optimize.allocation.regions import Regions
from optimize.allocation.resource import Resource, Split, split_budget
from optimize.allocation.result import Aim, Allocation
from optimize.allocation.rules import RULES, Rule, register_rule, share_by

__all__ = [
    "RULES",
    "Aim",
    "Allocation",
    "ElasticCapacity",
    "LevelTable",
    "Regions",
    "Resource",
    "Rule",
    "Split",
    "allocate_by_rule",
    "allocate_optimum",
    "allocate_shares",
    "elastic",
    "erlang_levels",
    "register_rule",
    "share_by",
    "split_budget",
]
