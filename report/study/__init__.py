"""What people see of a study: its points, what they cost and bring, what matters.

=============================  ========================================================
`report.study.view`            frozen values that a report shows
`report.study.words`           figures and parameters as people read them
`report.study.console`         a study on the terminal
`report.study.answers`         sensitivity on the terminal
`report.study.tornado_console` tornado, break-even and regret on the terminal
`report.study.selection`       a selection on the terminal
`report.study.pilot`           a pilot's design on the terminal
`report.study.frame`           what all pictures share
`report.study.response`        picture: figures against factors
`report.study.frontier`        picture: cost against service, non-dominated points
`report.study.indices`         picture: Sobol indices or Morris effects
`report.study.tornado`         picture: what the cost hangs on
=============================  ========================================================

Nothing here simulates or computes a figure: whoever has run a study fills a view.
"""
