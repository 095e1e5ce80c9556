"""The version of the code that decides numbers: what is stored under another is not reused.

A digest over the source files from a resolved network to its key figures, and the versions
of the libraries that they compute with. Loading, the reports and the command lines are not
among them: a network is known by its content, however it was loaded.
"""

from __future__ import annotations

import hashlib
import inspect
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim.policies import find_policy

_ROOT = Path(__file__).resolve().parents[2]
_SOURCES = (
    "network/*.py",
    "sim/audit/*.py",
    "sim/checks.py",
    "sim/digest.py",
    "sim/duty.py",
    "sim/duty_time.py",
    "sim/engines/**/*.py",
    "sim/kpis/**/*.py",
    "sim/layout.py",
    "sim/machine_code/*.py",
    "sim/policies/*.py",
    "sim/reach.py",
    "sim/replicate.py",
    "sim/sample/**/*.py",
)
_NOT = ("network/errors.py", "network/digest.py")
_PACKAGES = ("numpy", "numba", "simpy")


def code_version(policy: str) -> str:
    """Digest of the code that plays a network with a dispatch policy.

    Parameters
    ----------
    policy : str
        Name of a registered policy; the file of one that the user wrote counts as well.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    function = find_policy(policy)
    if function.__module__.startswith("sim.policies."):
        return _shipped()
    try:
        own = Path(inspect.getfile(function)).read_bytes()
    except (OSError, TypeError):  # typed at a prompt: there is no file
        own = function.__code__.co_code + repr(function.__code__.co_consts).encode()
    name = f"{_shipped()}/{function.__qualname__}/"
    return hashlib.sha256(name.encode() + own).hexdigest()


@cache
def _shipped() -> str:
    digest = hashlib.sha256()
    for package in _PACKAGES:
        digest.update(f"{package} {_version(package)}\n".encode())
    files = {path for pattern in _SOURCES for path in _ROOT.glob(pattern)}
    for path in sorted(files):
        name = path.relative_to(_ROOT).as_posix()
        if name not in _NOT:
            content = path.read_bytes()
            digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
