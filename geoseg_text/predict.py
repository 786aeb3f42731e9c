"""Windows of pixels -> windows of scores, in fixed batches through a model on a device.

The size of a batch, and a window's place in it, follow from the plan of the whole run, so that a run repeats
itself however it is cut: a network's last bits may depend on both. A window on which the model fails is tried
once more, alone, and then reported; batches that do not fit the device's memory are halved.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from geoseg_text.errors import GeosegError, GeosegWarning, InputError, ModelError
from geoseg_text.imagery import Chip
from geoseg_text.models.base import LateFusionModel, ReferringModel, TextFeatures
from geoseg_text.values.rows import FULL_SCORE, WindowFailure, WindowScores
from geoseg_text.values.windows import Window

PASS_PX = 16 * 480 * 480
"""Most pixels times phrases in one pass, which bounds memory; one phrase of a batch is never split."""

Batch = dict[int, Chip]
"""The windows of one pass, by their places in it, ascending."""

# What torch and numpy raise for an input they cannot do: out of memory, a shape, a value, a division.
_FAILURES = (RuntimeError, ValueError, ArithmeticError, MemoryError)


def choose_device(name: str) -> torch.device:
    """Return the device to compute on.

    Args:
        name: ``"auto"`` for CUDA where there is a device and the CPU otherwise, or torch's name of one.

    Raises:
        InputError: torch does not know or cannot use it.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (
        RuntimeError,
        AssertionError,
    ) as error:  # torch asserts that it was built with CUDA
        reason = str(error).splitlines()[0]
        raise InputError(f"device {name!r} cannot be used ({reason}); use 'auto' or 'cpu'") from error
    return device


class Predictor:
    """A model on a device, with the phrases encoded once.

    Args:
        model: stays as it is, but moves to the device and leaves training mode.
        phrases: the P phrases.
        prepare: makes of pixels uint8 (B, 3, rows, cols) the tensor that the model sees, on the device.
        device: where to compute.
        batch: windows in a pass.

    Raises:
        InputError: a phrase is longer than the model reads, or the batch is less than 1.
    """

    def __init__(
        self,
        model: ReferringModel,
        phrases: Sequence[str],
        prepare: Callable[[NDArray[np.uint8]], Tensor],
        *,
        device: torch.device,
        batch: int,
    ) -> None:
        if batch < 1:
            raise InputError(f"a batch of {batch} windows: give at least 1")
        check_length(model, phrases)
        if isinstance(model, torch.nn.Module):
            model.to(device).eval()
        self._model = model
        self._prepare = prepare
        self._batch = batch
        with torch.inference_mode():
            text = model.encode_text(phrases)
        self._text = text.changed(lambda x: x.to(device))
        self._phrases = len(phrases)

    def scores(
        self, chips: Iterable[Chip], number: Callable[[Window], int] | None = None
    ) -> Iterator[WindowScores | WindowFailure]:
        """Answer windows.

        Args:
            chips: what is seen of the windows, in the order of the plan, all of one size.
            number: a window's number in the plan of the whole run, of which these are a part; they are that
                plan's first ones if None.

        Yields:
            One answer for each window, in the same order; a batch without a valid pixel is not computed and
            gives invalid scores.

        Raises:
            ModelError: the model's answer does not have the shape of its contract.
        """
        for batch in self._batches(chips, number):
            if any(chip.valid.any() for chip in batch.values()):
                yield from self._attempt(batch)
            else:
                yield from (self._nothing(chip) for chip in batch.values())

    def _batches(self, chips: Iterable[Chip], number: Callable[[Window], int] | None) -> Iterator[Batch]:
        """Gather what the whole plan has in one pass."""
        held: Batch = {}
        pass_number = 0
        for count, chip in enumerate(chips):
            index = count if number is None else number(chip.window)
            if held and index // self._batch != pass_number:
                yield held
                held = {}
            pass_number, place = divmod(index, self._batch)  # which may have shrunk for want of memory
            held[place] = chip
            if place == self._batch - 1:
                yield held
                held = {}
        if held:
            yield held

    def _nothing(self, chip: Chip) -> WindowScores:
        scores = np.zeros((self._phrases, *chip.valid.shape), np.uint16)
        return WindowScores(chip.window, scores, chip.valid)

    def _attempt(self, batch: Batch) -> list[WindowScores | WindowFailure]:
        try:
            return list(self._compute(batch))
        except GeosegError:
            raise
        except torch.OutOfMemoryError:
            if self._batch > 1:
                return self._attempt_in_halves(batch)
            return [self._attempt_alone(*item) for item in batch.items()]
        except _FAILURES:
            return [self._attempt_alone(*item) for item in batch.items()]

    def _attempt_in_halves(self, batch: Batch) -> list[WindowScores | WindowFailure]:
        smaller = self._batch // 2
        warnings.warn(
            f"{self._batch} windows do not fit the device's memory at once: going on with {smaller}",
            GeosegWarning,
            stacklevel=2,
        )
        self._batch = smaller
        chips, answers = list(batch.values()), []
        while chips:
            part, chips = chips[: self._batch], chips[self._batch :]  # which may shrink on the way
            answers += self._attempt(dict(enumerate(part)))
        return answers

    def _attempt_alone(self, place: int, chip: Chip) -> WindowScores | WindowFailure:
        try:
            return self._compute({place: chip})[0]
        except GeosegError:
            raise
        except _FAILURES as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            return WindowFailure(chip.window, "predict", reason[:300])

    def _compute(self, batch: Batch) -> list[WindowScores]:
        filler = next(iter(batch.values()))  # every pass has the same shape
        scores = self._forward(np.stack([batch.get(i, filler).image for i in range(self._batch)]))
        return [WindowScores(chip.window, scores[place], chip.valid) for place, chip in batch.items()]

    @torch.inference_mode()
    def _forward(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint16]:
        """Quantised scores (B, P, rows, cols) of pixels (B, 3, rows, cols)."""
        config = self._model.config
        images = self._prepare(pixels)
        ask = self._asked_about(images)
        step = max(1, PASS_PX // images[:, 0].numel())
        parts = []
        for start in range(0, self._phrases, step):
            text = self._text.changed(itemgetter(slice(start, start + step)))
            logits = ask(text)
            expected = (len(images), len(text.tokens), *images.shape[2:])
            if tuple(logits.shape) != expected:
                raise ModelError(
                    f"{config.name} answered with shape {tuple(logits.shape)} where {expected} was due "
                    "(images, phrases, rows, cols): it does not keep the contract of a referring model"
                )
            if not torch.stack(logits.aminmax()).isfinite().all():
                raise FloatingPointError("the network's scores are not numbers")
            parts.append(logits.float().sigmoid().mul_(FULL_SCORE).round_().to(torch.uint16).cpu().numpy())
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def _asked_about(self, images: Tensor) -> Callable[[TextFeatures], Tensor]:
        """What answers phrases about images; an image is encoded once where the model allows it."""
        if isinstance(self._model, LateFusionModel):
            return partial(self._model.answer, self._model.encode_image(images))
        return partial(self._model, images)


def check_length(model: ReferringModel, phrases: Sequence[str]) -> None:
    """Refuse a phrase that the model would cut.

    Raises:
        InputError: it has more tokens than the model reads.
    """
    for phrase in phrases:
        count = model.count_tokens(phrase)
        if count > model.config.tokens:
            raise InputError(
                f"{phrase!r:.80} has {count} tokens and {model.config.name} reads {model.config.tokens}: "
                "say it in fewer words"
            )
