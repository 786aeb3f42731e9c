"""LAVT's stage, which later systems of the family keep but for what a stage hands to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.correlation import channels_first
from geoseg_text.models.layers.lavt_family import FamilyStage, Fused, LAVTFamilyConfig
from geoseg_text.models.layers.pixel_word_attention import PixelWordAttention, TanhGate
from geoseg_text.models.layers.swin import PatchMerging


class PixelWordStage(FamilyStage):
    """Swin blocks, then pixel-word attention; its features go to the decoder, normed, and into the handover.

    Args:
        config: sizes of the network.
        index: of the stage, the finest first.
        handover: makes, for a number of channels, what turns map and pixel-word features (B, H, W, C), and
            the text's further readings where it has any, into the next stage's map (B, H / 2, W / 2, 2 C);
            the last stage hands nothing on.
        refiners: see `LAVTFamilyConfig.swin_blocks`.
    """

    def __init__(
        self,
        config: LAVTFamilyConfig,
        index: int,
        handover: Callable[[int], nn.Module],
        refiners: Iterable[nn.Module | None] | None = None,
    ) -> None:
        super().__init__()
        channels = config.widths[index]
        self.blocks = config.swin_blocks(index, refiners)
        self.words = PixelWordAttention(channels, config.text_width)
        self.norm = nn.LayerNorm(channels)
        self.handover = handover(channels) if index < 3 else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) through the blocks: vision alone."""
        y: Tensor = self.blocks(x)
        return y

    def fuse(self, x: Tensor, text: TextFeatures) -> Fused:
        """Words into the map (B, H, W, C), a phrase for each of the B."""
        language = self.words(x, text.tokens, text.mask)
        handed = x if self.handover is None else self.handover(x, language, *text.parts)
        return Fused(handed, channels_first(self.norm(language)), text)


class LanguageHandover(nn.Module):
    """LAVT's: the map plus what the language gate lets pass, at half the resolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.language_gate = TanhGate(channels)
        self.downsample = PatchMerging(channels)

    def forward(self, x: Tensor, language: Tensor) -> Tensor:
        """Map and pixel-word features (B, H, W, C) to (B, H / 2, W / 2, 2 C)."""
        merged: Tensor = self.downsample(x + self.language_gate(language))
        return merged
