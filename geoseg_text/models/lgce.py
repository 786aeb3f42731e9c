"""LGCE: LAVT with a language-guided cross-scale enhancement between encoder and decoder.

Paper: RRSIS (IEEE TGRS 2024), equations 2 to 5, with the data set RefSegRS. Its repository,
github.com/zhu-xlab/rrsis (LICENSE Apache-2.0, README CC-BY-4.0), holds neither the network nor weights, so
this file was written from the paper; no released weights can decide where the paper is open:
- the mean word is the mean of a phrase's words, never of its padding;
- the enhancement takes the third and fourth of the maps that LAVT's decoder receives, and its maps take
  their place: the decoder joins them as it joins LAVT's (the paper's "concatenated and then fed");
- one transformer block per scale (the paper gives no number). Another paper (CADFormer) measured LGCE at
  18.0 GFLOP and 48.5 M parameters above LAVT, products of attention not counted; so counted, one block per
  scale costs 15.1 GFLOP, and two would cost 26.5. It has 23.2 M parameters: the 48.5 M cannot all act on
  every token, which alone would cost 20.9 GFLOP;
- equation 4 adds a single word to a whole sequence; here the residual is that sequence, as in equation 1;
- no positions are added (equation 1 has them, equations 2 to 5 do not), so any image size is answered; heads
  are 64 wide; keys have no bias, which the softmax would cancel.
Left out: the language gate of the last stage, after which no stage comes.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.attention import MultiHeadAttention
from geoseg_text.models.layers.lavt_family import LAVTFamily, LAVTFamilyConfig
from geoseg_text.models.layers.mean_word import mean_word
from geoseg_text.models.layers.pixel_word_stage import LanguageHandover, PixelWordStage
from geoseg_text.models.layers.plain_decoder import StackedDecoder
from geoseg_text.models.layers.swin import Mlp


@dataclasses.dataclass(frozen=True, kw_only=True)
class LGCEConfig(LAVTFamilyConfig):
    """Sizes of LGCE; the defaults are the published network's."""

    system: str = "lgce"
    name: str = "lgce"
    enhancement_depth: int = 1
    """Transformer blocks of each of the two scales."""
    enhancement_head_channels: int = 64
    """Channels of one attention head; divides the widths of the last two stages."""


class TransformerBlock(nn.Module):
    """Self-attention and MLP, each after a norm and with a residual (equation 1)."""

    def __init__(self, channels: int, heads: int, mlp_ratio: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(channels)
        self.attention = MultiHeadAttention(channels, heads)
        self.mlp_norm = nn.LayerNorm(channels)
        self.mlp = Mlp(channels, int(channels * mlp_ratio))

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, N, C)."""
        y = self.attention_norm(x)
        x = x + self.attention(y, y)
        updated: Tensor = x + self.mlp(self.mlp_norm(x))
        return updated


class Scale(nn.Module):
    """One of the two scales: a sequence of a word and the pixels of a map.

    Args:
        config: sizes of the network.
        index: of the stage whose map this is.
        other: of the stage with which words are exchanged.
    """

    def __init__(self, config: LGCEConfig, index: int, other: int) -> None:
        super().__init__()
        channels = config.widths[index]
        heads = channels // config.enhancement_head_channels
        self.word = nn.Linear(config.text_width, channels)
        self.blocks = nn.Sequential(
            *(TransformerBlock(channels, heads, config.mlp_ratio) for _ in range(config.enhancement_depth))
        )
        self.exchange = nn.Linear(config.widths[other], channels)
        self.fusion_norm = nn.LayerNorm(channels)
        self.fusion = MultiHeadAttention(channels, heads)

    def forward(self, x: Tensor, phrase: Tensor) -> tuple[Tensor, Tensor]:
        """Fusion within the scale (equations 2 and 3).

        Args:
            x: map (B, C, H, W).
            phrase: (B, text width).

        Returns:
            The word (B, 1, C) and the pixels (B, H * W, C) after having seen one another.
        """
        z = self.blocks(torch.cat([self.word(phrase).unsqueeze(1), x.flatten(2).transpose(1, 2)], dim=1))
        return z[:, :1], z[:, 1:]

    def fuse(self, word: Tensor, pixels: Tensor) -> Tensor:
        """Fusion across scales (equations 4 and 5): the other scale's word (B, 1, C') among the pixels.

        Returns:
            Pixels (B, H * W, C).
        """
        z = torch.cat([self.exchange(word), pixels], dim=1)
        y = self.fusion_norm(z)
        fused: Tensor = z + self.fusion(y, y)
        return fused[:, 1:]


class CrossScaleEnhancement(nn.Module):
    """Two maps seen by a phrase, each scale telling the other through its word alone."""

    def __init__(self, config: LGCEConfig) -> None:
        super().__init__()
        self.shallow = Scale(config, 2, 3)
        self.deep = Scale(config, 3, 2)

    def forward(self, shallow: Tensor, deep: Tensor, text: TextFeatures) -> list[Tensor]:
        """Maps (B, C, H, W) and (B, 2 C, H / 2, W / 2) to maps of the same shapes."""
        phrase = mean_word(text.tokens, text.mask)
        shallow_word, shallow_pixels = self.shallow(shallow, phrase)
        deep_word, deep_pixels = self.deep(deep, phrase)
        fused = self.shallow.fuse(deep_word, shallow_pixels), self.deep.fuse(shallow_word, deep_pixels)
        return [y.transpose(1, 2).reshape(x.shape) for x, y in zip((shallow, deep), fused, strict=True)]


class LGCE(LAVTFamily):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `LGCEConfig()` is the published network.
    """

    def __init__(self, config: LGCEConfig) -> None:
        stages = [PixelWordStage(config, index, LanguageHandover) for index in range(4)]
        super().__init__(config, stages, StackedDecoder(config.widths, config.decoder_width))
        self.enhancement = CrossScaleEnhancement(config)

    def connect(self, outs: list[Tensor], text: TextFeatures) -> list[Tensor]:
        """The two coarser maps enhanced, the two finer ones as they are."""
        return [*outs[:2], *self.enhancement(outs[2], outs[3], text)]
