"""LAVT: language-aware vision transformer, the network the family grew from.

Paper: LAVT (CVPR 2022). Original release: github.com/yz93/LAVT-RIS, GPL-3.0; it links weights trained on
RefCOCO, RefCOCO+ and G-Ref, photographs seen from the ground; their own licence is not stated. This file was
written from facts of the release, and holds none of its code; it loads its checkpoints, those with BERT
inside (`lavt_one`) and those with BERT beside (`lavt`).

Where paper and release differ, published weights decide: pixel-word attention ends in GELU, not ReLU.
Left out: the language gate of the last stage, after which no stage comes. An untrained network begins with
its gates shut and the keys of its words apart (`layers.pixel_word_attention`); weights overwrite both.
"""

from __future__ import annotations

import dataclasses

from geoseg_text.models.layers.lavt_family import LAVTFamily, LAVTFamilyConfig
from geoseg_text.models.layers.pixel_word_stage import LanguageHandover, PixelWordStage
from geoseg_text.models.layers.plain_decoder import StackedDecoder


@dataclasses.dataclass(frozen=True, kw_only=True)
class LAVTConfig(LAVTFamilyConfig):
    """Sizes of LAVT; the defaults are the published network's."""

    system: str = "lavt"
    name: str = "lavt"


class LAVT(LAVTFamily):
    """The network; see the module's head for what it follows.

    Args:
        config: sizes; `LAVTConfig()` is the published network.
    """

    def __init__(self, config: LAVTConfig) -> None:
        stages = [PixelWordStage(config, index, LanguageHandover) for index in range(4)]
        super().__init__(config, stages, StackedDecoder(config.widths, config.decoder_width))
