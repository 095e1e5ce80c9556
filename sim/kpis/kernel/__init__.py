"""Key figures are counted in machine code: a file per subject, read `requests` first.

`survey`     what counting reads and writes: the arrays
`prepare`    how they are laid out
`requests`   one pass over requests: what is true of each
`visits`     and of the visits that it entered; waits and responses
`tally`      what is kept of a row: its groups, how often they saw its pattern, its times
`times`      times by size: sums and order statistics of all groups in one walk
`answer`     what Python calls
`stints`     what adding up the work table reads and writes
`add_up`     minutes, kilometres and jobs by pool
`machine`    the code, made once and kept
"""
