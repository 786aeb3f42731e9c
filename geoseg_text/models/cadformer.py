"""CADFormer: pixels and words refine one another stage by stage, and the words are heard while decoding.

Paper: CADFormer (IEEE JSTARS 2025), equations 1 to 13. Original release: github.com/zxk688/CADFormer, no
licence, no weights. This file was written from the paper and from facts of the release; as there are no
weights to keep faith with, the paper decides where the two differ:
- words query the stage's output map, the one they guide (equations 5 and 6; the release: its input map), and
  really take up what it shows. In the release every word of a phrase gathers the mean of instance-normed
  values, which is zero: its refined words carry nothing of the image;
- words start as BERT's last hidden state (the release only looks up BERT's embeddings);
- pixels ask for words with their projected features (equation 1; LAVT and the release: with the map itself),
  as words ask for pixels (equation 6). Both attentions have one head, as in LAVT and by their divisors;
- queries and keys of the words are as wide as the map (equation 6; the release: as wide as the text), and
  the decoder is 512 wide (the paper is silent; the release: 768): 474 GFLOP at 480 px and 20 tokens, 3 of
  them BERT's, where the paper counts 468 without saying how, and the release takes 753. This network has
  259.8 M parameters. The paper's 272.4 M are met within 0.02 % when what the release holds unread is added (a
  template of each transformer layer, 8.4 M; RMSIN's visual branch, 2.8 M), and a projection of what the words
  attend to, as the pixels have one (1.4 M; equation 7 has none). The release holds 359.2 M and reads 220.0 M;
- the decoder receives the gated features of equation 3; LAVT gates what goes to the next stage only. The
  gates of the pixels therefore start open, those of the words shut, so that a trained BERT is not disturbed;
- padding is masked in the decoder as well, and phrases may have 48 tokens: the release's 20 cut half of the
  paper's own expressions (19.6 words in the mean, 41 at most).

Kept from the release where the paper is silent: RMSIN's cross-scale interaction between trunk and decoder,
the norm of each stage's output, and the instance norms of LAVT's pixel-word attention in equations 1 and 2.

Training, for whoever repeats it: nine tenths cross-entropy and one tenth Dice (equation 13), AdamW, weight
decay 0.01, 40 epochs, batches of 2; the learning rate is 5e-5 in the paper and 3e-5 in the release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.attention import MultiHeadAttention
from geoseg_text.models.layers.correlation import channels_first
from geoseg_text.models.layers.cross_scale import CrossScaleInteraction
from geoseg_text.models.layers.lavt_family import FamilyStage, Fused, LAVTFamily, LAVTFamilyConfig
from geoseg_text.models.layers.pixel_word_attention import PixelWordAttention, TanhGate
from geoseg_text.models.layers.plain_decoder import convolution
from geoseg_text.models.layers.rotated_conv import AdaptiveRotatedConv
from geoseg_text.models.layers.swin import PatchMerging


@dataclasses.dataclass(frozen=True, kw_only=True)
class CADFormerConfig(LAVTFamilyConfig):
    """Sizes of CADFormer; the defaults are the published network's."""

    system: str = "cadformer"
    name: str = "cadformer"
    tokens: int = 48
    cim_width: int = 480
    cim_grid: int = 15
    cim_key_channels: int = 32
    decoder_heads: int = 8
    decoder_hidden: int = 2048
    """Inner width of the feed-forwards of the decoder's transformer layers."""
    decoder_dropout: float = 0.1


class Stage(FamilyStage):
    """Swin blocks, then semantic mutual guidance: the map and the words, each refined by the other."""

    def __init__(self, config: CADFormerConfig, index: int) -> None:
        super().__init__()
        channels = config.widths[index]
        self.blocks = config.swin_blocks(index)
        self.words_for_pixels = ProjectedPixelWordAttention(channels, config.text_width)
        self.pixel_gate = TanhGate(channels)
        self.pixel_gate.fc2.reset_parameters()  # open: the decoder sees what passes and nothing else
        self.pixels_for_words = WordPixelAttention(channels, config.text_width)
        self.word_gate = TanhGate(config.text_width)
        self.norm = nn.LayerNorm(channels)
        self.downsample = PatchMerging(channels) if index < 3 else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) through the blocks: vision alone."""
        y: Tensor = self.blocks(x)
        return y

    def fuse(self, x: Tensor, text: TextFeatures) -> Fused:
        """Both directions look at the same map and the same words (equations 1 to 9)."""
        seen = self.pixel_gate(self.words_for_pixels(x, text.tokens, text.mask))
        heard = text.tokens + self.word_gate(self.pixels_for_words(text.tokens, x))
        handed = x if self.downsample is None else self.downsample(x + seen)
        return Fused(handed, channels_first(self.norm(seen)), text._replace(tokens=heard))


class ProjectedPixelWordAttention(PixelWordAttention):
    """Every pixel gathers the words that concern what its projection shows (equations 1 and 2)."""

    def forward(self, x: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """Multi-modal features of a map; shapes as in `WordGathering`."""
        pixels = F.gelu(self.visual(x.flatten(1, 2).transpose(1, 2)))
        fused = pixels * self.gather(pixels, words, mask)
        return F.gelu(self.out(fused)).transpose(1, 2).reshape(x.shape)


class WordPixelAttention(nn.Module):
    """Every word gathers the pixels that concern it (equations 6 to 8; one head).

    A word looks at pixels alone, so that padding changes no word; what padding gathers is never read.

    Args:
        channels: width C of the map, also of queries and keys.
        text_channels: width of the word features.
    """

    def __init__(self, channels: int, text_channels: int) -> None:
        super().__init__()
        self.words = nn.Linear(text_channels, text_channels)
        self.query = nn.Linear(text_channels, channels)
        self.key = nn.Linear(channels, channels, bias=False)  # a bias would cancel in the softmax
        self.value = nn.Linear(channels, text_channels)
        self.out = nn.Linear(text_channels, text_channels)

    def forward(self, words: Tensor, x: Tensor) -> Tensor:
        """Words (B, L, text channels) and a map (B, H, W, C) to what each word sees, the shape of words."""
        pixels = x.flatten(1, 2)
        words = F.gelu(self.words(words))
        seen = F.scaled_dot_product_attention(self.query(words), self.key(pixels), self.value(pixels))
        return F.gelu(self.out(seen * words))


class Guidance(nn.Module):
    """Transformer decoder layer: pixels attend to one another, then to the words (post-norm, no positions).

    Args:
        width: channels of the map and of the words.
        heads: attention heads; divides ``width``.
        hidden: inner width of the feed-forward.
        dropout: of each of the three residuals, in training.
    """

    def __init__(self, width: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.among_pixels = MultiHeadAttention(width, heads)
        self.to_words = MultiHeadAttention(width, heads)
        self.feed_forward = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, C, H, W); words (B, L, C) under a mask (B, L)."""
        pixels = x.flatten(2).transpose(1, 2)
        pixels = self.norms[0](pixels + self.dropout(self.among_pixels(pixels, pixels)))
        pixels = self.norms[1](pixels + self.dropout(self.to_words(pixels, words, mask)))
        pixels = self.norms[2](pixels + self.dropout(self.feed_forward(pixels)))
        guided: Tensor = pixels.transpose(1, 2).reshape(x.shape)
        return guided


class TextualDecoder(nn.Module):
    """Textual-enhanced cross-modal decoder (equations 10 to 12): words guide all levels but the finest."""

    def __init__(self, config: CADFormerConfig) -> None:
        super().__init__()
        widths, hidden = config.widths, config.decoder_width
        inputs = [widths[3] + widths[2], hidden + widths[1], hidden + widths[0]]
        self.levels = nn.ModuleList(
            nn.Sequential(
                convolution(channels, hidden), AdaptiveRotatedConv(hidden), nn.BatchNorm2d(hidden), nn.ReLU()
            )
            for channels in inputs
        )
        self.words = nn.Linear(config.text_width, hidden)
        self.guides = nn.ModuleList(
            Guidance(hidden, config.decoder_heads, config.decoder_hidden, config.decoder_dropout)
            for _ in inputs[:2]
        )
        self.classes = nn.Conv2d(hidden, 2, 1)

    def forward(self, maps: Sequence[Tensor], text: TextFeatures) -> Tensor:
        """Maps (B, C_i, H_i, W_i), finest first, and words to two-class logits (B, 2, H_0, W_0)."""
        words = self.words(text.tokens)
        x = maps[3]
        for finer, level, guide in zip(reversed(maps[:3]), self.levels, (*self.guides, None), strict=True):
            x = F.interpolate(x, size=finer.shape[2:], mode="bilinear", align_corners=True)
            x = level(torch.cat([x, finer], dim=1))
            if guide is not None:
                x = guide(x, words, text.mask)
        logits: Tensor = self.classes(x)
        return logits


class CADFormer(LAVTFamily):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `CADFormerConfig()` is the published network.
    """

    def __init__(self, config: CADFormerConfig) -> None:
        super().__init__(config, [Stage(config, index) for index in range(4)], TextualDecoder(config))
        self.cross_scale = CrossScaleInteraction(
            config.widths, config.cim_width, config.cim_grid, config.cim_key_channels
        )

    def connect(self, outs: list[Tensor], text: TextFeatures) -> list[Tensor]:
        """RMSIN's cross-scale interaction."""
        maps: list[Tensor] = self.cross_scale(outs)
        return maps

    def decode(self, maps: Sequence[Tensor], text: TextFeatures) -> Tensor:
        """Two-class logits (N, 2, H_0, W_0) of the decoder's inputs and of the words that saw the image."""
        logits: Tensor = self.decoder(maps, text)
        return logits
