"""SAM 2: the sizes of two published networks, and its prompts for images of any size.

transformers' prompt encoder knows one square image size. Here places are encoded relative to the image that
is there, as its dense positions are; at the published size both are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers.models.sam2.modeling_sam2 import Sam2PromptEncoder

from geoseg_text.models.hints import Hints

BASE_PLUS_PLACE = "facebook/sam2.1-hiera-base-plus"
LARGE_PLACE = "facebook/sam2.1-hiera-large"
"""Where the published weights lie on the hub."""

BASE_PLUS: Mapping[str, Any] = {
    "vision_config": {
        "backbone_config": {
            "hidden_size": 112,
            "num_attention_heads": 2,
            "blocks_per_stage": [2, 3, 16, 3],
            "embed_dim_per_stage": [112, 224, 448, 896],
            "num_attention_heads_per_stage": [2, 4, 8, 16],
            "global_attention_blocks": [12, 16, 20],
            "window_positional_embedding_background_size": [14, 14],
        },
        "backbone_channel_list": [896, 448, 224, 112],
    }
}
"""Settings of SAM 2.1 Hiera-B+ that differ from transformers' defaults."""

LARGE: Mapping[str, Any] = {
    "vision_config": {
        "backbone_config": {
            "hidden_size": 144,
            "num_attention_heads": 2,
            "blocks_per_stage": [2, 6, 36, 4],
            "embed_dim_per_stage": [144, 288, 576, 1152],
            "num_attention_heads_per_stage": [2, 4, 8, 16],
            "window_size_per_stage": [8, 4, 16, 8],
            "global_attention_blocks": [23, 33, 43],
        },
        "backbone_channel_list": [1152, 576, 288, 144],
    }
}
"""Settings of SAM 2.1 Hiera-L that differ from transformers' defaults."""

OFF, ON, TOP_LEFT, BOTTOM_RIGHT, NO_POINT = 0, 1, 2, 3, -1
"""What a place says: not on the object, on it, two corners of a box around it, no place at all."""

_CLAMP = 32.0
"""Largest logit of an earlier mask: beyond it lies `NOTHING`, which no convolution should see."""


def dense_places(prompts: Sam2PromptEncoder, rows: int, cols: int) -> Tensor:
    """Fourier features of each place of a feature map, (1, C, rows, cols)."""
    frequencies = prompts.shared_embedding.positional_embedding
    y, x = (
        (torch.arange(length, dtype=frequencies.dtype, device=frequencies.device) + 0.5) / length
        for length in (rows, cols)
    )
    places = torch.stack((x.expand(rows, cols), y[:, None].expand(rows, cols)), dim=-1)
    encoded: Tensor = prompts.shared_embedding(places)
    return encoded.permute(2, 0, 1)[None]


def sparse_tokens(prompts: Sam2PromptEncoder, hints: Hints | None, shape: tuple[int, int]) -> Tensor:
    """Tokens (T, C) of points and boxes.

    Boxes are two corners each. A token that stands for no place ends the list, and one more stands for the
    missing place where there are none, as in SAM 2.

    Args:
        prompts: the encoder.
        hints: of one phrase.
        shape: rows and columns of the image.
    """
    hints = hints or Hints()
    places = [
        *((point, ON) for point in hints.points),
        *((point, OFF) for point in hints.points_off),
        *((box[:2], TOP_LEFT) for box in hints.boxes),
        *((box[2:], BOTTOM_RIGHT) for box in hints.boxes),
    ] or [((0.0, 0.0), NO_POINT)]
    places.append(((0.0, 0.0), NO_POINT))
    device = prompts.point_embed.weight.device
    said = torch.tensor([label for _, label in places], device=device)
    where = torch.tensor([place for place, _ in places], device=device) / torch.tensor(
        (shape[1], shape[0]), device=device
    )
    located = prompts.shared_embedding(where) + prompts.point_embed(said.clamp(min=0))
    return torch.where(said[:, None] == NO_POINT, prompts.not_a_point_embed.weight, located)


def dense_prompt(prompts: Sam2PromptEncoder, mask: Tensor | None, rows: int, cols: int) -> Tensor:
    """What an earlier mask adds to a feature map, (1, C, rows, cols).

    Args:
        prompts: the encoder.
        mask: logits (H, W); None for no mask.
        rows: height of the feature map, a sixteenth of the image's.
        cols: its width.
    """
    missing: Tensor = prompts.no_mask_embed.weight
    if mask is None:
        return missing.view(1, -1, 1, 1).expand(1, -1, rows, cols)
    logits = mask.to(missing).clamp(-_CLAMP, _CLAMP)[None, None]
    size = (4 * rows, 4 * cols)
    if logits.shape[2:] != size:
        logits = F.interpolate(logits, size=size, mode="bilinear", align_corners=False, antialias=True)
    seen: Tensor = prompts.mask_embed(logits)
    return seen
