"""Makes the README's picture: one synthetic scene, three phrases, the polygons found for each.

Run it from anywhere: ``.venv/bin/python examples/overview.py [OUT.png]``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # draws into files, needs no screen
import matplotlib.pyplot as plt

import geoseg_text as gt

SEED = 7
SIZE_PX = 256  # one window of the embedded model, so a phrase is answered over the whole scene
PHRASES = ("buildings", "the red roofs", "the white buildings")
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "overview.png"


def main(picture: Path) -> None:
    """Draw the scene, segment it, and draw the answers."""
    scene = gt.render_scene(SEED, (SIZE_PX, SIZE_PX), gsd_m=0.3, crs="EPSG:32635")
    with tempfile.TemporaryDirectory() as folder:
        imagery = Path(folder) / "scene.tif"
        gt.write_scene(scene, imagery)
        polygons = gt.segment(imagery, PHRASES).polygons
    left, top = scene.affine @ (0, 0)
    right, bottom = scene.affine @ (SIZE_PX, SIZE_PX)
    figure, panels = plt.subplots(1, 1 + len(PHRASES), figsize=(13, 3.7), layout="constrained")
    for panel, phrase in zip(panels, ("", *PHRASES), strict=True):
        panel.imshow(scene.image.transpose(1, 2, 0), extent=(left, right, bottom, top))
        panel.set_title(f"“{phrase}”" if phrase else "imagery", fontsize=11, y=1.0)
        panel.set_axis_off()
        found = polygons[polygons["phrase"] == phrase]
        if len(found):
            found.plot(ax=panel, facecolor=(1, 0.85, 0, 0.35), edgecolor="#ffd900", linewidth=1.2)
        panel.set_xlim(left, right)
        panel.set_ylim(bottom, top)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=100)
    print(f"wrote {picture}: {len(polygons)} polygons")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
