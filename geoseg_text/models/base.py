"""The contract of a referring segmentation model, and what every system's configuration holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self, runtime_checkable

from torch import Tensor, nn

from geoseg_text.errors import InputError, ModelError
from geoseg_text.models.hints import Hints

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class TextFeatures(NamedTuple):
    """What a text encoder says of P phrases."""

    tokens: Tensor
    """(P, L, C) features of each token."""
    mask: Tensor
    """(P, L) bool, true for tokens, false for padding."""
    parts: tuple[TextFeatures, ...] = ()
    """The same phrases read again with an eye on some of their words (FIANet: objects, positions)."""

    def changed(self, change: Callable[[Tensor], Tensor]) -> TextFeatures:
        """These features with every tensor changed: moved, cut along P, repeated."""
        parts = tuple(part.changed(change) for part in self.parts)
        return TextFeatures(change(self.tokens), change(self.mask), parts)

    def repeated(self, times: int) -> TextFeatures:
        """All P phrases, then all again: (P * times, ...)."""
        return self.changed(lambda x: x.repeat(times, *(1 for _ in x.shape[1:])))


class ImageFeatures(NamedTuple):
    """What a late-fusion network keeps of B images: enough to answer any phrase about them."""

    maps: tuple[Tensor, ...]
    """Per level (B, C_i, H_i, W_i), finest first."""
    shape: tuple[int, int]
    """Rows and columns of the images."""

    def changed(self, change: Callable[[Tensor], Tensor]) -> ImageFeatures:
        """These features with every tensor changed: moved, cut along B, repeated."""
        return ImageFeatures(tuple(change(level) for level in self.maps), self.shape)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """What a model folder's ``config.json`` holds for any system; a system adds its sizes."""

    system: str
    """Name of the published system, a key of the registry."""
    name: str
    """Name of this variant or of these weights."""
    window_px: int
    """Side of the square the network sees at once."""
    tokens: int
    """Most tokens of a phrase, special tokens included."""
    gsd_range_m: tuple[float, float] | None = None
    """Ground sample distances the weights have learnt, finest and coarsest; None where unknown."""
    mean: tuple[float, float, float] = IMAGENET_MEAN
    """Per band, subtracted from pixels scaled to 0..1."""
    std: tuple[float, float, float] = IMAGENET_STD
    """Per band, divides what the mean left."""
    threshold: float = 0.5
    """Score from which a pixel belongs to the referent."""
    licence: str = "unknown"
    """Licence of the weights (SPDX where there is one)."""

    def __post_init__(self) -> None:
        """Turns the lists of a JSON file into tuples, so that configurations compare and hash."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, list):
                object.__setattr__(self, field.name, tuple(value))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build a configuration from a ``config.json``.

        Raises:
            ModelError: a key is unknown or missing.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ModelError(
                f"config.json of {values.get('name', 'the model')!r} has unknown keys {', '.join(unknown)}; "
                "it was written by another version: convert or save the model again"
            )
        try:
            return cls(**values)
        except TypeError as error:
            raise ModelError(f"config.json is incomplete: {error}; save the model again") from error

    def to_dict(self) -> dict[str, Any]:
        """Values that `from_dict` takes and JSON can hold."""
        return dataclasses.asdict(self)


@runtime_checkable
class ReferringModel(Protocol):
    """A network that answers phrases about an image.

    A phrase's answer does not depend on the other phrases, on the batch or on padding (1e-5 in float32).
    """

    @property
    def config(self) -> ModelConfig:
        """Sizes and conventions of this network."""
        ...

    late_fusion: bool
    """Whether an image can be encoded once for many phrases (`encode_image`)."""

    def count_tokens(self, phrase: str) -> int:
        """Tokens of a phrase, special tokens included."""
        ...

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Features of P phrases, padded to the longest.

        Raises:
            InputError: a phrase has more tokens than ``config.tokens``.
        """
        ...

    def __call__(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits (B, P, H, W) of P phrases for normalised images (B, 3, H, W)."""
        ...


@runtime_checkable
class LateFusionModel(ReferringModel, Protocol):
    """A referring model that reads an image apart from the words: encoded once, it answers many phrases."""

    def encode_image(self, images: Tensor) -> ImageFeatures:
        """What is kept of normalised images (B, 3, H, W)."""
        ...

    def answer(
        self, image: ImageFeatures, text: TextFeatures, hints: Sequence[Hints | None] | None = None
    ) -> Tensor:
        """Logits (B, P, H, W) of P phrases, with a hint for each phrase where there are any.

        Raises:
            InputError: hints came with more than one image, or are of a kind that this network cannot take.
        """
        ...


class ReferringNetwork(nn.Module):
    """A referring model that can be saved as a model folder and loaded from one; every system is one."""

    late_fusion = False
    config: ModelConfig

    def count_tokens(self, phrase: str) -> int:
        """Tokens of a phrase, special tokens included."""
        raise NotImplementedError

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Features of P phrases; see `ReferringModel`."""
        raise NotImplementedError

    def forward(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits (B, P, H, W) of P phrases for normalised images (B, 3, H, W)."""
        logits = self.forward_matched(images, text.repeated(len(images)))
        return logits.view(len(images), -1, *logits.shape[1:])

    def forward_matched(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits (N, H, W) of N phrases, N a multiple of B: first those of image 0, then of image 1..."""
        raise NotImplementedError

    def save_tokenizer(self, folder: Path) -> None:
        """Write what reads phrases into a model folder; nothing where the network was built without."""
        raise NotImplementedError

    def load_tokenizer(self, folder: Path) -> None:
        """Take what reads phrases from a model folder."""
        raise NotImplementedError


class LateFusionNetwork(ReferringNetwork):
    """A referring network that reads the image apart from the words (`LateFusionModel`)."""

    late_fusion = True

    def encode_image(self, images: Tensor) -> ImageFeatures:
        """What is kept of normalised images (B, 3, H, W)."""
        raise NotImplementedError

    def answer_matched(
        self, image: ImageFeatures, text: TextFeatures, hints: Sequence[Hints | None] | None = None
    ) -> Tensor:
        """Logits (N, H, W) of N phrases, N a multiple of B, each with its hint; see `forward_matched`."""
        raise NotImplementedError

    def answer(
        self, image: ImageFeatures, text: TextFeatures, hints: Sequence[Hints | None] | None = None
    ) -> Tensor:
        """Logits (B, P, H, W) of P phrases; see `LateFusionModel`."""
        batch, phrases = len(image.maps[0]), len(text.tokens)
        if hints is not None and (batch, len(hints)) != (1, phrases):
            raise InputError(
                f"{len(hints)} hints for {phrases} phrases about {batch} images: hints are places in one "
                "image, one for each phrase (None where a phrase has none)"
            )
        logits = self.answer_matched(image, text.repeated(batch), hints)
        return logits.view(batch, phrases, *logits.shape[1:])

    def forward_matched(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits (N, H, W) of N phrases, N a multiple of B."""
        return self.answer_matched(self.encode_image(images), text)
