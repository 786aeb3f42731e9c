"""Two-way guidance (RSAM): image and words refine one another, apart from both encoders."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from geoseg_text.models.layers.attention import MultiHeadAttention


class Guided(NamedTuple):
    """What leaves the module."""

    image: Tensor
    """The map, guided by the words, (N, C, h, w)."""
    phrase: Tensor
    """The phrase as one token, guided by the image, (N, C)."""


class TwoWayGuidanceLayer(nn.Module):
    """Words to themselves, to the image and through a perceptron; the image to the words and to itself.

    Every step ends with its residual and a norm; the image has no perceptron. Positions reach the queries of
    the words' self-attention and every key.

    Args:
        width: channels C of both.
        heads: attention heads.
        hidden: inner width of the words' perceptron.
    """

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.words_to_words = MultiHeadAttention(width, heads)
        self.words_to_image = MultiHeadAttention(width, heads)
        self.perceptron = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))
        self.image_to_words = MultiHeadAttention(width, heads)
        self.image_to_image = MultiHeadAttention(width, heads)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(5))

    def forward(
        self, image: Tensor, places: Tensor, words: Tensor, order: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """One round.

        Args:
            image: (N, h * w, C).
            places: positions of the image, (1, h * w, C).
            words: (N, L, C).
            order: positions of the words, (L, C).
            mask: (N, L), true for tokens.

        Returns:
            image and words.
        """
        norms = iter(self.norms)
        placed = words + order
        words = next(norms)(words + self.words_to_words(placed, placed, mask, values=words))
        words = next(norms)(words + self.words_to_image(words, image + places, values=image))
        words = next(norms)(words + self.perceptron(words))
        image = next(norms)(image + self.image_to_words(image, words + order, mask, values=words))
        image = next(norms)(image + self.image_to_image(image, image + places, values=image))
        return image, words


class TwoWayGuidance(nn.Module):
    """Rounds of guidance, then the phrase's first token asks the image once more.

    Args:
        width: channels C.
        layers: rounds.
        heads: attention heads.
        hidden: inner width of the words' perceptron.
        positions: most tokens of a phrase.
    """

    def __init__(self, width: int, layers: int, heads: int, hidden: int, positions: int) -> None:
        super().__init__()
        self.order = nn.Embedding(positions, width)
        self.layers = nn.ModuleList(TwoWayGuidanceLayer(width, heads, hidden) for _ in range(layers))
        self.last = MultiHeadAttention(width, heads)
        self.norm = nn.LayerNorm(width)

    def forward(self, image: Tensor, places: Tensor, words: Tensor, mask: Tensor) -> Guided:
        """Guide maps and words, a phrase for each map.

        Args:
            image: (N, C, h, w).
            places: positions of the image, (1, C, h, w).
            words: (N, L, C).
            mask: (N, L), true for tokens.
        """
        shape = image.shape[2:]
        image, places = (x.flatten(2).transpose(1, 2) for x in (image, places))
        order = self.order.weight[: words.shape[1]]
        for layer in self.layers:
            image, words = layer(image, places, words, order, mask)
        first = words[:, :1]
        phrase = self.norm(first + self.last(first, image + places, values=image))
        return Guided(image.transpose(1, 2).unflatten(2, shape), phrase[:, 0])
