"""MAFN: multi-scale adaptive fusion with noise, correlation and rotated refinement.

Paper: the MAFN letter (IEEE GRSL 2025), equations 1 to 17. Original release: github.com/Roaxy/MAFN, no
licence; its weights are linked from its README. This file was written from the paper and from facts of the
release; it loads the released weights (`geoseg_text.models.convert`).

Where paper and release differ, published weights decide: the noise sits in a pixel-wise attention after the
window attention rather than inside it; RMSIN's cross-scale interaction stands between trunk and decoder; the
decoder receives the normed pixel-word features, while the fused map feeds the next stage only; the refinement
shares one rotated convolution and sums the depthwise outputs; channel intensification uses leaky ReLU.
Left out: row 1 of each noise table and the last rotated convolution of a refinement, which compute nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.base import ModelConfig, TextFeatures
from geoseg_text.models.layers.correlation import CorrelationFusion, channels_first
from geoseg_text.models.layers.cross_scale import CrossScaleInteraction
from geoseg_text.models.layers.noise_attention import AdaptiveNoiseAttention
from geoseg_text.models.layers.pixel_word_attention import PixelWordAttention, TanhGate
from geoseg_text.models.layers.receptive import VariousReceptive
from geoseg_text.models.layers.refinement import RefinementDecoder
from geoseg_text.models.layers.swin import PatchEmbed, PatchMerging, SwinBlock
from geoseg_text.models.layers.text_encoder import BertTextEncoder


@dataclasses.dataclass(frozen=True, kw_only=True)
class MAFNConfig(ModelConfig):
    """Sizes of MAFN; the defaults are the published network's."""

    system: str = "mafn"
    name: str = "mafn"
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
    noise_heads: int = 8
    noise_std: float = 1.0
    cim_width: int = 480
    cim_grid: int = 15
    cim_key_channels: int = 32
    decoder_width: int = 512
    kernels: tuple[int, ...] = (1, 3, 5)
    text_tokenizer: str = "bert-base-uncased"
    """Where a network that was not loaded from a folder finds its tokenizer."""
    text_vocabulary: int = 30522
    text_width: int = 768
    text_layers: int = 12
    text_heads: int = 12
    text_hidden: int = 3072
    text_positions: int = 512
    text_dropout: float = 0.1

    @property
    def widths(self) -> tuple[int, int, int, int]:
        """Channels of the four stages."""
        return (self.width, 2 * self.width, 4 * self.width, 8 * self.width)


MAFN_TINY = MAFNConfig(
    name="mafn-tiny",
    window_px=256,
    tokens=48,
    gsd_range_m=(0.2, 1.2),
    licence="Apache-2.0",
    width=32,
    depths=(2, 2, 4, 2),
    heads=(1, 2, 4, 8),
    attention_window=8,
    drop_path=0.0,
    noise_heads=4,
    noise_std=0.02,
    cim_width=120,
    cim_grid=8,
    cim_key_channels=8,
    decoder_width=64,
    text_tokenizer="",
    text_vocabulary=12000,
    text_width=384,
    text_layers=3,
    text_heads=12,
    text_hidden=1536,
    text_positions=64,
    text_dropout=0.0,
)
"""Small enough to learn and to run on a laptop's processor; the same code."""


class Stage(nn.Module):
    """Swin blocks with noise attention, then the two branches and their correlation-aware fusion."""

    def __init__(self, config: MAFNConfig, index: int, drop_paths: Sequence[float]) -> None:
        super().__init__()
        channels = config.widths[index]
        self.blocks = nn.Sequential(
            *(
                SwinBlock(
                    channels,
                    config.heads[index],
                    config.attention_window,
                    shifted=j % 2 == 1,
                    mlp_ratio=config.mlp_ratio,
                    drop_path=rate,
                    after_attention=AdaptiveNoiseAttention(channels, config.noise_heads, config.noise_std),
                )
                for j, rate in enumerate(drop_paths)
            )
        )
        self.words = PixelWordAttention(channels, config.text_width)
        self.norm = nn.LayerNorm(channels)
        self.handover = Handover(channels) if index < 3 else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) through the blocks: vision alone."""
        y: Tensor = self.blocks(x)
        return y

    def fuse(self, x: Tensor, text: TextFeatures) -> tuple[Tensor, Tensor]:
        """Map (B, H, W, C) after the blocks to what the next stage and what the decoder takes."""
        language = self.words(x, *text)
        out = channels_first(self.norm(language))
        return (x if self.handover is None else self.handover(x, language)), out


class Handover(nn.Module):
    """What a stage gives the next: its map plus the fused branches, at half the resolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.receptive = VariousReceptive()
        self.visual_gate = TanhGate(channels)
        self.language_gate = TanhGate(channels)
        self.correlation = CorrelationFusion(channels)
        self.downsample = PatchMerging(channels)

    def forward(self, x: Tensor, language: Tensor) -> Tensor:
        """Map and multi-modal features (B, H, W, C) to (B, H / 2, W / 2, 2 C)."""
        fused = self.correlation(self.visual_gate(self.receptive(x)), self.language_gate(language))
        merged: Tensor = self.downsample(x + fused)
        return merged


class MAFN(nn.Module):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `MAFNConfig()` is the published network, `MAFN_TINY` the embedded one.
    """

    late_fusion = False

    def __init__(self, config: MAFNConfig) -> None:
        super().__init__()
        self.config = config
        self.text_encoder = BertTextEncoder(
            vocabulary=config.text_vocabulary,
            width=config.text_width,
            layers=config.text_layers,
            heads=config.text_heads,
            hidden=config.text_hidden,
            positions=config.text_positions,
            dropout=config.text_dropout,
        )
        self.patch_embed = PatchEmbed(config.patch_px, config.width)
        rates = iter(torch.linspace(0, config.drop_path, sum(config.depths)).tolist())
        self.stages = nn.ModuleList(
            Stage(config, i, [next(rates) for _ in range(depth)]) for i, depth in enumerate(config.depths)
        )
        self.cross_scale = CrossScaleInteraction(
            config.widths, config.cim_width, config.cim_grid, config.cim_key_channels
        )
        self.decoder = RefinementDecoder(config.widths, config.decoder_width, config.kernels)

    def count_tokens(self, phrase: str) -> int:
        """Tokens of a phrase, special tokens included."""
        return self.text_encoder.tokenizer.count(phrase)

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Features of P phrases, (P, L, text width), padded to the longest."""
        return self.text_encoder.encode(phrases, self.config.tokens)

    def forward(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits of every phrase for every image.

        Args:
            images: (B, 3, H, W), normalised; H and W divisible by 32.
            text: features of P phrases.

        Returns:
            (B, P, H, W).
        """
        batch, phrases = len(images), len(text.tokens)
        every = TextFeatures(text.tokens.repeat(batch, 1, 1), text.mask.repeat(batch, 1))
        return self.forward_matched(images, every).view(batch, phrases, *images.shape[2:])

    def forward_matched(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits of each image's own phrases, as in training.

        Args:
            images: (B, 3, H, W), normalised.
            text: features of N phrases, N a multiple of B: first those of image 0, then those of image 1...

        Returns:
            (N, H, W).
        """
        logits = self.two_class_logits(self.features(images, text), images.shape[2:])
        return logits[:, 1] - logits[:, 0]

    def features(self, images: Tensor, text: TextFeatures) -> list[Tensor]:
        """The four maps the decoder receives, (N, C_i, H / 4 / 2 ** i, W / 4 / 2 ** i)."""
        # until the first fusion the picture is the same for each of its phrases
        stages = cast(Sequence[Stage], self.stages)
        x = stages[0](self.patch_embed(images))
        x = x.repeat_interleave(len(text.tokens) // len(images), dim=0)
        x, out = stages[0].fuse(x, text)
        outs = [out]
        for stage in stages[1:]:
            x, out = stage.fuse(stage(x), text)
            outs.append(out)
        maps: list[Tensor] = self.cross_scale(outs)
        return maps

    def trunk(self, images: Tensor) -> list[Tensor]:
        """The stages' maps (B, H_i, W_i, C_i), finest first, when no phrase is asked: vision alone."""
        x, maps = self.patch_embed(images), []
        for stage in cast(Sequence[Stage], self.stages):
            x = stage(x)
            maps.append(x)
            if stage.handover is not None:
                x = stage.handover.downsample(x)
        return maps

    def two_class_logits(self, maps: Sequence[Tensor], shape: Sequence[int]) -> Tensor:
        """Background and referent logits (N, 2, H, W) of decoder inputs, at the image's size."""
        logits = self.decoder(maps)
        return F.interpolate(logits, size=list(shape), mode="bilinear", align_corners=True)
