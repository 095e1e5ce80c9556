"""Branch-and-bound for the p-median on Lagrangian bounds, compiled.

The modules need Numba, so `optimize.placement.p_median` imports them when it solves:
`data` (what is solved), `interchange` (good plans), `ascent` and `dual` (bounds), `near`
(lists of near sites), `fixing` (what no better plan uses), `branching`, `core` (a small rest
for a solver) and `search` (the whole).
"""
