"""Copy the worker's protocol into the QGIS plugin, byte for byte: the plugin must never import the engine."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "geoseg_text" / "worker" / "protocol.py"
COPY = ROOT / "plugins" / "qgis" / "geoseg_qgis" / "protocol.py"


def main() -> None:
    """Write the copy."""
    COPY.write_bytes(SOURCE.read_bytes())


if __name__ == "__main__":
    main()
