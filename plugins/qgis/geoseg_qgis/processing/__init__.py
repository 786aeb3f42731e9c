# SPDX-License-Identifier: GPL-2.0-or-later
"""The algorithms of Processing: in its toolbox, in models, in batches and for ``qgis_process``."""
