"""The kernel's machine code: made once by Numba, kept, and loaded by LLVM alone.

Numba's own cache does not notice edits in imported files, and takes half a second to
wake up in a fresh process. The kernel needs nothing from Python or Numba at run time
(no exceptions, no allocations), so its object code is a file that stands for itself; the
file's name is a digest of all sources, the versions and the processor.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]  # it has none

_SIM = Path(__file__).resolve().parents[2]
SOURCES = (
    Path(__file__).resolve().parent,
    _SIM / "policies",
    _SIM / "layout.py",
    _SIM.parent / "network" / "tables.py",
)
_KEPT = 8
_NAME = "play"

_Play = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)
_lock = threading.Lock()
_loaded: list[Kernel] = []


@dataclass(frozen=True, slots=True)
class Kernel:
    """The kernel in memory.

    Parameters
    ----------
    play : callable
        ``play(address of a world, events) -> code``; see `sim.engines.kernel.loop.play`.
        Other Python threads run meanwhile.
    memory : object
        What must live as long as the code.
    """

    play: Callable[[int, int], int]
    memory: object


def load_kernel() -> Kernel:
    """The kernel: as it was kept, or compiled now (some seconds) and kept."""
    with _lock:
        if not _loaded:
            file = kept_file()
            _loaded.append(_load(read_kept(file) or _compile(file)))
        return _loaded[0]


def kept_file() -> Path | None:
    """The file for this state of the sources, or None if there is no place for it."""
    try:
        folder = _user_cache() / "service-network-planner"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"kernel-{sources_digest(SOURCES)[:32]}.o"
    except (OSError, RuntimeError):  # RuntimeError: the user has no home
        return None


def sources_digest(sources: tuple[Path, ...]) -> str:
    """SHA-256 over files (and the Python files in folders), the versions, the processor."""
    features = llvm.get_host_cpu_features().flatten()
    made_by = (sys.version, version("numba"), version("llvmlite"), version("numpy"))
    made_for = (llvm.get_default_triple(), llvm.get_host_cpu_name(), features)
    digest = hashlib.sha256(repr((made_by, made_for)).encode())
    for source in sources:
        for file in sorted(source.glob("*.py")) if source.is_dir() else [source]:
            digest.update(f"\n{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _user_cache() -> Path:
    """Where the machine's user keeps caches; a setting made for Numba goes first."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return Path(os.environ["NUMBA_CACHE_DIR"])
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        root = str(Path("~/Library/Caches").expanduser())
    else:
        root = os.environ.get("XDG_CACHE_HOME")
    return Path(root) if root else Path("~/.cache").expanduser()


def read_kept(file: Path | None) -> bytes | None:
    """Object code that was kept whole, or None."""
    if file is None or not file.is_file():
        return None
    seal, code = (content := file.read_bytes())[:32], content[32:]
    return code if hashlib.sha256(code).digest() == seal else None


def _compile(file: Path | None) -> bytes:
    """Object code, kept if it can be."""
    from sim.engines.kernel.compiling import compile_kernel  # wakes Numba

    code, stands_alone = compile_kernel(_NAME, _target_machine())
    if file is not None and stands_alone:
        keep(file, code)
    return code


def keep(file: Path, code: bytes) -> None:
    """Write object code under a seal, all at once, and drop the oldest of its kind."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as draft:
            draft.write(hashlib.sha256(code).digest() + code)
        Path(draft.name).replace(file)
        kept = sorted(file.parent.glob("kernel-*.o"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:  # nobody may write there: it is compiled again next time
        return


def _load(code: bytes) -> Kernel:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine())
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Kernel(_Play(engine.get_function_address(_NAME)), engine)


def _target_machine() -> Any:
    """LLVM's view of this processor; it may not contract ``a * b + c`` (its default)."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        codemodel="jitdefault",
        jit=True,
    )
