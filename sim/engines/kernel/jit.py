"""How the kernel is compiled, and where its machine code is kept between processes.

Numba's own cache notices an edit of the file that holds a compiled function, not of the
files that it imports. So every state of the sources has a cache folder of its own.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba import config, njit

_HERE = Path(__file__).resolve().parent
_SIM = _HERE.parent.parent
_SOURCES = (
    _HERE,
    _SIM / "policies",
    _SIM / "layout.py",
    _SIM.parent / "network" / "tables.py",
)

Function = TypeVar("Function", bound=Callable[..., Any])


def part(function: Function) -> Function:
    """Compile a part of the kernel: it becomes machine code within the entry that calls it.

    Inlined by force, because the kernel's state is handed on as some twenty arrays, and
    without reference counts, because no part allocates. No fastmath: results must be
    those of Python's floats, bit for bit.
    """
    compiled: Function = njit(nogil=True, forceinline=True, _nrt=False)(function)
    return compiled


def entry(function: Function) -> Function:
    """Compile a function of the kernel that Python calls, cached where that is possible."""
    folder = cache_folder()
    if folder is None:
        plain: Function = njit(nogil=True, _nrt=False)(function)
        return plain
    with _numba_cache_in(folder):
        kept: Function = njit(nogil=True, _nrt=False, cache=True)(function)
    return kept


@cache
def cache_folder() -> Path | None:
    """The folder for this state of the sources, or None if no place can be written."""
    try:
        folder = _user_cache() / f"kernel-{sources_digest(_SOURCES)[:20]}"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: the user has no home
        return None


def sources_digest(sources: tuple[Path, ...]) -> str:
    """SHA-256 over files (and the Python files in folders), their names and all versions."""
    digest = hashlib.sha256(repr((sys.version, numba.__version__, np.__version__)).encode())
    for source in sources:
        for file in sorted(source.glob("*.py")) if source.is_dir() else [source]:
            digest.update(f"\n{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _user_cache() -> Path:
    """Where the machine's user keeps caches; Numba's own setting goes first."""
    if config.CACHE_DIR:
        return Path(config.CACHE_DIR)
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        root = str(Path("~/Library/Caches").expanduser())
    else:
        root = os.environ.get("XDG_CACHE_HOME")
    return Path(root or Path("~/.cache").expanduser()) / "service-network-planner"


@contextmanager
def _numba_cache_in(folder: Path) -> Iterator[None]:
    """Numba asks for its folder while it decorates: set it just then."""
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before
