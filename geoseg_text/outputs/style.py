"""A QML style: QGIS shows each phrase in its own colour when it finds one beside a layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from geoseg_text.values.colours import phrase_colours

_MARK = "geoseg-text"
_OUTLINE_MM = "0.46"
_FILL_ALPHA = 80


def style_path(path: Path) -> Path:
    """Where QGIS looks for the style of a layer file."""
    return path.with_suffix(".qml")


def is_own_style(path: Path) -> bool:
    """Whether this style was written here, so that it may be written again."""
    return _MARK in path.read_text(encoding="utf-8", errors="replace")[:400]


def write_style(path: Path, phrases: Sequence[str]) -> None:
    """Write a style with one category of the column ``phrase`` for each phrase."""
    qgis = ET.Element("qgis", {"version": "3.22.0", "styleCategories": "Symbology", "generator": _MARK})
    renderer = ET.SubElement(
        qgis, "renderer-v2", {"type": "categorizedSymbol", "attr": "phrase", "symbollevels": "0"}
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (phrase, colour) in enumerate(zip(phrases, phrase_colours(len(phrases)), strict=True)):
        name = str(number)
        label = {"symbol": name, "value": phrase, "label": phrase, "render": "true", "type": "string"}
        ET.SubElement(categories, "category", label)
        symbol = ET.SubElement(symbols, "symbol", {"type": "fill", "name": name, "alpha": "1"})
        layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0"})
        rgb = ",".join(str(part) for part in colour)
        options = ET.SubElement(layer, "Option", {"type": "Map"})
        for key, value in {
            "color": f"{rgb},{_FILL_ALPHA}",
            "outline_color": f"{rgb},255",
            "outline_style": "solid",
            "outline_width": _OUTLINE_MM,
            "outline_width_unit": "MM",
            "style": "solid",
        }.items():
            ET.SubElement(options, "Option", {"name": key, "value": value, "type": "QString"})
            ET.SubElement(layer, "prop", {"k": key, "v": value})  # what QGIS before 3.26 reads
    ET.indent(qgis)
    ET.ElementTree(qgis).write(path, encoding="utf-8", xml_declaration=False)
