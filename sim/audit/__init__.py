"""What is added up over every run's tables to prove and to know it, in machine code.

`balance`   what the identities of `sim.checks` are about: one pass over each table
`words`     prints of tables for `sim.digest`: every bit of every column
`machine`   the code, made once and kept
"""
