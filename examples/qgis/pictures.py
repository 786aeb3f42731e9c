"""Makes the pictures of docs/qgis.md: QGIS on a screen of its own, the plugin from its zip, a drawn scene.

Run it from anywhere: ``.venv/bin/python examples/qgis/pictures.py [FOLDER]``.
It needs what the plugin's tests need: ``apt-get install qgis python3-qgis xvfb xauth``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

import geoseg_text as gt

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SEED, SIZE_PX, GSD_M = 3, 512, 0.3
PICTURES = ("qgis.png", "qgis-engine.png")
PHRASES = ("the red roofs", "the blue roofs")


def main(out: Path) -> None:
    """Draw the scene, build the plugin, and have QGIS take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        scene = gt.render_scene(SEED, (SIZE_PX, SIZE_PX), gsd_m=GSD_M, crs="EPSG:32635")
        gt.write_scene(scene, work / "scene.tif")
        subprocess.run([sys.executable, ROOT / "scripts" / "build_plugin.py", work], check=True)
        (plugin,) = work.glob("*.zip")
        told = {
            "zip": str(plugin), "python": sys.executable, "imagery": str(work / "scene.tif"),
            "version": gt.__version__, "phrases": PHRASES, "out": str(out),
        }  # fmt: skip
        (work / "told.json").write_text(json.dumps(told), encoding="utf-8")
        variables = {
            "PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "XDG_RUNTIME_DIR": folder,
            "LC_ALL": "C.UTF-8", "GEOSEG_TOLD": str(work / "told.json"),
        }  # fmt: skip
        screen = ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24"]
        program = ["qgis", "--nologo", "--noversioncheck", "--profiles-path", work / "profile"]
        subprocess.run([*screen, *program, "--code", HERE / "take_pictures.py"], env=variables, check=True)
    for name in PICTURES:  # of a few colours, a third of the size
        Image.open(out / name).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            out / name, optimize=True
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "docs" / "images")
