"""SBANet: scale-wise bidirectional alignment, and an aggregator of channels and places that hears the phrase.

Paper: SBANet (arXiv 2501.00851), equations 1 to 11. No repository, no weights and no parameter count were
published; this file and its layers were written from the paper. Where it is open or contradicts itself:
- 225 query tokens at any size (the paper: "15 x 15 from the last stage", which at its 448 px is 14 x 14),
  as wide as their stage (c_q = c_i); their positions join them in the query only;
- equation 1 has one head, its tokens and pixels are layer-normed first; then residual, norm, MLP four times
  as wide, residual, norm. Tokens start far apart (standard deviation 1), positions near zero (0.02);
- GELU after the projections of equation 2, ReLU after those of equation 4, as the text says; the
  normalisation in equation 3 is a layer norm (one over words would tell how long the padding is);
- equation 4 is taken without a residual, so its layers start such that words keep their size through four
  stages; padded words are zero afterwards;
- {1, 2, 3, 6} are sides of pooling windows, not of pooled maps: sub-scales are as fine as the stage allows,
  and 1 keeps the map as it is (as bins, F' would have at most 6 x 6 distinct places). The "three 1x1
  convolutions with normalization" are those of 2, 3 and 6, with batch norm; windows at the border are cut
  short, not dropped, and none is longer than half its map, so that instance norm has two pixels to compare;
- one pixel-word attention per stage serves its sub-scales ("following PWAM"); "two-layer MLP with LN" is
  linear, layer norm, GELU, linear;
- LAVT's gate stands between a stage and the next, and LAVT's layer norm between a stage and the aggregator;
- the aggregator's open parts are those of dual cross-attention (Ates et al. 2023), which equations 8 to 11
  repeat: stages pooled to 28 x 28, a norm per stage, residuals, 4 spatial heads and 1 channel head, the map
  added before batch norm and ReLU. The guidance is the mean word, 1024 wide, joined to every place; the same
  at each, it cancels in equation 11, which hears the phrase through what equation 9 makes of the maps;
- keys, values and spatial weights are made once for all stages: equations 8 to 10 give them no index;
- pooled maps grow back with each mean in the middle of its window (dual cross-attention: corner on corner).

Training, for whoever repeats it: the paper's learning rate of 5e-4 is ten times that of LAVT, whose recipe it
follows otherwise (AdamW, weight decay 0.01, cross-entropy, 40 epochs), with batches of 12, no augmentation.
"""

from __future__ import annotations

import dataclasses

from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.bidirectional_alignment import BidirectionalAlignment
from geoseg_text.models.layers.correlation import channels_first
from geoseg_text.models.layers.lavt_family import FamilyStage, Fused, LAVTFamily, LAVTFamilyConfig
from geoseg_text.models.layers.pixel_word_stage import LanguageHandover
from geoseg_text.models.layers.plain_decoder import StackedDecoder
from geoseg_text.models.layers.text_aggregator import TextConditionedAggregator


@dataclasses.dataclass(frozen=True, kw_only=True)
class SBANetConfig(LAVTFamilyConfig):
    """Sizes of SBANet; the defaults are the published network's."""

    system: str = "sbanet"
    name: str = "sbanet"
    window_px: int = 448
    query_tokens: int = 225
    pyramid: tuple[int, ...] = (1, 2, 3, 6)
    """Sides of the pooling windows, in pixels of a stage's map."""
    aggregator_grid: int = 28
    aggregator_heads: int = 4


class Stage(FamilyStage):
    """Swin blocks, then the words refined by the map and the map by the refined words."""

    def __init__(self, config: SBANetConfig, index: int) -> None:
        super().__init__()
        channels = config.widths[index]
        self.blocks = config.swin_blocks(index)
        self.alignment = BidirectionalAlignment(
            channels, config.text_width, config.query_tokens, config.pyramid
        )
        self.norm = nn.LayerNorm(channels)
        self.handover = LanguageHandover(channels) if index < 3 else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) through the blocks: vision alone."""
        y: Tensor = self.blocks(x)
        return y

    def fuse(self, x: Tensor, text: TextFeatures) -> Fused:
        """The aligned map goes to the aggregator and, gated, to the next stage; so do the refined words."""
        aligned, text = self.alignment(x, text)
        handed = x if self.handover is None else self.handover(x, aligned)
        return Fused(handed, channels_first(self.norm(aligned)), text)


class SBANet(LAVTFamily):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `SBANetConfig()` is the published network.
    """

    def __init__(self, config: SBANetConfig) -> None:
        stages = [Stage(config, index) for index in range(4)]
        super().__init__(config, stages, StackedDecoder(config.widths, config.decoder_width))
        self.aggregator = TextConditionedAggregator(
            config.widths, config.text_width, config.aggregator_grid, config.aggregator_heads
        )

    def connect(self, outs: list[Tensor], text: TextFeatures) -> list[Tensor]:
        """The stages' maps see one another and the words as the last stage left them."""
        maps: list[Tensor] = self.aggregator(outs, text)
        return maps
