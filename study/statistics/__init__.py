"""Statistics of studies, on plain arrays of replications.

==================================  =======================================================
`study.statistics.multiple`         many figures at once: Holm, Bonferroni, joint intervals
`study.statistics.equivalence`      whether a difference is too small to matter
`study.statistics.pareto`           designs that no other beats
`study.statistics.control_variate`  fewer runs: what chance did to the workload taken out
`study.statistics.fluid`            what chance did, seen without an engine
==================================  =======================================================

Paired differences of two runs are in `sim.paired`: plain runs show them too.
"""
