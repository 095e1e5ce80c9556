"""Placement of all tiers in one model, on a scenario's own geography, routes and promises."""

from optimize.tiers.calibrate import calibrated
from optimize.tiers.decide import plan_of
from optimize.tiers.options import Backup, TierOptions, WaitShare
from optimize.tiers.plan import Staffed, TieredPlan
from optimize.tiers.solve import place_tiers
from optimize.tiers.streams import Stream, Streams, streams_of

__all__ = [
    "Backup",
    "Staffed",
    "Stream",
    "Streams",
    "TierOptions",
    "TieredPlan",
    "WaitShare",
    "calibrated",
    "place_tiers",
    "plan_of",
    "streams_of",
]
