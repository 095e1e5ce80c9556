"""What people see of a comparison: runs, scenarios or plans laid beside a base.

===============================  ===============================================
`report.comparison.view`         `ComparisonView`: the values that a report shows
`report.comparison.delta`        a run against its locked baseline, in a few lines
`report.comparison.console`      the comparison on the terminal
`report.comparison.words`        the answer in a planner's words, and verdicts
`report.comparison.differences`  picture: paired differences with their intervals
`report.comparison.waterfall`    picture: cost from the base, component by component
`report.comparison.figures`      all pictures, written as PNG
===============================  ===============================================

Nothing here simulates or tests: whoever compared fills a `ComparisonView`.
"""
