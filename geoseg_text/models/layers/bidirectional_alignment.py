"""Bidirectional alignment module (BAM) of SBANet, equations 1 to 7.

Words learn from a map, then the map from these words. Which reading of the paper is built, and why, stands in
the head of `geoseg_text.models.sbanet`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.correlation import channels_first, channels_last
from geoseg_text.models.layers.pixel_word_attention import PixelWordAttention
from geoseg_text.models.layers.swin import Mlp


class BidirectionalAlignment(nn.Module):
    """Query tokens look at the map, words at the query tokens, pixels at the words.

    Args:
        channels: width C of the map and of the query tokens.
        text_channels: width of the words.
        query_tokens: how many tokens stand for the map.
        windows: sides of the pooling windows of the pyramid, in pixels of the map.
    """

    def __init__(self, channels: int, text_channels: int, query_tokens: int, windows: Sequence[int]) -> None:
        super().__init__()
        self.queries = QueryTokens(channels, query_tokens)
        self.to_words = QueryTextAlignment(channels, text_channels)
        self.to_pixels = DynamicSelection(channels, text_channels, windows)

    def forward(self, x: Tensor, text: TextFeatures) -> tuple[Tensor, TextFeatures]:
        """Map (B, H, W, C) and words to the features of both that know of one another, shapes kept."""
        words = self.to_words(text.tokens, self.queries(x))
        text = text._replace(tokens=words * text.mask.unsqueeze(-1).to(words.dtype))
        return self.to_pixels(x, text), text


class QueryTokens(nn.Module):
    """A few learned tokens, each of which gathers what it looks for in a map (equation 1; one head).

    Args:
        channels: width C of map and tokens.
        count: M, how many tokens there are.
    """

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
        self.tokens = nn.Parameter(torch.randn(count, channels))
        self.positions = nn.Parameter(0.02 * torch.randn(count, channels))
        self.query = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, channels))
        self.pixel_norm = nn.LayerNorm(channels)
        self.key = nn.Linear(channels, channels, bias=False)  # a bias would cancel in the softmax
        self.value = nn.Linear(channels, channels)
        self.gathered_norm = nn.LayerNorm(channels)
        self.mlp = Mlp(channels, 4 * channels)
        self.out_norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) to tokens (B, M, C)."""
        pixels = self.pixel_norm(x.flatten(1, 2))
        query = self.query(self.tokens + self.positions).expand(len(x), -1, -1)
        gathered = F.scaled_dot_product_attention(query, self.key(pixels), self.value(pixels))
        tokens = self.gathered_norm(self.tokens + gathered)
        updated: Tensor = self.out_norm(tokens + self.mlp(tokens))
        return updated


class QueryTextAlignment(nn.Module):
    """Each word is weighed by what concerns it in the query tokens (equations 2 to 4).

    Words look at query tokens and never at one another, so that padding changes no word.

    Args:
        channels: width of the query tokens.
        text_channels: width of the words.
    """

    def __init__(self, channels: int, text_channels: int) -> None:
        super().__init__()
        self.query = nn.Linear(text_channels, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.relevance = nn.Sequential(nn.Linear(channels, text_channels), nn.LayerNorm(text_channels))
        self.words = nn.Linear(text_channels, text_channels)
        self.out = nn.Linear(text_channels, text_channels)
        for layer in (self.words, self.out):  # words pass eight of these and are not to fade on the way
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def forward(self, words: Tensor, tokens: Tensor) -> Tensor:
        """Words (B, L, text channels) and query tokens (B, M, C) to words of the same shape."""
        query, key, value = F.gelu(self.query(words)), F.gelu(self.key(tokens)), F.gelu(self.value(tokens))
        relevance = self.relevance(F.scaled_dot_product_attention(query, key, value))
        return F.relu(self.out(F.relu(self.words(words)) * relevance))


class DynamicSelection(nn.Module):
    """Pixel-word attention at several sub-scales of a map, brought together again (equations 5 to 7).

    Args:
        channels: width C of the map.
        text_channels: width of the words.
        windows: sides of the pooling windows; 1 is the map as it is.
    """

    def __init__(self, channels: int, text_channels: int, windows: Sequence[int]) -> None:
        super().__init__()
        self.windows = tuple(windows)
        self.refine = nn.ModuleList(
            nn.Identity()
            if window == 1
            else nn.Sequential(nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels))
            for window in windows
        )
        self.words = PixelWordAttention(channels, text_channels)
        self.out = normed_mlp(len(self.windows) * channels, channels)

    def forward(self, x: Tensor, text: TextFeatures) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C)."""
        whole, scales = channels_first(x), []
        for longest, refine in zip(self.windows, self.refine, strict=True):
            window = fitting(longest, whole)
            pooled = channels_last(refine(pool(whole, window)))
            guided = channels_first(self.words(pooled, text.tokens, text.mask))
            scales.append(grow(guided, window, whole))
        selected: Tensor = self.out(channels_last(torch.cat(scales, dim=1)))
        return selected


def fitting(window: int, x: Tensor) -> int:
    """Side of the windows that leave a map (B, C, H, W) two pixels where it has two.

    The instance norm of one alone is nothing.
    """
    return min(window, -(-max(x.shape[2:]) // 2))


def pool(x: Tensor, window: int) -> Tensor:
    """Means of windows that cover the whole of a map, those at the right and bottom border cut short.

    Args:
        x: (B, C, H, W).
        window: side of the windows; made `fitting`.

    Returns:
        (B, C, ceil(H / window), ceil(W / window)).
    """
    return F.avg_pool2d(x, fitting(window, x), ceil_mode=True)


def grow(x: Tensor, window: int, like: Tensor) -> Tensor:
    """Bring means of windows (B, C, h, w) to the size of ``like``, each mean to the middle of its window.

    A window cut short counts as a whole one: stretching the means to the border would shift them all.
    """
    rows, cols = like.shape[2:]
    grown = F.interpolate(x, scale_factor=float(window), mode="bilinear", align_corners=False)
    return grown[..., :rows, :cols]


def resize(x: Tensor, like: Tensor) -> Tensor:
    """Bring maps (B, C, h, w) to the size of ``like``, border on border."""
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


def normed_mlp(channels_in: int, channels: int) -> nn.Sequential:
    """Two linear layers, between them layer norm and GELU."""
    return nn.Sequential(
        nn.Linear(channels_in, channels), nn.LayerNorm(channels), nn.GELU(), nn.Linear(channels, channels)
    )
