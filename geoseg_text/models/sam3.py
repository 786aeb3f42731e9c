"""SAM 3: every instance of a concept that a phrase names.

Paper: SAM 3, segment anything with concepts (2025, arXiv 2511.16719). Original release:
github.com/facebookresearch/sam3; code and weights under the SAM Licence, which is Meta's own; the weights
(facebook/sam3) are given out on request. The network is transformers'; `SAM3.fetch` takes the published
weights. It looks for nouns rather than relations, and can be taught.

As published: images become a square of 1008 px, normalised with 0.5; a phrase has at most 32 tokens; an
instance counts where the product of its score and of the concept's presence exceeds 0.5. The masks of a
phrase's instances become one map, of which every pixel has the largest logit; without an instance there is no
pixel. In training, score and presence are multiplied into the masks instead of choosing among them, so that
one loss of pixels teaches all three. Boxes may narrow a phrase down; points and masks belong to another
network of the release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Sam3Config as Sam3Settings
from transformers import Sam3Model
from transformers.modeling_outputs import BaseModelOutputWithPooling
from transformers.models.sam3.modeling_sam3 import Sam3VisionEncoderOutput

from geoseg_text.errors import InputError
from geoseg_text.models.base import ImageFeatures, LateFusionNetwork, ModelConfig, TextFeatures
from geoseg_text.models.hints import Hints
from geoseg_text.models.layers.presence import both, union
from geoseg_text.models.layers.text_encoder import ReadingNetwork, TokenizerHolder
from geoseg_text.models.layers.transformers_parts import Settings, build, complete, load_part, published

PLACE = "facebook/sam3"


@dataclasses.dataclass(frozen=True, kw_only=True)
class SAM3Config(ModelConfig):
    """Sizes of SAM 3; the defaults are the published network's."""

    system: str = "sam3"
    name: str = "sam3"
    window_px: int = 1008
    tokens: int = 32
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    instance_threshold: float = 0.5
    """Score above which an instance counts."""
    sam: Settings = dataclasses.field(default_factory=dict, hash=False)
    """Settings of transformers' Sam3Config; those left out have its defaults."""

    def __post_init__(self) -> None:
        """Completes the settings of SAM 3."""
        super().__post_init__()
        object.__setattr__(self, "sam", complete(Sam3Settings, self.sam))


class SAM3(ReadingNetwork, LateFusionNetwork):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `SAM3Config()` is the published network.
    """

    config: SAM3Config

    def __init__(self, config: SAM3Config) -> None:
        super().__init__()
        self.config = config
        self.text_encoder = TokenizerHolder()
        self.sam = Sam3Model(build(Sam3Settings, config.sam))

    @classmethod
    def fetch(cls, place: str = PLACE) -> Self:
        """The network with published weights.

        Args:
            place: hub id or folder of a SAM 3 with its tokenizer.

        Raises:
            ModelError: the place cannot be reached, or holds another network.
        """
        model = cls(SAM3Config(licence="SAM Licence (Meta)", sam=published(Sam3Settings, place)))
        model.sam.load_state_dict(load_part(Sam3Model, model.sam.config, place).state_dict())
        model.text_encoder.load_tokenizer(place)
        return model.eval()

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Features of P phrases, (P, L, C), padded to the longest."""
        ids, mask = self.text_encoder.tokenizer.encode(phrases, self.config.tokens)
        seen = torch.from_numpy(mask).to(self.sam.device)
        features = self.sam.get_text_features(
            input_ids=torch.from_numpy(ids).to(self.sam.device), attention_mask=seen.long()
        )
        return TextFeatures(features.pooler_output, seen)

    def encode_image(self, images: Tensor) -> ImageFeatures:
        """Three maps of images (B, 3, H, W), of the square that the network sees."""
        shape = (images.shape[2], images.shape[3])
        side: int = self.config.sam["vision_config"]["backbone_config"]["image_size"]
        if shape != (side, side):
            images = F.interpolate(
                images, size=(side, side), mode="bilinear", align_corners=False, antialias=True
            )
        # the coarsest map is read by the other network of the release
        return ImageFeatures(tuple(self.sam.vision_encoder(images).fpn_hidden_states[:-1]), shape)

    def answer_matched(
        self, image: ImageFeatures, text: TextFeatures, hints: Sequence[Hints | None] | None = None
    ) -> Tensor:
        """Logits (N, H, W) of N phrases, each image's own, with the boxes that narrow each of them down."""
        batch = len(image.maps[0])
        asked = text.changed(lambda x: x.unflatten(0, (batch, -1)))
        seen = self._vision_output(image)
        answers = []
        for turn in range(asked.mask.shape[1]):  # one phrase after another: the finest maps are large
            boxes = self._boxes(hints[turn] if hints else None, image)
            out = self.sam(
                vision_embeds=seen,
                text_embeds=BaseModelOutputWithPooling(pooler_output=asked.tokens[:, turn]),
                attention_mask=asked.mask[:, turn].long(),
                input_boxes=boxes,
            )
            answers.append(self._one_map(out.pred_masks, out.pred_logits, out.presence_logits, image.shape))
        return torch.stack(answers, dim=1).flatten(0, 1)

    def _one_map(self, masks: Tensor, scores: Tensor, presence: Tensor, shape: tuple[int, int]) -> Tensor:
        """The instances' masks (B, Q, h, w) as one map (B, H, W), by logits (B, Q) and (B, 1)."""
        counts = both(scores, presence.expand_as(scores))
        if self.training:
            weighed = both(masks, counts[..., None, None].expand_as(masks))
            return torch.stack([union(some, shape) for some in weighed])
        chosen = counts.sigmoid() > self.config.instance_threshold
        return torch.stack([union(some[kept], shape) for some, kept in zip(masks, chosen, strict=True)])

    def _vision_output(self, image: ImageFeatures) -> Sam3VisionEncoderOutput:
        """Maps as the network hands them on, with their positions and a coarsest level that nothing reads."""
        levels = (*image.maps, image.maps[-1])
        encode = self.sam.vision_encoder.neck.position_encoding
        places = tuple(encode(x.shape, x.device, x.dtype) for x in levels)
        return Sam3VisionEncoderOutput(fpn_hidden_states=levels, fpn_position_encoding=places)

    def _boxes(self, hints: Hints | None, image: ImageFeatures) -> Tensor | None:
        """Boxes (1, K, 4) as centre, width and height in shares of the image's sides; None for none."""
        if hints is None:
            return None
        if hints.points or hints.points_off or hints.mask is not None:
            raise InputError(f"{self.config.name} takes boxes as hints, no points and no masks: draw a box")
        if not hints.boxes:
            return None
        rows, cols = image.shape
        boxes = image.maps[0].new_tensor(hints.boxes) / image.maps[0].new_tensor((cols, rows, cols, rows))
        start, end = boxes[:, :2], boxes[:, 2:]
        return torch.cat(((start + end) / 2, end - start), dim=1)[None]
