"""What people see of a run: console tables and figures.

==================  ============================================================
`report.view`       `RunView`: the values of a run that a report shows
`report.words`      numbers as people read them: shares, money, intervals
`report.console`    summaries and lists for the terminal
`report.figures`    matplotlib figures, written as PNG
`report.decision`   a decision: before and after, what is proved, what more would cost
==================  ============================================================

Nothing here computes a key figure, and nothing here knows how a run was made: whoever
has a run fills a `RunView` and hands it over.
"""
