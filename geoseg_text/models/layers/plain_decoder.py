"""LAVT's decoder, from the coarsest map to the finest, and the frame of the decoders that grew from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.layers.normed import Normed


def convolution(channels_in: int, channels: int) -> Normed:
    """3x3 convolution without bias, batch norm and ReLU."""
    return Normed(nn.Conv2d(channels_in, channels, 3, padding=1, bias=False), channels)


class StackedDecoder(nn.Module):
    """Three levels: upsample to the finer map, join it, 3x3 convolution, refinement; then two classes.

    Args:
        widths: channels of the four maps, finest first.
        hidden: channels of the decoder.
        refinement: makes the refinement of one level, which keeps ``hidden`` channels; LAVT's second
            convolution where None.
        join: makes the first convolution of a level from its channels in and out.
    """

    def __init__(
        self,
        widths: Sequence[int],
        hidden: int,
        refinement: Callable[[], nn.Module] | None = None,
        join: Callable[[int, int], nn.Module] = convolution,
    ) -> None:
        super().__init__()
        inputs = [widths[3] + widths[2], hidden + widths[1], hidden + widths[0]]
        self.joins = nn.ModuleList(join(channels, hidden) for channels in inputs)
        self.refine = nn.ModuleList(
            convolution(hidden, hidden) if refinement is None else refinement() for _ in inputs
        )
        self.classes = nn.Conv2d(hidden, 2, 1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_i, H_i, W_i), finest first, to two-class logits (B, 2, H_0, W_0)."""
        *finers, x = (m.contiguous(memory_format=torch.channels_last) for m in maps)
        for finer, join, refine in zip(reversed(finers), self.joins, self.refine, strict=True):
            x = F.interpolate(x, size=finer.shape[2:], mode="bilinear", align_corners=True)
            x = refine(join(torch.cat([x, finer], dim=1)))
        logits: Tensor = self.classes(x)
        return logits
