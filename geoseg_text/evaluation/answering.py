"""A model over samples: asked as the papers ask, and judged.

The whole image is resized to the square that the network sees, its proportions given up, with Pillow's
bilinear filter, as the published loaders do; the answer is compared with the truth at both sizes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from geoseg_text.errors import ModelError
from geoseg_text.evaluation.cases import Asked, JudgedCase, OfAKind, judge
from geoseg_text.evaluation.gallery import Shortlist
from geoseg_text.imagery import Chip
from geoseg_text.models.base import ReferringModel
from geoseg_text.predict import Predictor
from geoseg_text.progress import ProgressCallback, ProgressEvent
from geoseg_text.tensors import Normaliser
from geoseg_text.values.rows import FULL_SCORE, WindowFailure
from geoseg_text.values.windows import Window


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model says of a sample.

    Attributes:
        sample: the sample.
        asked: its phrase, as far as the model reads it.
        scores: float32 (side, side) of the network's square, 0..1.
    """

    sample: Asked
    asked: str
    scores: NDArray[np.float32]


@dataclass
class Evaluation:
    """A model's answers to samples, judged.

    Attributes:
        cases: one for each sample.
        shortlist: those worth showing.
        shortened: phrases that were cut because the model reads fewer tokens.
    """

    cases: list[JudgedCase] = field(default_factory=list)
    shortlist: Shortlist = field(default_factory=Shortlist)
    shortened: int = 0


def evaluate(
    model: ReferringModel,
    samples: Iterable[Asked],
    total: int,
    *,
    threshold: float,
    device: torch.device,
    progress: ProgressCallback | None = None,
) -> Evaluation:
    """Ask a model about samples and judge its answers.

    Args:
        model: moves to the device and leaves training mode.
        samples: images with phrases and truths; those about one image together cost least.
        total: how many samples there are, for the progress alone.
        threshold: score from which a pixel is marked.
        device: where to compute.
        progress: called after every sample with the stage 'evaluate'.

    Raises:
        InputError: a sample or the threshold cannot be used.
        ModelError: the model fails on a sample: figures without it could not be compared.
    """
    found = Evaluation()
    seen: Counter[str] = Counter()
    for answer in answers(model, samples, device):
        sample = answer.sample
        seen[sample.image_id] += 1
        times = seen[sample.image_id]
        case = judge(
            answer.scores,
            sample.mask,
            threshold,
            model.config.window_px,
            case_id=sample.image_id if times == 1 else f"{sample.image_id} ({times})",
            category=sample.category,
            kind=sample.kind if isinstance(sample, OfAKind) else None,
        )
        found.cases.append(case)
        found.shortlist.add(case, sample, answer.scores >= threshold)
        found.shortened += answer.asked != " ".join(sample.phrase.split())
        if progress is not None:
            progress(ProgressEvent("evaluate", len(found.cases), total))
    return found


def answers(model: ReferringModel, samples: Iterable[Asked], device: torch.device) -> Iterator[Answer]:
    """Ask a model about each sample; consecutive phrases about one image in one pass.

    Raises:
        ModelError: the model fails on a sample.
    """
    side = model.config.window_px
    prepare = Normaliser(model.config.mean, model.config.std, device)
    for image_id, group in groupby(samples, key=lambda sample: sample.image_id):
        about = list(group)
        phrases = [as_read(model, sample.phrase) for sample in about]
        predictor = Predictor(model, phrases, prepare, device=device, batch=1)
        seen = Chip(Window(0, 0, side, side), squared(about[0].image, side), np.ones((side, side), np.bool_))
        found = next(predictor.scores([seen]))
        if isinstance(found, WindowFailure):
            raise ModelError(f"{model.config.name} fails on {image_id!r}: {found.reason}; try another device")
        for sample, phrase, scores in zip(about, phrases, found.scores, strict=True):
            yield Answer(sample, phrase, scores.astype(np.float32) / np.float32(FULL_SCORE))


def as_read(model: ReferringModel, phrase: str) -> str:
    """A phrase from its beginning, as far as the model reads: whole words, or a part of one that is alone.

    The papers' loaders cut tokens.
    """

    def too_long(text: str) -> bool:
        return model.count_tokens(text) > model.config.tokens

    words = phrase.split()
    while len(words) > 1 and too_long(" ".join(words)):
        words.pop()
    read = " ".join(words)
    while len(read) > 1 and too_long(read):
        read = read[:-1]
    return read


def squared(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """An image (3, rows, cols) as a square (3, side, side)."""
    if image.shape[1:] == (side, side):
        return image
    picture = Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)))
    pixels = np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))
