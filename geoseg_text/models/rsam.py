"""RSAM: SAM 2 that listens, by two-way guidance and a decoder for words, places and masks.

Paper: RSAM (Remote Sensing 17(24):3960, 2025), sections 3.2.1 to 3.2.4. Original release:
github.com/zhaozlcc/rsam, its licence file Apache-2.0 and its headers GPL-3.0; it publishes no weights. The
network starts from SAM 2.1 (Apache-2.0) and BERT (Apache-2.0): `RSAM.start_from`. SAM 2's own modules are
transformers'; what RSAM adds was written from the paper and from facts of the release.

Where paper and release differ this follows the release, whose sizes the paper reports: positions of the image
are SAM 2's Fourier features rather than learnt, and reach fewer queries (`layers.two_way_guidance`); the
phrase is added to all four mask tokens, of which the first makes the mask. It departs from the release in
this: padded words are masked (there, a phrase's answer changes with its neighbours' length); any image size
divisible by 32 is answered as it is, at 800 px as released (the paper counts its cost at 1024); the image
encoder skips no blocks in training, because transformers' does not. Left out, because nothing reads them: the
pointer to video memory, the hypernetworks of the other three mask tokens, and biases that cancel in the
softmax.

In training the answer is the product of "there is a referent" and "this pixel belongs to it", so that one
loss of pixels teaches both; in evaluation an absent referent leaves no pixel, as published. `RSAM.judge`
gives the three heads apart, for the published losses.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn
from transformers import Sam2Config, Sam2MaskDecoderConfig, Sam2Model, Sam2VisionModel
from transformers.models.sam2.modeling_sam2 import Sam2MaskDecoder, Sam2PromptEncoder

from geoseg_text.models.base import ImageFeatures, LateFusionNetwork, TextFeatures
from geoseg_text.models.hints import Hints
from geoseg_text.models.layers import sam2
from geoseg_text.models.layers.presence import NOTHING, both, resized
from geoseg_text.models.layers.text_encoder import BertTextEncoder, ReadingConfig, ReadingNetwork
from geoseg_text.models.layers.transformers_parts import Settings, build, complete, load_part
from geoseg_text.models.layers.two_way_guidance import TwoWayGuidance


@dataclasses.dataclass(frozen=True, kw_only=True)
class RSAMConfig(ReadingConfig):
    """Sizes of RSAM; the defaults are the published network's, on Hiera-B+."""

    system: str = "rsam"
    name: str = "rsam"
    window_px: int = 800
    tokens: int = 512
    text_dropout: float = 0.0
    text_frozen: bool = True
    """Whether the text encoder stays as it was pretrained."""
    guidance_layers: int = 2
    guidance_heads: int = 8
    guidance_hidden: int = 2048
    sam: Settings = dataclasses.field(default_factory=lambda: sam2.BASE_PLUS, hash=False)
    """Settings of transformers' Sam2Config; those left out have its defaults."""

    def __post_init__(self) -> None:
        """Completes the settings of SAM 2."""
        super().__post_init__()
        object.__setattr__(self, "sam", complete(Sam2Config, self.sam))


RSAM_LARGE = RSAMConfig(name="rsam-large", sam=sam2.LARGE)
"""The published variant on Hiera-L."""


class Judgement(NamedTuple):
    """What the decoder says of N phrases."""

    masks: Tensor
    """Logits (N, H / 4, W / 4) of what belongs to the referent, if there is one."""
    presence: Tensor
    """Logits (N,) of there being one."""
    quality: Tensor
    """Expected IoU (N,) of the mask, 0..1."""


class MultimodalMaskDecoder(nn.Module):
    """SAM 2's mask decoder, whose mask tokens carry the phrase.

    Args:
        config: settings of the decoder.
    """

    def __init__(self, config: Sam2MaskDecoderConfig) -> None:
        super().__init__()
        config._attn_implementation = "sdpa"
        self.sam = Sam2MaskDecoder(config)
        self.sam.output_hypernetworks_mlps = self.sam.output_hypernetworks_mlps[:1]

    def fine_maps(self, quarter: Tensor, eighth: Tensor) -> tuple[Tensor, Tensor]:
        """What the decoder reads of the two finest maps: of the image alone, so once for all phrases."""
        return self.sam.conv_s0(quarter), self.sam.conv_s1(eighth)

    def forward(
        self, maps: Sequence[Tensor], places: Tensor, phrase: Tensor, sparse: Tensor, dense: Tensor
    ) -> Judgement:
        """Judge N phrases.

        Args:
            maps: a quarter, an eighth and a sixteenth of the image's size, finest first; the last guided.
            places: positions of the last map, (1, C, h, w).
            phrase: (N, C).
            sparse: tokens of points and boxes, (N, T, C).
            dense: what an earlier mask adds, (N, C, h, w).
        """
        sam, (quarter, eighth, deep) = self.sam, maps
        heads = torch.cat((sam.obj_score_token.weight, sam.iou_token.weight))
        masks = sam.mask_tokens.weight + phrase[:, None]
        tokens = torch.cat((heads.expand(len(phrase), -1, -1), masks, sparse), dim=1)
        tokens, seen = sam.transformer(
            point_embeddings=tokens[:, None],
            image_embeddings=deep + dense,
            image_positional_embeddings=places.expand_as(deep),
            attention_similarity=None,
        )
        presence, quality, mask = tokens[:, 0, :3].unbind(dim=1)
        x = seen[:, 0].transpose(1, 2).unflatten(2, deep.shape[2:])
        x = sam.activation(sam.upscale_layer_norm(sam.upscale_conv1(x) + eighth))
        x = sam.activation(sam.upscale_conv2(x) + quarter)
        weights = sam.output_hypernetworks_mlps[0](mask)
        return Judgement(
            masks=torch.einsum("nc,nchw->nhw", weights, x),
            presence=sam.pred_obj_score_head(presence)[:, 0],
            quality=sam.iou_prediction_head(quality)[:, 0],
        )


class RSAM(ReadingNetwork, LateFusionNetwork):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `RSAMConfig()` is the published network on Hiera-B+, `RSAM_LARGE` on Hiera-L.
    """

    config: RSAMConfig
    text_encoder: BertTextEncoder

    def __init__(self, config: RSAMConfig) -> None:
        super().__init__()
        self.config = config
        settings: Any = build(Sam2Config, config.sam)
        width: int = settings.vision_config.fpn_hidden_size
        self.text_encoder = config.text_encoder().requires_grad_(not config.text_frozen)
        self.text_projection = nn.Linear(config.text_width, width)
        self.vision = Sam2VisionModel(settings.vision_config)
        self.no_memory = nn.Parameter(nn.init.trunc_normal_(torch.empty(1, width, 1, 1), std=0.02))
        self.guidance = TwoWayGuidance(
            width,
            config.guidance_layers,
            config.guidance_heads,
            config.guidance_hidden,
            config.text_positions,
        )
        self.prompts = Sam2PromptEncoder(settings.prompt_encoder_config)
        self.decoder = MultimodalMaskDecoder(settings.mask_decoder_config)

    def start_from(self, segmenter: str = sam2.BASE_PLUS_PLACE, text: str = "") -> Self:
        """Take the encoders of SAM 2 and BERT; everything else stays random, as in the paper.

        Args:
            segmenter: hub id or folder of SAM 2, of the size of this network.
            text: hub id or folder of BERT with its tokenizer; the configuration's where empty.

        Raises:
            ModelError: a place cannot be reached, or holds another network.
        """
        pretrained = load_part(Sam2Model, build(Sam2Config, self.config.sam), segmenter)
        self.vision.load_state_dict(pretrained.vision_encoder.state_dict())
        self.text_encoder.start_from(text or self.config.text_tokenizer)
        return self

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Features of P phrases, (P, L, text width), padded to the longest."""
        return self.text_encoder.encode(phrases, self.config.tokens)

    def encode_image(self, images: Tensor) -> ImageFeatures:
        """Maps at a quarter, an eighth and a sixteenth of the size of images (B, 3, H, W)."""
        quarter, eighth, deep = self.vision(images).fpn_hidden_states
        fine = self.decoder.fine_maps(quarter, eighth)
        return ImageFeatures((*fine, deep + self.no_memory), (images.shape[2], images.shape[3]))

    def answer_matched(
        self, image: ImageFeatures, text: TextFeatures, hints: Sequence[Hints | None] | None = None
    ) -> Tensor:
        """Logits (N, H, W) of N phrases, each image's own, with what narrows each of them down."""
        judged = self.judge(image, text, hints)
        masks, presence = resized(judged.masks, image.shape), judged.presence[:, None, None]
        if self.training:
            return both(masks, presence.expand_as(masks))
        return torch.where(presence > 0, masks, NOTHING)

    def judge(
        self, image: ImageFeatures, text: TextFeatures, hints: Sequence[Hints | None] | None = None
    ) -> Judgement:
        """What the three heads say of N phrases, N a multiple of the B images."""
        count = len(text.tokens)
        *fine, deep = image.changed(lambda x: x.repeat_interleave(count // len(x), dim=0)).maps
        rows, cols = deep.shape[2:]
        places = sam2.dense_places(self.prompts, rows, cols)
        guided = self.guidance(deep, places, self.text_projection(text.tokens), text.mask)
        hints = [None] * count if hints is None else hints
        sparse = [sam2.sparse_tokens(self.prompts, hint, image.shape) for hint in hints]
        masks = [None if hint is None else hint.mask for hint in hints]
        dense = [sam2.dense_prompt(self.prompts, mask, rows, cols) for mask in masks]
        groups = _of_one_length(sparse)
        parts = [
            self.decoder(
                [x[group] for x in (*fine, guided.image)],
                places,
                guided.phrase[group],
                torch.stack([sparse[row] for row in group]),
                torch.cat([dense[row] for row in group]),
            )
            for group in groups
        ]
        order = torch.tensor([row for group in groups for row in group], device=deep.device).argsort()
        return Judgement(*(torch.cat(heads)[order] for heads in zip(*parts, strict=True)))


def _of_one_length(sequences: Sequence[Tensor]) -> list[list[int]]:
    """Rows in groups of the same length: padding would be seen by SAM 2's decoder, which masks nothing."""
    rows: dict[int, list[int]] = {}
    for row, sequence in enumerate(sequences):
        rows.setdefault(len(sequence), []).append(row)
    return list(rows.values())
