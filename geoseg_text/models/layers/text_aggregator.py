"""Text-conditioned channel and spatial aggregator (TCSA) of SBANet, equations 8 to 11.

They are the dual cross-attention of Ates et al. (2023) with the phrase joined to what is looked at; what the
paper leaves open is taken from there. The reasons stand in the head of `geoseg_text.models.sbanet`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.bidirectional_alignment import normed_mlp, resize
from geoseg_text.models.layers.mean_word import mean_word


class TextConditionedAggregator(nn.Module):
    """Lets the channels and then the places of all stages see one another and the phrase.

    Tokens are the cells of one grid to which every stage is pooled; all layers that mix nothing but channels
    of their own treat the stages as one map.

    Args:
        widths: channels of the four maps.
        text_channels: width of the words.
        grid: side of the common grid.
        heads: heads of the spatial attention; divides every width.
    """

    def __init__(self, widths: Sequence[int], text_channels: int, grid: int, heads: int) -> None:
        super().__init__()
        self.widths = list(widths)
        self.grid = grid
        self.heads = heads
        channels, joined = sum(widths), sum(widths) + widths[-1]
        self.guide = normed_mlp(text_channels, widths[-1])
        self.enter = depthwise(channels)
        self.channel_norms = nn.ModuleList(nn.LayerNorm(width) for width in widths)
        self.channel = ChannelAttention(channels, joined)
        self.spatial_norms = nn.ModuleList(nn.LayerNorm(width) for width in widths)
        self.spatial = SpatialAttention(widths, joined, heads)
        self.leave = nn.ModuleList(nn.Conv2d(width, width, 1) for width in widths)
        self.out = nn.ModuleList(nn.Sequential(nn.BatchNorm2d(width), nn.ReLU()) for width in widths)

    def forward(self, maps: Sequence[Tensor], text: TextFeatures) -> list[Tensor]:
        """Maps (B, C_i, H_i, W_i), finest first, to maps of the same shapes."""
        phrase = mean_word(self.guide(text.tokens), text.mask)
        x = torch.cat([F.adaptive_avg_pool2d(m, self.grid) for m in maps], dim=1)
        x = self.enter(x.flatten(2))
        x = x + self.channel(*self._seen(x, self.channel_norms, phrase))
        x = x + self.spatial(*self._seen(x, self.spatial_norms, phrase))
        parts = x.unflatten(2, (self.grid, self.grid)).split(self.widths, dim=1)
        # a 1x1 convolution and a resize can be swapped: the cheaper order
        return [
            out(m + resize(leave(part), m))
            for m, part, leave, out in zip(maps, parts, self.leave, self.out, strict=True)
        ]

    def _seen(self, x: Tensor, norms: nn.ModuleList, phrase: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (B, C, m) normed stage by stage, alone and with the phrase (B, C') joined to each token.

        Joined channels lie head by head, each head's share of every stage and of the phrase together: a head
        that saw the phrase alone would weigh all tokens alike.
        """
        parts = x.transpose(1, 2).split(self.widths, dim=2)
        normed = [norm(part).transpose(1, 2) for norm, part in zip(norms, parts, strict=True)]
        said = phrase.unsqueeze(2).expand(-1, -1, x.shape[2])
        shares = [part.unflatten(1, (self.heads, -1)) for part in (*normed, said)]
        return torch.cat(normed, dim=1), torch.cat(shares, dim=2).flatten(1, 2)


class ChannelAttention(nn.Module):
    """Each channel gathers channels of any stage and of the phrase (equations 8 and 9; one head)."""

    def __init__(self, channels: int, joined: int) -> None:
        super().__init__()
        self.query, self.key, self.value = depthwise(channels), depthwise(joined), depthwise(joined)
        self.out = depthwise(channels)

    def forward(self, x: Tensor, joined: Tensor) -> Tensor:
        """Tokens (B, C, m) and tokens with the phrase (B, C', m) to (B, C, m)."""
        query = self.query(x) * joined.shape[1] ** -0.5
        weight = (query @ self.key(joined).transpose(1, 2)).softmax(dim=-1)
        gathered: Tensor = self.out(weight @ self.value(joined))
        return gathered


class SpatialAttention(nn.Module):
    """Each token gathers tokens that resemble it in all stages (equations 10 and 11).

    The weights are the same for every stage; a head has its share of the channels of each. What is joined to
    all tokens alike adds one number to all scores of a head, and cancels in the softmax: the phrase is heard
    through what equation 9 has made of the tokens.

    Args:
        widths: channels of the four maps.
        joined: channels of the maps and of the phrase, head by head.
        heads: divides ``joined`` and each of ``widths``.
    """

    def __init__(self, widths: Sequence[int], joined: int, heads: int) -> None:
        super().__init__()
        self.widths = list(widths)
        self.heads = heads
        self.query = depthwise(joined)
        self.key = depthwise(joined, bias=False)  # a bias would cancel in the softmax
        self.value, self.out = depthwise(sum(widths)), depthwise(sum(widths))

    def forward(self, x: Tensor, joined: Tensor) -> Tensor:
        """Tokens (B, C, m) and tokens with the phrase (B, C', m) to (B, C, m)."""
        query, key = (y.unflatten(1, (self.heads, -1)) for y in (self.query(joined), self.key(joined)))
        query = query * query.shape[2] ** -0.5
        weight = (query.transpose(2, 3) @ key).softmax(dim=-1).transpose(2, 3)
        parts = self.value(x).split(self.widths, dim=1)
        gathered = [(part.unflatten(1, (self.heads, -1)) @ weight).flatten(1, 2) for part in parts]
        out: Tensor = self.out(torch.cat(gathered, dim=1))
        return out


def depthwise(channels: int, *, bias: bool = True) -> nn.Conv1d:
    """1x1 depthwise convolution of tokens (B, C, m): a factor and an offset for each channel."""
    return nn.Conv1d(channels, channels, 1, groups=channels, bias=bias)
