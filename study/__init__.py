"""Many scenarios: sweep them, compare them, choose among them, ask what matters.

===================  ====================================================================
`study.commands`     ``python -m study``: a module per command
`study.campaign`     a study file, its points and what was found there
`study.design`       what is varied, and at which points
`study.points`       `Point`: a network to be simulated so and so often
`study.execution`    points -> the results store, on all cores or a cluster
`study.compare`      two or more laid side by side on the same requests
`study.selection`    the best of some alternatives, with a guarantee
`study.sensitivity`  which inputs matter: Sobol indices, Morris screening
`study.tornado`      what the cost hangs on; break-even, regret, price of service
`study.pilot`        how long, and at how many sites, a pilot must run
`study.statistics`   many figures at once, equivalence, control variates, frontiers
===================  ====================================================================
"""
