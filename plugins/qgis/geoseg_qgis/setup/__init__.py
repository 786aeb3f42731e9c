# SPDX-License-Identifier: GPL-2.0-or-later
"""The window in which the engine's environment is chosen or made."""
