"""Paired differences, as `sim.paired` makes them."""

from sim.paired import Paired, paired_differences, promise_differences, ratio_difference

__all__ = ["Paired", "paired_differences", "promise_differences", "ratio_difference"]
