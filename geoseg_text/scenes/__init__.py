"""Synthetic aerial scenes: procedural pixels in metres, with exact truth for every object.

>>> from geoseg_text.scenes import render_scene
>>> scene = render_scene(7, (256, 256), 0.3, place="suburb")
>>> scene.image.shape
(3, 256, 256)
"""

from __future__ import annotations

from geoseg_text.scenes.places import PLACES
from geoseg_text.scenes.render import CATEGORIES, render_scene
from geoseg_text.scenes.truth import truth_polygons
from geoseg_text.scenes.write import write_scene

__all__ = ["CATEGORIES", "PLACES", "render_scene", "truth_polygons", "write_scene"]
