"""Bounds on what any plan costs, apart from the bound of the placement model."""

from optimize.bounds.necessary import BoundOptions, NecessaryBound, necessary_bound

__all__ = ["BoundOptions", "NecessaryBound", "necessary_bound"]
