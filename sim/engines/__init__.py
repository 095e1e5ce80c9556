"""Engines: deterministic functions from a network and its tables to outcomes."""
