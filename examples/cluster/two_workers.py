"""A job on two Ray workers of this machine, and the same in one piece.

    python examples/cluster/two_workers.py

Needs ``pip install 'geoseg-text[cluster]'``. On a cluster nothing changes but the environment variable
``RAY_ADDRESS``, and each worker loads the model once.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import geoseg_text as gt

PHRASE = "the red roofs"


def main() -> None:
    """Draw a town, answer it both ways, and compare."""
    with tempfile.TemporaryDirectory() as folder:
        town = Path(folder) / "town.tif"
        gt.write_scene(gt.render_scene(3, (600, 800), 0.3, crs="EPSG:32635"), town)
        parts = gt.segment(town, PHRASE, engine="ray", workers=2, block_px=400)
        whole = gt.segment(town, PHRASE)
    same = parts.polygons.geometry.to_wkb().tolist() == whole.polygons.geometry.to_wkb().tolist()
    print(
        f"{len(parts.polygons)} polygons from two workers, {len(whole.polygons)} in one piece, same: {same}"
    )


if __name__ == "__main__":
    main()
