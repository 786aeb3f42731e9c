"""Which words name things and which say where, and the tokens of either."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.language.word_roles import role_masks, word_roles


def read(phrase: str) -> tuple[list[str], list[str]]:
    """Object words and position words of a phrase."""
    roles = word_roles(phrase)
    objects, positions = ([phrase[a:b] for a, b in spans] for spans in (roles.objects, roles.positions))
    return objects, positions


@pytest.mark.parametrize(
    ("phrase", "objects", "positions"),
    [
        ("the red roofs beside the road", ["roofs", "road"], ["beside the road"]),
        (
            "The vehicle is on the lower left of the small rounded storage tank in the middle",
            ["vehicle", "storage tank"],
            ["on the lower left of the small rounded storage tank", "in the middle"],
        ),
        ("a ship in the Top-Left corner of the image", ["ship"], ["in the Top-Left corner of the image"]),
        ("the leftmost, shadowed baseball field", ["baseball field"], ["leftmost"]),
        (
            "the houses between the road and the two rivers",
            ["houses", "road", "rivers"],
            ["between the road and the two rivers"],
        ),
        ("the boat located in the upper left corner", ["boat"], ["located in the upper left corner"]),
        ("a pool just above the lower pool", ["pool", "pool"], ["above the lower pool"]),
        (
            "A vehicle is on the far right of all vehicles",
            ["vehicle", "vehicles"],
            ["on the far right of all vehicles"],
        ),
        ("cars parked along the road that are white", ["cars", "road"], ["along the road"]),
    ],
)
def test_things_and_places(phrase: str, objects: list[str], positions: list[str]) -> None:
    assert read(phrase) == (objects, positions)


@pytest.mark.parametrize(
    ("phrase", "objects"),
    [
        ("a house in red", ["house"]),
        ("a jet black ship", ["ship"]),  # and no jet
        ("houses with red roofs", ["houses", "roofs"]),
        ("A overpass is similar in size to the dam", ["overpass", "dam"]),
        ("show me the largest lakes in this image", ["lakes"]),
        ("try to find the trees", ["trees"]),
    ],
)
def test_looks_sizes_and_requests_are_no_places(phrase: str, objects: list[str]) -> None:
    assert read(phrase) == (objects, [])


def test_an_unknown_thing_is_a_thing_and_a_word_without_a_name_is_not() -> None:
    assert read("the helideck beside the river") == (["helideck", "river"], ["beside the river"])
    assert read("the leftmost diamond that's dark") == (["diamond"], ["leftmost"])
    assert read("the red ones") == ([], [])
    assert read("") == ([], [])


def test_every_target_of_a_public_data_set_is_found(shared: Path) -> None:
    path = shared / "data" / "phrases" / "rrsisd_refs.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    phrases = {(row["sent"], row["category"].lower().replace("-", "")) for row in rows[::7]}
    for phrase, category in phrases:
        said = "".join(read(phrase)[0]).lower().replace(" ", "").replace("-", "")
        assert category in said, phrase


def test_places_are_found_where_people_read_some(shared: Path) -> None:
    path = shared / "data" / "phrases" / "rrsisd_risbench_cases.tsv"
    with path.open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    placed = [row["sentence"] for row in rows if row["anchor"].startswith("image:")]
    assert len(placed) > 30
    missed = [phrase for phrase in placed if not read(phrase)[1]]
    assert [phrase for phrase in missed if "rght" not in phrase] == []  # one is misspelt


@pytest.fixture(scope="module")
def tokenizer() -> PhraseTokenizer:
    return PhraseTokenizer.from_pretrained(Path(__file__).parents[2] / "geoseg_text/embedded/mafn-tiny")


def marked(phrase: str, tokenizer: PhraseTokenizer) -> tuple[list[str], list[str]]:
    """Word pieces under the two masks."""
    _, mask = tokenizer.encode([phrase], 40)
    pieces = np.array(["[CLS]", *tokenizer.pieces(phrase), "[SEP]"])
    objects, positions = role_masks([phrase], tokenizer, mask)
    return pieces[objects[0]].tolist(), pieces[positions[0]].tolist()


def test_all_pieces_of_a_word_are_marked(tokenizer: PhraseTokenizer) -> None:
    pieces = tokenizer.pieces("ziggurats")
    assert len(pieces) > 1
    assert marked("Ziggurats at the top-left", tokenizer) == (pieces, ["at", "the", "top", "-", "left"])
    shifted = marked("unphotographable wärehouse beside ziggurats", tokenizer)
    assert shifted == (["warehouse"], ["beside", *pieces])  # pieces of other words, accents: nothing moves


def test_a_phrase_without_words_of_a_role_is_read_whole(tokenizer: PhraseTokenizer) -> None:
    objects, positions = marked("the red ones", tokenizer)
    assert objects == positions == ["[CLS]", "the", "red", "ones", "[SEP]"]


def test_masks_are_those_of_each_phrase_alone(tokenizer: PhraseTokenizer) -> None:
    phrases = ["trees", "the red ones", "the cars on the bridge in the upper left part"]
    _, mask = tokenizer.encode(phrases, 40)
    together = role_masks(phrases, tokenizer, mask)
    for row, phrase in enumerate(phrases):
        _, own = tokenizer.encode([phrase], 40)
        for many, one in zip(together, role_masks([phrase], tokenizer, own), strict=True):
            length = own.shape[1]
            assert many[row, :length].tolist() == one[0].tolist()
            assert not many[row, length:].any()
