"""Grounded SAM 2: Grounding DINO finds the boxes a phrase names, SAM 2 draws what is in them.

Papers: Grounding DINO (ECCV 2024, arXiv 2303.05499), SAM 2 (arXiv 2408.00714), Grounded SAM
(arXiv 2401.14159). Original releases: github.com/IDEA-Research/Grounded-SAM-2, code and the weights of both
parts Apache-2.0. Both networks are transformers'; `GroundedSAM2.assemble` fetches their published weights.
This is no referring network: it looks for nouns, and serves as the baseline that other GIS tools offer.

As published: a phrase is lower-cased and ends with a full stop; images are scaled so that the shorter side
has 800 px and the longer at most 1333 for the detector, and to a square of 1024 px for SAM 2; boxes count
from a score of 0.35; each gives one mask. The masks of a phrase become one map, of which every pixel has the
largest logit; a phrase that finds no box has no pixel. Phrases are asked one by one rather than joined in one
caption, because words of one caption change one another's answers.

Choosing boxes passes no gradient: the network is used as it was published, and nothing in it learns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import GroundingDinoConfig, GroundingDinoForObjectDetection, Sam2Config, Sam2Model

from geoseg_text.models.base import ModelConfig, TextFeatures
from geoseg_text.models.layers import sam2
from geoseg_text.models.layers.presence import union
from geoseg_text.models.layers.text_encoder import ReadingNetwork, TokenizerHolder
from geoseg_text.models.layers.transformers_parts import (
    Settings,
    build,
    complete,
    load_part,
    published,
    store_once,
)

DETECTOR_PLACE = "IDEA-Research/grounding-dino-tiny"

_AT_ONCE = 32
"""Boxes that SAM 2 draws together, which bounds memory."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class GroundedSAM2Config(ModelConfig):
    """Sizes of both networks; the defaults are Grounding DINO with Swin-T and SAM 2.1 with Hiera-L."""

    system: str = "grounded-sam2"
    name: str = "grounded-sam2"
    window_px: int = 1024
    tokens: int = 256
    detector_px: tuple[int, int] = (800, 1333)
    """Length of an image's shorter side for the detector, and the longer side's limit."""
    box_threshold: float = 0.35
    """Score from which a box counts."""
    detector: Settings = dataclasses.field(default_factory=dict, hash=False)
    """Settings of transformers' GroundingDinoConfig; those left out have its defaults."""
    segmenter: Settings = dataclasses.field(default_factory=lambda: sam2.LARGE, hash=False)
    """Settings of transformers' Sam2Config; those left out have its defaults."""

    def __post_init__(self) -> None:
        """Completes the settings of both."""
        super().__post_init__()
        object.__setattr__(self, "detector", complete(GroundingDinoConfig, self.detector))
        object.__setattr__(self, "segmenter", complete(Sam2Config, self.segmenter))


class GroundedSAM2(ReadingNetwork):
    """The two networks; see the module's head for what they follow.

    Args:
        config: sizes; `GroundedSAM2Config()` is the published pair.
    """

    config: GroundedSAM2Config

    def __init__(self, config: GroundedSAM2Config) -> None:
        super().__init__()
        self.config = config
        self.text_encoder = TokenizerHolder()
        self.detector = GroundingDinoForObjectDetection(build(GroundingDinoConfig, config.detector))
        store_once(self.detector)
        self.segmenter = Sam2Model(build(Sam2Config, config.segmenter))
        self.requires_grad_(False)

    @classmethod
    def assemble(cls, detector: str = DETECTOR_PLACE, segmenter: str = sam2.LARGE_PLACE) -> Self:
        """The pair with published weights.

        Args:
            detector: hub id or folder of a Grounding DINO with its tokenizer.
            segmenter: hub id or folder of a SAM 2.

        Raises:
            ModelError: a place cannot be reached, or holds another network.
        """
        config = GroundedSAM2Config(
            licence="Apache-2.0",
            detector=published(GroundingDinoConfig, detector),
            segmenter=published(Sam2Config, segmenter),
        )
        model = cls(config)
        boxes = load_part(GroundingDinoForObjectDetection, model.detector.config, detector)
        model.detector.load_state_dict(boxes.state_dict())
        masks = load_part(Sam2Model, model.segmenter.config, segmenter)
        model.segmenter.load_state_dict(masks.state_dict())
        model.text_encoder.load_tokenizer(detector)
        return model.eval()

    def count_tokens(self, phrase: str) -> int:
        """Tokens of a phrase as it is asked, special tokens included."""
        return super().count_tokens(_caption(phrase))

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Token ids (P, L, 1) of P phrases: the detector reads words and image together."""
        captions = [_caption(phrase) for phrase in phrases]
        ids, mask = self.text_encoder.tokenizer.encode(captions, self.config.tokens)
        device = self.detector.device
        return TextFeatures(torch.from_numpy(ids)[..., None].to(device), torch.from_numpy(mask).to(device))

    def forward_matched(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits (N, H, W) of N phrases, N a multiple of B: first those of image 0, then of image 1..."""
        seen = _fit(images, *self.config.detector_px)
        side = self.config.segmenter["prompt_encoder_config"]["image_size"]
        maps = self.segmenter.get_image_embeddings(_resize(images, (side, side)))
        times = len(text.tokens) // len(images)
        asked = text.changed(lambda x: x.unflatten(0, (len(images), times)))
        shape = (images.shape[2], images.shape[3])
        answers = []
        for turn in range(times):
            found = self.find(seen, asked.tokens[:, turn, :, 0], asked.mask[:, turn])
            answers.append(
                torch.stack(
                    [
                        union(self.draw([level[row : row + 1] for level in maps], boxes * side), shape)
                        for row, boxes in enumerate(found)
                    ]
                )
            )
        return torch.stack(answers, dim=1).flatten(0, 1)

    def find(self, images: Tensor, ids: Tensor, mask: Tensor) -> list[Tensor]:
        """Boxes of each image's phrase.

        Args:
            images: (B, 3, H, W).
            ids: (B, L).
            mask: (B, L), true for tokens.

        Returns:
            For each image the boxes that count, (K, 4) as left, top, right, bottom in shares of its sides.
        """
        out = self.detector(pixel_values=images, input_ids=ids, attention_mask=mask.long())
        counts = out.logits.sigmoid().amax(dim=2) > self.config.box_threshold
        centre, half = out.pred_boxes[..., :2], out.pred_boxes[..., 2:] / 2
        boxes = torch.cat((centre - half, centre + half), dim=2)
        return [some[chosen] for some, chosen in zip(boxes, counts, strict=True)]

    def draw(self, maps: list[Tensor], boxes: Tensor) -> Tensor:
        """Mask logits (K, h, w) of K boxes (K, 4), in pixels of the square, on the maps of one image."""
        masks = [maps[0].new_zeros(0, *maps[0].shape[2:])]
        for some in boxes.split(_AT_ONCE):
            if len(some):
                out = self.segmenter(image_embeddings=maps, input_boxes=some[None], multimask_output=False)
                masks.append(out.pred_masks[0, :, 0])
        return torch.cat(masks)


def _caption(phrase: str) -> str:
    """A phrase as the detector was taught to be asked."""
    return phrase.strip().lower().rstrip(".") + "."


def _fit(images: Tensor, shorter_px: int, longer_px: int) -> Tensor:
    rows, cols = images.shape[2:]
    scale = min(shorter_px / min(rows, cols), longer_px / max(rows, cols))
    return _resize(images, (round(rows * scale), round(cols * scale)))


def _resize(images: Tensor, shape: tuple[int, int]) -> Tensor:
    if images.shape[2:] == shape:
        return images
    return F.interpolate(images, size=shape, mode="bilinear", align_corners=False, antialias=True)
