"""Simulate the points of a study: what is missing, in chunks, on all cores or a cluster."""

from study.execution.run import run_points
from study.execution.settings import (
    Cluster,
    Execution,
    Failure,
    OnScreen,
    Silent,
    Summary,
    Teller,
)

__all__ = [
    "Cluster",
    "Execution",
    "Failure",
    "OnScreen",
    "Silent",
    "Summary",
    "Teller",
    "run_points",
]
