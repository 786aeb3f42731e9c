"""Pickles of plain data are read whole, by whatever Python wrote them; nothing in one is ever executed."""

from __future__ import annotations

import contextlib
import json
import pickle
import random
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoseg_text.datasets.plain_pickle import read_plain_pickle
from geoseg_text.errors import InputError

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def read(tmp_path: Path, content: bytes) -> Any:
    path = tmp_path / "refs(unc).p"
    path.write_bytes(content)
    return read_plain_pickle(path)


def plain(rng: random.Random, depth: int = 0) -> Any:
    """Something of lists, dicts, tuples, text and numbers."""
    if depth < 4 and rng.random() < 0.6:
        size = rng.choice([0, 1, 2, 3, 7])
        kind = rng.choice([list, tuple, dict])
        if kind is dict:
            keys = [rng.choice([f"key{i}", i]) for i in range(size)]
            return {key: plain(rng, depth + 1) for key in keys}
        return kind(plain(rng, depth + 1) for _ in range(size))
    numbers = [0, 255, -1, 65536, -(2**31), 2**40, -(2**70), 1.5, -1e300]
    return rng.choice([None, True, False, "", "tin roof", "Škoda 屋根", "it's\n", b"", *numbers])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_data_comes_back(tmp_path: Path, protocol: int) -> None:
    rng = random.Random(protocol)
    for _ in range(60):
        data = [plain(rng) for _ in range(5)]
        if protocol < 3:  # there bytes are a call of _codecs.encode, or of bytes() for none
            data = json.loads(json.dumps(data, default=lambda _: "bytes"))
        assert read(tmp_path, pickle.dumps(data, protocol)) == data


def test_an_object_that_is_named_twice_stays_one(tmp_path: Path) -> None:
    shared = ["a"]
    found = read(tmp_path, pickle.dumps([shared, shared, {"again": shared}], 2))
    assert found[0] is found[1] is found[2]["again"]


def test_text_of_python_2_is_latin_1(tmp_path: Path) -> None:
    """Derived from the opcodes: protocol 2 writes U and a length, protocol 0 writes S and quotes."""
    binary = b"\x80\x02]q\x00}q\x01(U\x04sentq\x02U\x04caf\xe9q\x03U\x06ref_idq\x04K\x07ua."
    text = b"(lp0\n(dp1\nS'sent'\np2\nS'caf\\xe9'\np3\nsS'ref_id'\np4\nI7\nsa."
    assert read(tmp_path, binary) == read(tmp_path, text) == [{"sent": "café", "ref_id": 7}]
    assert read(tmp_path, b'S"it\'s\\n"\n.') == "it's\n"
    assert read(tmp_path, b"(I01\nI00\nL12L\nF1.5\nt.") == (True, False, 12, 1.5)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "number", [np.int64(-7), np.int32(7), np.uint8(200), np.float32(0.5), np.float64(1e300), np.bool_(True)]
)
def test_numpys_numbers_become_plain(tmp_path: Path, protocol: int, number: np.generic) -> None:
    found = read(tmp_path, pickle.dumps({"area": number}, protocol))["area"]
    assert found == number.item()
    assert type(found) is type(number.item())


def test_numbers_that_an_old_numpy_wrote_in_python_2_become_plain(tmp_path: Path) -> None:
    content = (
        b"\x80\x02cnumpy.core.multiarray\nscalar\nq\x01cnumpy\ndtype\nq\x02U\x02i8q\x03K\x00K\x01\x87q\x04Rq\x05"
        b"(K\x03U\x01%sq\x06NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x07bU\x08%sq\x08\x86q\tRq\n."
    )
    assert read(tmp_path, content % (b"<", (300).to_bytes(8, "little"))) == 300
    assert read(tmp_path, content % (b">", (300).to_bytes(8, "big"))) == 300


class Hostile:
    """Runs a command where a pickle of it is loaded freely."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (str(self.target), "w"))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_is_executed(tmp_path: Path, protocol: int) -> None:
    target = tmp_path / "made"
    content = pickle.dumps([{"sent": "the roofs"}, Hostile(target)], protocol)
    with pytest.raises(InputError, match=r"without executing code \(it names '(_?io|builtins|__builtin__)"):
        read(tmp_path, content)
    assert not target.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"(S'true'\nios\nsystem\n.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
        b"\x80\x02cnumpy\ndtype\n(U\x01OK\x00K\x01tR.",  # objects are pickles within the pickle
        b"\x80\x02cnumpy\nfromfile\n.",
        b"\x80\x02\x82\x01.",  # the registry of extensions
        b"Pname\n.",  # a persistent id
        pickle.dumps({1, 2}),
        pickle.dumps(OrderedDict(a=1)),
        pickle.dumps(np.arange(3)),
        pickle.dumps({(1, 2): 3}),
        pickle.dumps(bytearray(b"x"), 5),
    ],
)
def test_more_than_plain_data_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="without executing code") as error:
        read(tmp_path, content)
    assert "\n" not in str(error.value)


def test_a_damaged_file_is_a_stated_error(tmp_path: Path) -> None:
    rng = random.Random(0)
    whole = pickle.dumps([{"sent": "the roofs", "ids": (1, 2.5), "ok": True}] * 3, 2)
    for length in range(len(whole)):
        with pytest.raises(InputError):
            read(tmp_path, whole[:length])
    for _ in range(500):  # a changed byte gives other data or a stated error, and nothing else
        broken = bytearray(whole)
        broken[rng.randrange(len(broken))] = rng.randrange(256)
        with contextlib.suppress(InputError):
            read(tmp_path, bytes(broken))
    with pytest.raises(InputError, match="cannot be read"):
        read_plain_pickle(tmp_path / "none.p")


def test_a_length_beyond_the_file_takes_no_memory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="damaged"):
        read(tmp_path, b"\x80\x04\x8d" + (2**60).to_bytes(8, "little") + b"a.")
    with pytest.raises(InputError, match="damaged"):
        read(tmp_path, b"\x80\x02T\xff\xff\xff\x7fa.")


@pytest.mark.parametrize("protocol", [0, 2])
def test_the_real_expressions_come_back(tmp_path: Path, shared: Path, protocol: int) -> None:
    path = shared / "data" / "phrases" / "rrsisd_refs.jsonl"
    if not path.is_file():
        pytest.skip(f"needs the expressions of RRSIS-D: {path} is not there")
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(2000), strict=False)]
    refs = [row | {"sentences": [{"tokens": row["sent"].split(), "raw": row["sent"]}]} for row in rows]
    assert read(tmp_path, pickle.dumps(refs, protocol)) == refs
