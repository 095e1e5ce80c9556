"""What people see of a study: its points, what they cost and bring, what matters.

==========================  ========================================================
`report.study.view`         frozen values that a report shows
`report.study.words`        figures and parameters as people read them
`report.study.console`      a study on the terminal
`report.study.answers`      sensitivity and tornado on the terminal
`report.study.response`     picture: figures against factors
`report.study.frontier`     picture: cost against service, non-dominated points
`report.study.indices`      picture: Sobol indices or Morris effects
`report.study.tornado`      picture: what the cost hangs on
==========================  ========================================================

Nothing here simulates or computes a figure: whoever has run a study fills a view.
"""
