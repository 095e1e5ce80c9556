"""Decide how many: agents per pool, by simulation on the same requests."""
