"""Machine code that is made once by Numba, kept, and loaded by LLVM alone.

Numba's own cache does not notice edits in imported files, and takes half a second to
wake up in a fresh process. Code that needs nothing from Python or Numba at run time
(no exceptions, no allocations) is an object file that stands for itself; the file's name
is a digest of all sources, the versions and the processor.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]  # it has none

_HERE = Path(__file__).resolve().parent
_KEPT = 8

_Entry = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)
Entry = Callable[[int, int], int]
"""``entry(address of a table, number) -> code``; other Python threads run meanwhile."""
Compile = Callable[[str, Any], tuple[bytes, bool]]
"""From a name and LLVM's target machine to `sim.machine_code.compiling.compile_entry`."""


class MachineCode:
    """One function in machine code.

    Parameters
    ----------
    name : str
        Of the function; its files begin with it.
    sources : tuple of Path
        Files, and folders of Python files, that decide what it does, besides this package.
    compiled : callable
        Makes the object code; it may import Numba, which is not awake otherwise.
    """

    def __init__(self, name: str, sources: tuple[Path, ...], compiled: Compile) -> None:
        self._name, self._sources, self._compiled = name, sources, compiled
        self._lock = threading.Lock()
        self._loaded: tuple[Entry, object] | None = None

    def load(self) -> Entry:
        """The function: as it was kept, or compiled now (some seconds) and kept."""
        with self._lock:
            if self._loaded is None:
                file = self.kept_file()
                self._loaded = _load(self._name, read_kept(file) or self._compile(file))
            return self._loaded[0]

    def kept_file(self) -> Path | None:
        """The file for this state of the sources, or None if there is no place for it."""
        try:
            folder = _user_cache() / "service-network-planner"
            folder.mkdir(parents=True, exist_ok=True)
            return folder / f"{self._name}-{sources_digest(self._sources)[:32]}.o"
        except (OSError, RuntimeError):  # RuntimeError: the user has no home
            return None

    def _compile(self, file: Path | None) -> bytes:
        code, stands_alone = self._compiled(self._name, target_machine())
        if file is not None and stands_alone:
            keep(file, code)
        return code


def sources_digest(sources: tuple[Path, ...]) -> str:
    """SHA-256 over files (and the Python files in folders), the versions, the processor."""
    features = llvm.get_host_cpu_features().flatten()
    made_by = (sys.version, version("numba"), version("llvmlite"), version("numpy"))
    made_for = (llvm.get_default_triple(), llvm.get_host_cpu_name(), features)
    digest = hashlib.sha256(repr((made_by, made_for)).encode())
    for source in (*sources, _HERE):
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


def keep(file: Path, code: bytes) -> None:
    """Write object code under a seal, all at once, and drop the oldest of its kind."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as draft:
            draft.write(hashlib.sha256(code).digest() + code)
        Path(draft.name).replace(file)
        kind = file.name.partition("-")[0]
        kept = sorted(file.parent.glob(f"{kind}-*.o"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:  # nobody may write there: it is compiled again next time
        return


def _load(name: str, code: bytes) -> tuple[Entry, object]:
    """The function, and what must live as long as it."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return _Entry(engine.get_function_address(name)), engine


def target_machine() -> Any:
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
