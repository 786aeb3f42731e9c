# SPDX-License-Identifier: GPL-2.0-or-later
"""The dock: a layer, phrases, an extent; polygons that a slider cuts anew."""
