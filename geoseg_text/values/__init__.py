"""Immutable values that the steps hand to one another: prompts, grids, windows, scenes, rows of scores.

A value is a frozen dataclass, knows nothing of files, networks or devices, and is imported from its own
module.
"""
