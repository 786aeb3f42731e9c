"""What the systems that grew from LAVT share: a Swin trunk into which BERT's words are fused stage by stage.

A system of the family is its stages, what connects their outputs (nothing in LAVT), and its decoder. A stage
looks first (`forward`, vision alone) and fuses second (`fuse`), so that the first look at an image is shared
by all of its phrases.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Self, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.swin import PatchEmbed, SwinBlock
from geoseg_text.models.layers.swin_start import PUBLISHED_SWIN, load_swin
from geoseg_text.models.layers.text_encoder import BertTextEncoder, ReadingConfig, ReadingNetwork


@dataclasses.dataclass(frozen=True, kw_only=True)
class LAVTFamilyConfig(ReadingConfig):
    """Sizes every system of the family has; the defaults are the published ones: Swin-B and BERT-base."""

    window_px: int = 480
    tokens: int = 20
    patch_px: int = 4
    width: int = 128
    """Channels of the first stage; each stage doubles them."""
    depths: tuple[int, int, int, int] = (2, 2, 18, 2)
    heads: tuple[int, int, int, int] = (4, 8, 16, 32)
    attention_window: int = 12
    mlp_ratio: float = 4.0
    drop_path: float = 0.3
    decoder_width: int = 512

    @property
    def widths(self) -> tuple[int, int, int, int]:
        """Channels of the four stages."""
        return (self.width, 2 * self.width, 4 * self.width, 8 * self.width)

    def drop_paths(self) -> list[list[float]]:
        """Probability of skipping each block of each stage, rising with depth."""
        rates = iter(torch.linspace(0, self.drop_path, sum(self.depths), device="cpu").tolist())
        return [[next(rates) for _ in range(depth)] for depth in self.depths]

    def swin_blocks(self, index: int, refiners: Iterable[nn.Module | None] | None = None) -> nn.Sequential:
        """Blocks of stage ``index``; ``refiners`` refine what attention gives, one for each block."""
        rates = self.drop_paths()[index]
        return nn.Sequential(
            *(
                SwinBlock(
                    self.widths[index],
                    self.heads[index],
                    self.attention_window,
                    shifted=j % 2 == 1,
                    mlp_ratio=self.mlp_ratio,
                    drop_path=rate,
                    after_attention=refiner,
                )
                for j, (rate, refiner) in enumerate(zip(rates, refiners or [None] * len(rates), strict=True))
            )
        )


class Fused(NamedTuple):
    """What a stage gives after the words came in."""

    handed: Tensor
    """Map for the next stage, (B, H / 2, W / 2, 2 C); of no use after the last stage."""
    out: Tensor
    """Map for the decoder, (B, C, H, W)."""
    text: TextFeatures
    """Words for the next stage; unchanged where vision does not refine them."""


class FamilyStage(nn.Module):
    """One stage of the trunk."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) through the blocks: vision alone."""
        raise NotImplementedError

    def fuse(self, x: Tensor, text: TextFeatures) -> Fused:
        """Words into the map (B, H, W, C), a phrase for each of the B."""
        raise NotImplementedError


class LAVTFamily(ReadingNetwork):
    """A referring network of the family.

    Args:
        config: sizes.
        stages: four stages, finest first.
        decoder: takes four maps (N, C_i, H_i, W_i), finest first, to two-class logits (N, 2, H_0, W_0).
    """

    config: LAVTFamilyConfig
    text_encoder: BertTextEncoder

    def __init__(self, config: LAVTFamilyConfig, stages: Sequence[FamilyStage], decoder: nn.Module) -> None:
        super().__init__()
        self.config = config
        self.text_encoder = config.text_encoder()
        self.patch_embed = PatchEmbed(config.patch_px, config.width)
        self.stages = nn.ModuleList(stages)
        self.decoder = decoder

    def start_from(self, swin: str | Path = PUBLISHED_SWIN, text: str | Path = "") -> Self:
        """Take a published trunk and a published BERT; everything else stays random, as in the papers.

        Args:
            swin: a model of timm with its tag, or a safetensors file of one, of the size of this network.
            text: hub id or folder of BERT with its tokenizer; the configuration's where empty.

        Raises:
            ModelError: a place cannot be reached, or holds another network.
        """
        load_swin(self, swin)
        self.text_encoder.start_from(text or self.config.text_tokenizer)
        return self

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Features of P phrases, (P, L, text width), padded to the longest."""
        return self.text_encoder.encode(phrases, self.config.tokens)

    def forward_matched(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits of each image's own phrases, as in training.

        Args:
            images: (B, 3, H, W), normalised.
            text: features of N phrases, N a multiple of B: first those of image 0, then those of image 1...

        Returns:
            (N, H, W).
        """
        maps, text = self.features(images, text)
        logits = self.two_class_logits(maps, text, images.shape[2:])
        return logits[:, 1] - logits[:, 0]

    def features(self, images: Tensor, text: TextFeatures) -> tuple[list[Tensor], TextFeatures]:
        """What the decoder receives: four maps (N, C_i, H / 4 / 2 ** i, W / 4 / 2 ** i), and the words."""
        stages = cast(Sequence[FamilyStage], self.stages)
        # until the first fusion the picture is the same for each of its phrases
        x = stages[0](self.patch_embed(images))
        x = x.repeat_interleave(len(text.tokens) // len(images), dim=0)
        outs = []
        for index, stage in enumerate(stages):
            x, out, text = stage.fuse(x if index == 0 else stage(x), text)
            outs.append(out)
        return self.connect(outs, text), text

    def connect(self, outs: list[Tensor], text: TextFeatures) -> list[Tensor]:
        """Let the stages' outputs see one another before they are decoded; LAVT does not."""
        return outs

    def two_class_logits(self, maps: Sequence[Tensor], text: TextFeatures, shape: Sequence[int]) -> Tensor:
        """Background and referent logits (N, 2, H, W) of decoder inputs, at the image's size."""
        return F.interpolate(self.decode(maps, text), size=list(shape), mode="bilinear", align_corners=True)

    def decode(self, maps: Sequence[Tensor], text: TextFeatures) -> Tensor:
        """Two-class logits (N, 2, H_0, W_0) of the decoder's inputs; LAVT's decoder reads no words."""
        logits: Tensor = self.decoder(maps)
        return logits
