"""MAFN: multi-scale adaptive fusion with noise, correlation and rotated refinement.

Paper: the MAFN letter (IEEE GRSL 2025), equations 1 to 17. Original release: github.com/Roaxy/MAFN, no
licence; its weights are linked from its README. This file was written from the paper and from facts of the
release; it loads the released weights (`geoseg_text.models.convert`).

Where paper and release differ, published weights decide: the noise sits in a pixel-wise attention after the
window attention rather than inside it; RMSIN's cross-scale interaction stands between trunk and decoder; the
decoder receives the normed pixel-word features, while the fused map feeds the next stage only; the refinement
shares one rotated convolution and sums the depthwise outputs; channel intensification uses leaky ReLU.
Left out: row 1 of each noise table and the last rotated convolution of a refinement, which compute nothing.
Added, off at the published size: `Coordinates`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.coordinates import Coordinates
from geoseg_text.models.layers.correlation import CorrelationFusion
from geoseg_text.models.layers.cross_scale import CrossScaleInteraction
from geoseg_text.models.layers.lavt_family import LAVTFamily, LAVTFamilyConfig
from geoseg_text.models.layers.noise_attention import AdaptiveNoiseAttention
from geoseg_text.models.layers.pixel_word_attention import TanhGate
from geoseg_text.models.layers.pixel_word_stage import PixelWordStage
from geoseg_text.models.layers.receptive import VariousReceptive
from geoseg_text.models.layers.refinement import RefinementDecoder
from geoseg_text.models.layers.swin import PatchMerging


@dataclasses.dataclass(frozen=True, kw_only=True)
class MAFNConfig(LAVTFamilyConfig):
    """Sizes of MAFN; the defaults are the published network's."""

    system: str = "mafn"
    name: str = "mafn"
    noise_heads: int = 8
    noise_std: float = 1.0
    cim_width: int = 480
    cim_grid: int = 15
    cim_key_channels: int = 32
    kernels: tuple[int, ...] = (1, 3, 5)
    coordinates: bool = False
    """Whether each stage sees where in the window its pixels lie; the published network does not."""


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
    coordinates=True,
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


class Stage(PixelWordStage):
    """Swin blocks with noise attention, then the two branches and their correlation-aware fusion."""

    handover: Handover | None

    def __init__(self, config: MAFNConfig, index: int) -> None:
        noise = (
            AdaptiveNoiseAttention(config.widths[index], config.noise_heads, config.noise_std)
            for _ in range(config.depths[index])
        )
        super().__init__(config, index, Handover, noise)
        self.coordinates = Coordinates(config.widths[index]) if config.coordinates else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) through the blocks: vision alone."""
        return super().forward(x if self.coordinates is None else self.coordinates(x))


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


class MAFN(LAVTFamily):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `MAFNConfig()` is the published network, `MAFN_TINY` the embedded one.
    """

    def __init__(self, config: MAFNConfig) -> None:
        decoder = RefinementDecoder(config.widths, config.decoder_width, config.kernels)
        super().__init__(config, [Stage(config, index) for index in range(4)], decoder)
        self.cross_scale = CrossScaleInteraction(
            config.widths, config.cim_width, config.cim_grid, config.cim_key_channels
        )

    def connect(self, outs: list[Tensor], text: TextFeatures) -> list[Tensor]:
        """RMSIN's cross-scale interaction."""
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
