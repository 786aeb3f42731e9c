"""FIANet: fine-grained alignment of image and text, which reads a phrase three times.

Paper: FIANet (IEEE TGRS 2024). Original release: github.com/Shaosifan/FIANet, no licence; no weights of it
are known. This file was written from facts of the release, and holds none of its code; it loads its
checkpoints.

BERT reads the whole phrase, then the words that name things alone, then the words that say where alone. At
each stage the whole phrase goes LAVT's way, objects and position are aligned beside it, and a gate of the
map's channels decides how much of both goes on. Between trunk and decoder all scales read the phrase again
in one small map, as large as the last stage's; the decoder is LAVT's. No size of image is fixed.

The release finds the words with a part-of-speech tagger, prepositional phrases and a class list per data set,
and takes word i for token i + 1, wrong behind every word of several pieces. Here the lexicon finds them
(`geoseg_text.language.word_roles`) and every piece of a word is marked. Without position words the position
reading is that of the whole phrase, as released. Without object words too, where the release masks every
token, so that BERT mixes all of them, padding included, alike: the answer would depend on the batch.
Left out: an embedding in each alignment that nothing reads, and alignment and gates of the last stage, after
which no stage comes. The word-piece limit is 22 for RRSIS-D and 20 for RefSegRS, as released.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.language.word_roles import role_masks
from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.correlation import channels_first
from geoseg_text.models.layers.cross_scale import CommonMap
from geoseg_text.models.layers.lavt_family import LAVTFamily, LAVTFamilyConfig
from geoseg_text.models.layers.pixel_word_attention import TanhGate, WordGathering
from geoseg_text.models.layers.pixel_word_stage import PixelWordStage
from geoseg_text.models.layers.plain_decoder import StackedDecoder
from geoseg_text.models.layers.swin import Mlp, PatchMerging


@dataclasses.dataclass(frozen=True, kw_only=True)
class FIANetConfig(LAVTFamilyConfig):
    """Sizes of FIANet; the defaults are those published for RRSIS-D."""

    system: str = "fianet"
    name: str = "fianet"
    tokens: int = 22
    enhancement_width: int = 480
    """Channels of the map in which the scales meet."""
    enhancement_depth: int = 3
    """How often that map reads the phrase."""


FIANET_REFSEGRS = FIANetConfig(name="fianet-refsegrs", tokens=20, enhancement_depth=1)
"""As published for RefSegRS."""


class ObjectPositionAlignment(nn.Module):
    """What the pixels take from object words, where position words lead.

    Args:
        channels: width C of the map.
        text_channels: width of the word features.
    """

    def __init__(self, channels: int, text_channels: int) -> None:
        super().__init__()
        self.objects = WordGathering(channels, text_channels)
        self.object_gate = TanhGate(channels)
        self.positions = WordGathering(channels, text_channels)
        self.where = nn.Conv2d(2, 1, 3, padding=1, bias=False)

    def forward(self, x: Tensor, objects: TextFeatures, positions: TextFeatures) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C); the readings are of B phrases."""
        gathered = self.object_gate(self.objects(x, objects.tokens, objects.mask))
        places = self.positions(x, positions.tokens, positions.mask)
        seen = torch.stack([places.mean(dim=-1), places.amax(dim=-1)], dim=1)
        where = torch.sigmoid(self.where(seen)).movedim(1, -1)
        placed: Tensor = gathered * where
        return placed


class ChannelGate(nn.Module):
    """Weight of each channel, from the map's mean: (B, H, W, C) to (B, 1, 1, C)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // 8)
        self.excite = nn.Linear(channels // 8, channels)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        context = x.mean(dim=(1, 2), keepdim=True)
        return torch.sigmoid(self.excite(F.relu(self.squeeze(context))))


class Handover(nn.Module):
    """What a stage gives the next: its map, the phrase, objects and position, at half the resolution."""

    def __init__(self, channels: int, text_channels: int) -> None:
        super().__init__()
        self.channel_gate = ChannelGate(channels)
        self.language_gate = TanhGate(channels)
        self.alignment = ObjectPositionAlignment(channels, text_channels)
        self.downsample = PatchMerging(channels)

    def forward(self, x: Tensor, language: Tensor, objects: TextFeatures, positions: TextFeatures) -> Tensor:
        """Map and pixel-word features (B, H, W, C) to (B, H / 2, W / 2, 2 C)."""
        fused = self.language_gate(language) + self.alignment(x, objects, positions)
        merged: Tensor = self.downsample(x + self.channel_gate(x) * fused)
        return merged


class EnhancementBlock(nn.Module):
    """A map reads the phrase, then thinks about it; both with a residual."""

    def __init__(self, channels: int, text_channels: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.words = WordGathering(channels, text_channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = Mlp(channels, 2 * channels)

    def forward(self, x: Tensor, text: TextFeatures) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C)."""
        x = x + self.words(self.norm1(x), text.tokens, text.mask)
        y: Tensor = x + self.mlp(self.norm2(x))
        return y


class TextAwareEnhancement(CommonMap):
    """All scales in one map, which reads the phrase.

    Args:
        widths: channels of the four maps.
        width: channels of the common map.
        depth: blocks.
        text_channels: width of the word features.
    """

    def __init__(self, widths: Sequence[int], width: int, depth: int, text_channels: int) -> None:
        super().__init__(widths, width)
        self.blocks = nn.ModuleList(EnhancementBlock(width, text_channels) for _ in range(depth))

    def forward(self, maps: Sequence[Tensor], text: TextFeatures) -> list[Tensor]:
        """Maps (B, C_i, H_i, W_i), finest first, to maps of the same shapes."""
        x = self.collect(maps, *maps[-1].shape[2:]).movedim(1, -1)
        for block in self.blocks:
            x = block(x, text)
        return self.spread(channels_first(x), maps)


class FIANet(LAVTFamily):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `FIANetConfig()` and `FIANET_REFSEGRS` are the published networks.
    """

    config: FIANetConfig

    def __init__(self, config: FIANetConfig) -> None:
        def handover(channels: int) -> Handover:
            return Handover(channels, config.text_width)

        stages = [PixelWordStage(config, index, handover) for index in range(4)]
        super().__init__(config, stages, StackedDecoder(config.widths, config.decoder_width))
        self.cross_scale = TextAwareEnhancement(
            config.widths, config.enhancement_width, config.enhancement_depth, config.text_width
        )

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Features of P phrases, padded to the longest, with the readings of their objects and positions."""
        tokenizer = self.text_encoder.tokenizer
        ids, mask = tokenizer.encode(phrases, self.config.tokens)
        masks = (mask, *role_masks(phrases, tokenizer, mask))
        return self.read(
            *(torch.from_numpy(array).to(self.text_encoder.bert.device) for array in (ids, *masks))
        )

    def read(self, ids: Tensor, mask: Tensor, objects: Tensor, positions: Tensor) -> TextFeatures:
        """Readings of token ids (P, L) under three masks (P, L) bool, in one run of BERT."""
        masks = torch.cat([mask, objects, positions])
        readings = self.text_encoder(ids.repeat(3, 1), masks).tokens.chunk(3)
        parts = (TextFeatures(readings[1], objects), TextFeatures(readings[2], positions))
        return TextFeatures(readings[0], mask, parts)

    def connect(self, outs: list[Tensor], text: TextFeatures) -> list[Tensor]:
        """Text-aware enhancement across the scales."""
        maps: list[Tensor] = self.cross_scale(outs, text)
        return maps
