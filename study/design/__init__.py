"""What a study varies, and at which points.

==========================  ============================================================
`study.design.assumptions`  cost and demand assumptions that can be scaled as a whole
`study.design.factor`       a factor: levels or a range, integer or continuous
`study.design.designs`      factors -> points: grid, Latin hypercube, Sobol, one at a time
`study.design.uncertain`    inputs that are drawn anew for each replication from stated laws
==========================  ============================================================
"""
