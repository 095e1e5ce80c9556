"""A location library on plain arrays: one class per formulation, one `Instance`, one `Plan`."""

from optimize.placement.cover import Cover
from optimize.placement.instance import Instance
from optimize.placement.plan import UNASSIGNED, Plan
from optimize.solver import Limits, Status

__all__ = ["UNASSIGNED", "Cover", "Instance", "Limits", "Plan", "Status"]
