"""A digest of a network: equal networks, however they were loaded, have equal digests."""

from __future__ import annotations

import hashlib
from dataclasses import fields

import numpy as np

from network.model import Network
from network.noun import Noun
from network.places import Zones

_NOT_CONTENT = ("name", "data_sha256", "warnings")


def network_digest(network: Network) -> str:
    """SHA-256 over everything that decides what a simulation of the network finds."""
    digest = hashlib.sha256()
    for field in fields(Network):
        if field.name not in _NOT_CONTENT:
            digest.update(field.name.encode())
            _add(digest, getattr(network, field.name))
    return digest.hexdigest()


def _add(digest: hashlib._Hash, value: object) -> None:
    if isinstance(value, Noun):
        digest.update(value.model_dump_json().encode())
    elif isinstance(value, np.ndarray):
        digest.update(str(value.shape).encode() + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Zones):
        for field in fields(Zones):
            _add(digest, getattr(value, field.name))
    elif isinstance(value, tuple):
        digest.update(f"{len(value)}:".encode())
        for one in value:
            _add(digest, one)
    else:
        digest.update(repr(value).encode())
