"""Batches of windows through toy models."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from geoseg_text import predict
from geoseg_text.errors import GeosegWarning, InputError, ModelError
from geoseg_text.imagery import Chip
from geoseg_text.predict import Predictor, choose_device
from geoseg_text.tensors import to_tensor
from geoseg_text.values.rows import FULL_SCORE, WindowFailure, WindowScores
from geoseg_text.values.windows import Window

CPU = torch.device("cpu")


def predictor(model: Any, phrases: list[str], batch: int = 4) -> Predictor:
    prepare = partial(to_tensor, mean=model.config.mean, std=model.config.std)
    return Predictor(model, phrases, prepare, device=CPU, batch=batch)


def windows(count: int, side: int = 8) -> list[Chip]:
    rng = np.random.default_rng(count)
    return [
        Chip(
            Window(0, number * side, side, side),
            rng.integers(0, 250, (3, side, side)).astype(np.uint8),
            np.ones((side, side), bool),
        )
        for number in range(count)
    ]


def test_scores_are_the_sigmoid_in_steps_of_16_bits(toys: Any) -> None:
    given = windows(3)
    for item, answer in zip(given, predictor(toys.pixelwise(), ["green"]).scores(given), strict=True):
        assert isinstance(answer, WindowScores)
        assert answer.window == item.window
        assert answer.scores.dtype == np.uint16
        assert (answer.scores[0] == np.rint(item.image[1] / 255 * FULL_SCORE)).all()


@pytest.mark.parametrize("count", [1, 4, 5, 9])
def test_every_pass_has_the_same_shape(toys: Any, count: int) -> None:
    model = toys.pixelwise()
    assert len(list(predictor(model, ["red", "blue"]).scores(windows(count)))) == count
    assert set(model.shapes) == {(4, 3, 8, 8, 2)}


def test_the_batch_changes_no_answer(toys: Any) -> None:
    given = windows(7)
    answers = [
        np.stack([answer.scores for answer in predictor(toys.brightness(), ["x"], batch).scores(given)])
        for batch in (1, 2, 7, 16)
    ]
    assert all((answer == answers[0]).all() for answer in answers)


def test_phrases_keep_their_answers_in_any_order(toys: Any) -> None:
    given = windows(2)
    forward = list(predictor(toys.pixelwise(), ["red", "green", "blue"]).scores(given))
    backward = list(predictor(toys.pixelwise(), ["blue", "green", "red"]).scores(given))
    for one, other in zip(forward, backward, strict=True):
        assert (one.scores == other.scores[::-1]).all()


def test_many_phrases_are_split_over_passes(toys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict, "PASS_PX", 2 * 4 * 8 * 8)
    model = toys.constant()
    phrases = ["0.1", "0.2", "0.3", "0.4", "0.5"]
    answer = next(predictor(model, phrases).scores(windows(1)))
    assert [shape[-1] for shape in model.shapes] == [2, 2, 1]
    assert answer.scores[:, 0, 0].tolist() == [round(float(phrase) * FULL_SCORE) for phrase in phrases]


def test_an_image_is_encoded_once_for_all_phrases(toys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict, "PASS_PX", 2 * 4 * 8 * 8)
    plain, seen, asked = toys.constant(), [], []

    class LateFusion:
        config, count_tokens, encode_text = plain.config, plain.count_tokens, plain.encode_text
        late_fusion = True

        def encode_image(self, images: torch.Tensor) -> torch.Tensor:
            seen.append(len(images))
            return images

        def answer(self, image: torch.Tensor, text: Any, hints: None = None) -> torch.Tensor:
            asked.append(len(text.tokens))
            logits: torch.Tensor = plain(image, text)
            return logits

        __call__ = answer

    answer = next(predictor(LateFusion(), ["0.1", "0.2", "0.3", "0.4", "0.5"]).scores(windows(1)))
    assert seen == [4]
    assert asked == [2, 2, 1]
    assert answer.scores[:, 0, 0].tolist() == [round(n / 10 * FULL_SCORE) for n in range(1, 6)]


def test_a_part_of_a_plan_keeps_its_passes_and_places(toys: Any) -> None:
    """What stands where in a pass is that of the whole plan, with any pixels where a window is not wanted."""
    seen: list[torch.Tensor] = []

    class Watching(toys.pixelwise):
        def answer(self, images: torch.Tensor, phrase: str) -> torch.Tensor:
            seen.append(images.clone())
            return super().answer(images, phrase)

    given = windows(11)
    answers = list(predictor(Watching(), ["red"]).scores(given))
    whole, wanted = list(seen), [2, 3, 5, 9, 10]
    seen.clear()
    part = predictor(Watching(), ["red"]).scores([given[n] for n in wanted], lambda window: window.col // 8)
    for number, answer in zip(wanted, part, strict=True):
        assert (answer.scores == answers[number].scores).all()
    assert len(seen) == 3
    for number in wanted:
        assert (seen[number // 4][number % 4] == whole[number // 4][number % 4]).all()


def test_windows_come_one_batch_at_a_time(toys: Any) -> None:
    taken = []

    def stream() -> Iterator[Chip]:
        for item in windows(9):
            taken.append(item)
            yield item

    next(predictor(toys.pixelwise(), ["red"]).scores(stream()))
    assert len(taken) == 4


@pytest.mark.parametrize("toy", ["stumbling", "wordless"])
def test_a_window_that_fails_is_reported_and_its_batch_is_not_lost(toys: Any, toy: str) -> None:
    given = windows(6)
    given[2].image[:, 3, 3] = 255
    answers = list(predictor(getattr(toys, toy)(), ["red"]).scores(given))
    assert [isinstance(answer, WindowFailure) for answer in answers] == [
        False,
        False,
        True,
        False,
        False,
        False,
    ]
    assert answers[2].window == given[2].window
    assert answers[2].stage == "predict"
    assert answers[2].reason
    whole = [answer for answer in answers if isinstance(answer, WindowScores)]
    for answer, item in zip(whole, [*given[:2], *given[3:]], strict=True):
        assert (answer.scores[0] == np.rint(item.image[0] / 255 * FULL_SCORE)).all()


def test_batches_shrink_until_they_fit_the_memory(toys: Any) -> None:
    class Narrow(toys.pixelwise):
        def answer(self, images: torch.Tensor, phrase: str) -> torch.Tensor:
            if len(images) > 2:
                raise torch.OutOfMemoryError("no room")
            return super().answer(images, phrase)

    given, model = windows(11), Narrow()
    with pytest.warns(GeosegWarning, match="going on with") as warned:
        answers = list(predictor(model, ["red"], batch=8).scores(given))
    assert [answer.window for answer in answers] == [item.window for item in given]
    assert all(isinstance(answer, WindowScores) for answer in answers)
    assert len(warned) == 2
    assert {shape[0] for shape in model.shapes[2:]} == {2}


def test_a_failure_that_passes_is_forgiven(toys: Any) -> None:
    class Hiccup(toys.pixelwise):
        calls = 0

        def answer(self, images: torch.Tensor, phrase: str) -> torch.Tensor:
            self.calls += 1
            if self.calls == 1:
                raise RuntimeError("busy")
            return super().answer(images, phrase)

    assert all(isinstance(answer, WindowScores) for answer in predictor(Hiccup(), ["red"]).scores(windows(4)))


def test_a_batch_without_a_valid_pixel_is_not_computed(toys: Any) -> None:
    given = windows(2)
    for item in given:
        item.valid[:] = False
    model = toys.pixelwise()
    answers = list(predictor(model, ["red"]).scores(given))
    assert not model.shapes
    assert all(isinstance(answer, WindowScores) and not answer.valid.any() for answer in answers)


def test_an_answer_of_the_wrong_shape_is_the_models_fault(toys: Any) -> None:
    class Flat(toys.pixelwise):
        def __call__(self, images: torch.Tensor, text: Any) -> torch.Tensor:
            return super().__call__(images, text)[:, 0]

    with pytest.raises(ModelError, match="does not keep the contract"):
        list(predictor(Flat(), ["red"]).scores(windows(1)))


def test_a_phrase_longer_than_the_model_reads_is_refused(toys: Any) -> None:
    with pytest.raises(InputError, match="41 tokens and Pixelwise reads 40"):
        predictor(toys.pixelwise(), ["r" * 41])


def test_an_empty_batch_is_refused(toys: Any) -> None:
    with pytest.raises(InputError, match="at least 1"):
        predictor(toys.pixelwise(), ["red"], batch=0)


def test_the_device_is_chosen() -> None:
    assert choose_device("cpu") == CPU
    assert choose_device("auto").type in ("cpu", "cuda")


@pytest.mark.parametrize("name", ["gpu", "cpu:x", "meta:99:1", ""])
def test_an_unknown_device_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="'auto' or 'cpu'"):
        choose_device(name)
