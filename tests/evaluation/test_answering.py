"""A model over samples: what it sees, what it is asked, and what is counted of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pytest
import torch
from torch import Tensor

from geoseg_text.errors import ModelError
from geoseg_text.evaluation.answering import answers, as_read, evaluate, squared
from geoseg_text.evaluation.cases import Counts
from geoseg_text.evaluation.held_back import scene_samples
from geoseg_text.language.referring import KINDS
from geoseg_text.models.base import ModelConfig, TextFeatures
from geoseg_text.progress import ProgressEvent

BANDS = ("red", "green", "blue")
CPU = torch.device("cpu")


class Bands:
    """Reads two words, and scores each pixel by the band that the first one names."""

    late_fusion = False

    def __init__(self, side: int) -> None:
        self.config = ModelConfig(
            system="toy", name="bands", window_px=side, tokens=2, mean=(0.0,) * 3, std=(1.0,) * 3
        )
        self.passes = 0

    def count_tokens(self, phrase: str) -> int:
        return len(phrase.split())

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        tokens = torch.tensor([[[float(BANDS.index(phrase.split()[0]))]] for phrase in phrases])
        return TextFeatures(tokens, torch.ones(len(phrases), 1, dtype=torch.bool))

    def __call__(self, images: Tensor, text: TextFeatures) -> Tensor:
        self.passes += 1
        if images.min() == 1:
            raise RuntimeError("too bright")
        return torch.logit(images[:, text.tokens[:, 0, 0].long()].clamp(1e-6, 1 - 1e-6))


@dataclass(frozen=True, eq=False)
class Sample:
    image: np.ndarray
    mask: np.ndarray
    phrase: str
    category: str | None = "roof"
    image_id: str = "town"


def samples(*phrases: str, image_id: str = "town") -> list[Sample]:
    """An image of 6 x 6 px, its left third red, its right half green, asked of the left half."""
    image = np.zeros((3, 6, 6), np.uint8)
    image[0, :, :2] = image[1, :, 3:] = 255
    mask = np.zeros((6, 6), bool)
    mask[:, :3] = True
    return [Sample(image, mask, phrase, image_id=image_id) for phrase in phrases]


def test_answers_are_judged_one_by_one_with_ids_of_their_own() -> None:
    events: list[ProgressEvent] = []
    found = evaluate(
        Bands(6), samples("red", "green", "blue"), 3, threshold=0.5, device=CPU, progress=events.append
    )
    assert [case.original for case in found.cases] == [
        Counts(12, 12, 18, 36),
        Counts(0, 18, 18, 36),
        Counts(0, 0, 18, 36),
    ]
    assert [case.case_id for case in found.cases] == ["town", "town (2)", "town (3)"]
    assert {case.category for case in found.cases} == {"roof"}
    assert {case.kind for case in found.cases} == {None}
    assert [(event.done, event.total) for event in events] == [(1, 3), (2, 3), (3, 3)]
    assert found.shortlist.sections()["Best"][0].phrase == "red"


def test_phrases_about_one_image_share_a_pass_and_do_not_change_each_other() -> None:
    model = Bands(6)
    asked = [*samples("red", "green"), *samples("green", image_id="village")]
    together = list(answers(model, asked, CPU))
    assert model.passes == 2
    alone = [answer for sample in asked for answer in answers(model, [sample], CPU)]
    assert model.passes == 5
    for one, other in zip(together, alone, strict=True):
        assert one.sample is other.sample
        assert np.array_equal(one.scores, other.scores)


def test_the_image_is_seen_as_the_networks_square_and_the_answer_counted_there() -> None:
    found = evaluate(Bands(3), samples("red"), 1, threshold=0.5, device=CPU)
    (case,) = found.cases
    assert case.network.total == 9
    assert case.original == Counts(12, 12, 18, 36)  # each pixel of the square is two by two of the image
    assert sum(case.histogram.pixels) == 9


def test_a_phrase_is_cut_to_what_the_model_reads_and_that_is_told() -> None:
    assert as_read(Bands(6), "red  roofs beside the road") == "red roofs"
    assert as_read(Bands(6), "red roofs") == "red roofs"
    found = evaluate(
        Bands(6), samples("red roofs", "red  roofs ", "red roofs there"), 3, threshold=0.5, device=CPU
    )
    assert found.shortened == 1
    assert len({case.original for case in found.cases}) == 1


def test_of_a_word_that_alone_is_too_long_a_part_is_read() -> None:
    class Letters(Bands):
        def count_tokens(self, phrase: str) -> int:
            return len(phrase)

    assert as_read(Letters(6), "roof red") == "ro"


def test_a_sample_that_fails_ends_the_run_by_its_name() -> None:
    white = Sample(np.full((3, 6, 6), 255, np.uint8), np.zeros((6, 6), bool), "red", image_id="snow")
    with pytest.raises(ModelError, match=r"'snow'.*too bright"):
        evaluate(Bands(6), [*samples("red"), white], 2, threshold=0.5, device=CPU)


def test_an_image_keeps_its_bands_when_its_shape_changes() -> None:
    image = np.stack([np.full((5, 9), value, np.uint8) for value in (10, 20, 30)])
    square = squared(image, 4)
    assert square.shape == (3, 4, 4)
    assert [set(band.ravel().tolist()) for band in square] == [{10}, {20}, {30}]
    assert squared(square, 4) is square


def test_held_back_scenes_are_asked_by_kind_and_repeat_themselves() -> None:
    drawn, again = (list(islice(scene_samples(64), 10)) for _ in range(2))
    assert [sample.phrase for sample in drawn] == [sample.phrase for sample in again]
    for sample, other in zip(drawn, again, strict=True):
        assert np.array_equal(sample.mask, other.mask)
        assert sample.image.shape == (3, 64, 64)
        assert sample.mask.any() == (sample.kind != "none")
        assert sample.category is None or sample.mask.any()
    assert drawn[0].image_id == "scene 900000"
    first = [KINDS.index(sample.kind) for sample in drawn if sample.image_id == drawn[0].image_id]
    assert first == sorted(set(first))
