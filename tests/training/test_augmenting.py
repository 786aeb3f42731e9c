"""What is drawn for samples and phrases, and that it follows from the seed alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from geoseg_text.datasets import open_benchmark
from geoseg_text.training.config import BlackSquares, PointGuidance
from geoseg_text.training.guidance import guided
from geoseg_text.training.referring_data import TrainingSamples, collated, with_black_squares


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A RefSegRS of 40 grey images of 24 x 32 px, whose left halves are meant."""
    root = tmp_path_factory.mktemp("grey")
    (root / "images").mkdir()
    (root / "masks").mkdir()
    mask = np.zeros((24, 32), np.uint8)
    mask[:, :16] = 255
    for number in range(40):
        Image.new("RGB", (32, 24), (90, 90, 90)).save(root / f"images/{number}.tif")
        Image.fromarray(mask).save(root / f"masks/{number}.tif")
    said = "".join(f"{number} the left\n" for number in range(40))
    (root / "output_phrase_train.txt").write_text(said, encoding="utf-8")
    return root


def test_squares_are_black_whole_and_inside() -> None:
    image = np.full((3, 20, 30), 200, np.uint8)
    squares = BlackSquares(fewest=1, most=1, side_px=5)
    places = set()
    for seed in range(40):
        covered = with_black_squares(image, squares, np.random.default_rng(seed))
        black = (covered == 0).all(axis=0)
        rows, cols = np.nonzero(black)
        assert black.sum() == 25
        assert (np.ptp(rows), np.ptp(cols)) == (4, 4)
        places.add((rows.min(), cols.min()))
    assert len(places) > 20
    assert (image == 200).all()
    small = with_black_squares(image[:, :4, :4], squares, np.random.default_rng(0))
    assert not small.any()


def test_a_fifth_of_the_samples_is_covered_the_same_in_every_epoch_at_other_places(data: Path) -> None:
    train = open_benchmark("RefSegRS", data, "train")

    def covered(squares: BlackSquares | None, epoch: int, seed: int = 0) -> dict[int, bytes]:
        samples = TrainingSamples(train, 24, squares, seed)
        images = {index: samples[epoch, index]["image"] for index in range(40)}
        return {index: image.tobytes() for index, image in images.items() if (image == 0).any()}

    squares = BlackSquares(share=0.2, fewest=2, most=3, side_px=4)
    first, second = covered(squares, 0), covered(squares, 1)
    assert first == covered(squares, 0)
    assert 2 <= len(first) <= 16
    assert first.keys() == second.keys()
    assert all(first[index] != second[index] for index in first)
    assert covered(squares, 0, seed=1).keys() != first.keys()
    fresh = BlackSquares(share=0.5, fewest=2, most=3, side_px=4, same_samples=False)
    assert covered(fresh, 0).keys() != covered(fresh, 1).keys()
    assert covered(None, 0) == {}


def test_image_and_truth_are_squared_and_the_truth_is_never_covered(data: Path) -> None:
    squares = BlackSquares(share=1.0, fewest=9, most=9, side_px=8)
    samples = TrainingSamples(open_benchmark("RefSegRS", data, "train"), 16, squares, 0)
    batch = collated([samples[0, index] for index in range(3)])
    assert batch["images"].shape == (3, 3, 16, 16)
    assert batch["images"].dtype == np.uint8
    assert batch["truth"].dtype == torch.bool
    assert torch.equal(batch["truth"], (torch.arange(16) < 8).expand(3, 16, 16))
    assert batch["phrases"] == ["the left"] * 3


def test_points_show_what_is_missed_and_what_is_too_much() -> None:
    truth, answer = torch.zeros(2, 6, 8, dtype=torch.bool), torch.zeros(2, 6, 8, dtype=torch.bool)
    truth[:, :3] = True
    answer[:, :, :4] = True  # misses the upper right, is too much at the lower left
    torch.manual_seed(0)
    counts = set()
    for _ in range(30):
        for hint in guided(PointGuidance(share=1.0, most=7), answer, truth):
            assert hint is not None
            assert all(y < 3 and x > 4 for x, y in hint.points)
            assert all(y > 3 and x < 4 for x, y in hint.points_off)
            counts.add(len(hint.points) + len(hint.points_off))
    assert counts == set(range(1, 8))


def test_some_phrases_get_points_and_right_answers_none() -> None:
    truth = torch.zeros(400, 2, 2, dtype=torch.bool)
    truth[:, 0] = True
    torch.manual_seed(0)
    hints = guided(PointGuidance(share=0.25, most=1), ~truth, truth)
    assert 70 <= sum(hint is not None for hint in hints) <= 130
    assert guided(PointGuidance(share=1.0, most=1), truth, truth) == [None] * 400
