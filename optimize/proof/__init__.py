"""Prove a plan on requests that no part of it has seen."""
