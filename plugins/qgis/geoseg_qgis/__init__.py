# SPDX-License-Identifier: GPL-2.0-or-later
"""geoseg-text in QGIS: ask a layer in words, get polygons. The network runs in a process of its own."""

from __future__ import annotations


def classFactory(iface):
    """Give QGIS the plugin.

    Args:
        iface: of the running QGIS; None where it has no window.
    """
    from .plugin import GeosegPlugin

    return GeosegPlugin(iface)
