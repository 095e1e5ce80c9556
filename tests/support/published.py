"""Published instances that may not be kept with the project: used where they are present."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = "PLANNING_INSTANCES"
"""Names a folder with the sub-folders pmed, uflp, cflp_holmberg, scp ..."""


def published(name: str) -> Path:
    """Path of a file or folder of instances, as ``pmed/pmed1.txt``; skips where it is absent."""
    named = os.environ.get(ENVIRONMENT)
    folders = [Path(named)] if named else [ROOT.parent / "shared" / "data"]
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    pytest.skip(f"{name} is not here: name its folder in {ENVIRONMENT}")
