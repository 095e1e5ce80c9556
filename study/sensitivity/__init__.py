"""Which inputs matter, and how much of what is seen is noise.

============================  =========================================================
`study.sensitivity.sobol`     shares of the variance (Sobol indices, SALib)
`study.sensitivity.morris`    elementary effects (Morris screening, SALib)
`study.sensitivity.noise`     what the replications add to an index
`study.sensitivity.analysis`  a study file -> its samples -> indices of every figure
============================  =========================================================

All points of an analysis meet the same requests (one block of seeds), so what chance does to
all points alike disturbs no index. A figure in ten replications still is an estimate: what
its noise adds to an index is measured from the replications, taken off, and told.
"""
