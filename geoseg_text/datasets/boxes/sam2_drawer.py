"""Masks drawn by SAM 2, as RRSIS-HR and RISORS were made: three candidates for a box, one where points guide.

Images are scaled to the network's square and normalised as it was published; an image is encoded once for all
its boxes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub.utils import logging as hub_logging
from torch import Tensor, nn
from transformers import Sam2Config, Sam2Model
from transformers.models.sam2.image_processing_sam2 import Sam2ImageProcessor

from geoseg_text.datasets.boxes.drawing import Candidates, Logits
from geoseg_text.datasets.boxes.points import Box, Point
from geoseg_text.datasets.labelled.reading import Pixels
from geoseg_text.errors import ModelError
from geoseg_text.models.layers import sam2
from geoseg_text.models.layers.transformers_parts import build, load_part, published


class Sam2Drawer:
    """SAM 2; see `Drawer`.

    Args:
        model: the network; it moves to the device and leaves training mode.
        device: computes.

    Raises:
        ModelError: the network does not see squares.
    """

    def __init__(self, model: Sam2Model, device: torch.device | str = "cpu") -> None:
        side = model.prompt_encoder.input_image_size
        if not isinstance(side, int):
            raise ModelError(
                f"a SAM 2 of {side} px: its images must be squares, with one number for the side"
            )
        nn.Module.to(model, device)
        self._model, self._side = model.eval(), side
        self._prepare = Sam2ImageProcessor(size={"height": side, "width": side})

    @classmethod
    def load(cls, place: str = sam2.LARGE_PLACE, device: torch.device | str = "cpu") -> Self:
        """A network with published weights.

        Args:
            place: hub id or folder of a SAM 2.
            device: computes.

        Raises:
            ModelError: the place cannot be reached, or holds another network.
        """
        with _quiet_hub():
            config = build(Sam2Config, published(Sam2Config, place))
            return cls(load_part(Sam2Model, config, place), device)

    @torch.inference_mode()
    def look(self, image: Pixels) -> Sam2Sight:
        """Encode an image, uint8 (3, rows, cols)."""
        seen = self._prepare(torch.from_numpy(image), input_data_format="channels_first", return_tensors="pt")
        maps = self._model.get_image_embeddings(seen["pixel_values"].to(self._model.device))
        return Sam2Sight(self._model, self._side, maps, (image.shape[1], image.shape[2]))


@contextmanager
def _quiet_hub() -> Iterator[None]:
    """No word of each attempt to reach the hub: that it failed becomes one error."""
    before = hub_logging.get_verbosity()
    hub_logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        hub_logging.set_verbosity(before)


class Sam2Sight:
    """An encoded image; see `Sight`.

    Args:
        model: the network.
        side: of the square that it sees, in pixels.
        maps: of the image.
        shape: rows and columns of the image.
    """

    def __init__(self, model: Sam2Model, side: int, maps: Sequence[Tensor], shape: tuple[int, int]) -> None:
        self._model, self._side, self._maps, self._shape = model, side, list(maps), shape

    @torch.inference_mode()
    def draw(self, box: Box, points: Sequence[Point] = (), earlier: Logits | None = None) -> Candidates:
        """Three candidates for a box, or one where points guide; see `Sight`."""
        scale = torch.tensor((self._side / self._shape[1], self._side / self._shape[0]))
        device = self._model.device
        corners = torch.tensor(box).view(2, 2) * scale
        places = torch.tensor([(point.x, point.y) for point in points]).view(-1, 2) * scale
        labels = torch.tensor([int(point.on) for point in points], dtype=torch.int)
        out = self._model(
            image_embeddings=self._maps,
            input_boxes=corners.view(1, 1, 4).to(device),
            input_points=places[None, None].to(device) if points else None,
            input_labels=labels[None, None].to(device) if points else None,
            input_masks=None if earlier is None else torch.from_numpy(earlier)[None, None].to(device),
            multimask_output=not points,
        )
        logits = out.pred_masks[0, 0].float()
        return Candidates(
            masks=np.stack([self._in_pixels(one) for one in logits]),
            predicted_iou=np.nan_to_num(out.iou_scores[0, 0].float().cpu().numpy()),
            logits=logits.cpu().numpy(),
        )

    def _in_pixels(self, logits: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """One mask (h, w) in the image's own pixels."""
        full = F.interpolate(logits[None, None], size=self._shape, mode="bilinear", align_corners=False)
        inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (full[0, 0] > 0).cpu().numpy()
        return inside
