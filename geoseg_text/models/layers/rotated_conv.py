"""Adaptive rotated convolution (MAFN equations 15, 16; RMSIN; one kernel): a kernel turned for each image."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.layers import winograd

MAX_ANGLE = math.radians(40.0)
"""Bound of the predicted angle."""


class AdaptiveRotatedConv(nn.Module):
    """3x3 convolution whose kernel is scaled and rotated by what the image shows.

    Args:
        channels: channels in and out.
        dropout: of the routing's features, in training.
    """

    def __init__(self, channels: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, channels, 3, 3))
        nn.init.kaiming_normal_(self.weight, mode="fan_out", nonlinearity="relu")
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.norm = nn.LayerNorm(channels)
        self.dropout = nn.Dropout(dropout)
        self.scale = nn.Linear(channels, 1)
        self.angle = nn.Linear(channels, 1, bias=False)
        for module in (self.depthwise, self.scale, self.angle):
            nn.init.trunc_normal_(module.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, C, H, W)."""
        batch, channels, rows, cols = x.shape
        scale, angle = self._route(x)
        if winograd.pays(x, channels):
            turns = winograd.KERNEL @ rotation_basis(angle).transpose(1, 2) * scale[:, None]
            return winograd.convolve(x, (winograd.factors(self.weight, turn) for turn in turns), channels)
        turned = self.weight.flatten(2).to(x.dtype) @ rotation_basis(angle)[:, None].to(x.dtype)
        kernels = (turned * scale[:, None, None].to(x.dtype)).reshape(batch * channels, channels, 3, 3)
        y = F.conv2d(x.reshape(1, batch * channels, rows, cols), kernels, padding=1, groups=batch)
        return y.view(batch, channels, rows, cols)

    def _route(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Scale (B, 1) in 0..1 and angle (B,) in radians."""
        seen = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        routed = F.relu(seen, inplace=True).mean(dim=(1, 2))
        scale = torch.sigmoid(self.scale(self.dropout(routed)))
        angle = F.softsign(self.angle(self.dropout(routed))).squeeze(1) * MAX_ANGLE
        return scale, angle


def rotation_basis(angle: Tensor) -> Tensor:
    """Matrices (B, 9, 9) that rotate a flattened 3x3 kernel by ``angle`` (B,) when multiplied from the right.

    Rotation resamples the kernel bilinearly with replicated borders, so it is linear in the kernel and one
    small matrix serves every pair of channels.
    """
    angle = angle.float()
    cos, sin, zero = torch.cos(angle), torch.sin(angle), torch.zeros_like(angle)
    theta = torch.stack([cos, -sin, zero, sin, cos, zero], dim=1).view(-1, 2, 3)
    where = F.affine_grid(theta, [len(angle), 9, 3, 3], align_corners=True)
    unit = torch.eye(9, device=angle.device).view(1, 9, 3, 3).expand(len(angle), -1, -1, -1)
    turned = F.grid_sample(unit, where, mode="bilinear", padding_mode="border", align_corners=True)
    return turned.flatten(2)
