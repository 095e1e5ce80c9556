"""Decide: where to open sites, how to share a budget, and what a plan does when simulated."""
