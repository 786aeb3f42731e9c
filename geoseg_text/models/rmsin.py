"""RMSIN: rotated multi-scale interaction network, and RemoteSAM, the same network at a larger size.

Paper: RMSIN (CVPR 2024), with the data set RRSIS-D. Original release: github.com/Lsan2401/RMSIN, no licence;
no weights of it are known. RemoteSAM (2025) is github.com/1e12Leon/RemoteSAM, no licence, with weights on the
Hugging Face hub, their licence not stated: RMSIN at 896 px, its cross-scale grid 28. This file was written
from facts of the releases, and holds none of their code; it loads their checkpoints.

RMSIN is LAVT with a visual branch beside the words in what a stage hands on, with cross-scale interaction
between trunk and decoder, and with a rotated convolution for the second of each level of the decoder.
The release answers one image size only; pooling to the common grid is adaptive here, so any size is answered.
Left out: gates and visual branch of the last stage, after which no stage comes.
"""

from __future__ import annotations

import dataclasses

from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.cross_scale import CrossScaleInteraction
from geoseg_text.models.layers.lavt_family import LAVTFamily, LAVTFamilyConfig
from geoseg_text.models.layers.normed import Normed
from geoseg_text.models.layers.pixel_word_attention import TanhGate
from geoseg_text.models.layers.pixel_word_stage import PixelWordStage
from geoseg_text.models.layers.plain_decoder import StackedDecoder
from geoseg_text.models.layers.receptive import VariousReceptive
from geoseg_text.models.layers.rotated_conv import AdaptiveRotatedConv
from geoseg_text.models.layers.swin import PatchMerging


@dataclasses.dataclass(frozen=True, kw_only=True)
class RMSINConfig(LAVTFamilyConfig):
    """Sizes of RMSIN; the defaults are the published network's."""

    system: str = "rmsin"
    name: str = "rmsin"
    cim_width: int = 480
    cim_grid: int = 15
    cim_key_channels: int = 32


REMOTESAM = RMSINConfig(name="remotesam", window_px=896, cim_grid=28)
"""RemoteSAM's sizes."""


class Handover(nn.Module):
    """What a stage gives the next: its map plus both gated branches, at half the resolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.receptive = VariousReceptive()
        self.visual_gate = TanhGate(channels)
        self.language_gate = TanhGate(channels)
        self.downsample = PatchMerging(channels)

    def forward(self, x: Tensor, language: Tensor) -> Tensor:
        """Map and pixel-word features (B, H, W, C) to (B, H / 2, W / 2, 2 C)."""
        merged: Tensor = self.downsample(
            x + self.language_gate(language) + self.visual_gate(self.receptive(x))
        )
        return merged


class RMSIN(LAVTFamily):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `RMSINConfig()` is the published network, `REMOTESAM` the larger one.
    """

    def __init__(self, config: RMSINConfig) -> None:
        hidden = config.decoder_width

        def rotated() -> nn.Module:
            return Normed(AdaptiveRotatedConv(hidden), hidden)

        stages = [PixelWordStage(config, index, Handover) for index in range(4)]
        super().__init__(config, stages, StackedDecoder(config.widths, hidden, rotated))
        self.cross_scale = CrossScaleInteraction(
            config.widths, config.cim_width, config.cim_grid, config.cim_key_channels
        )

    def connect(self, outs: list[Tensor], text: TextFeatures) -> list[Tensor]:
        """Cross-scale interaction."""
        maps: list[Tensor] = self.cross_scale(outs)
        return maps
