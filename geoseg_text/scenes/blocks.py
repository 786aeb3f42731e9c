"""What a block is filled with: the ground first, then what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geoseg_text.scenes.buildings import Plan, paint_building
from geoseg_text.scenes.canvas import Canvas, Mask, Patch
from geoseg_text.scenes.layout import Block
from geoseg_text.scenes.palette import Colour
from geoseg_text.scenes.places import Place
from geoseg_text.scenes.roads import RoadLook
from geoseg_text.scenes.surfaces import inside, lay
from geoseg_text.scenes.trees import LEAVES, paint_tree
from geoseg_text.scenes.vehicles import paint_vehicle

COVER_CATEGORY = {
    "grass": "lawn", "lush": "lawn", "dry_grass": "lawn", "laterite": "bare_ground", "sand": "bare_ground",
    "pale_sand": "bare_ground", "soil": "bare_ground", "gravel": "bare_ground", "asphalt": "pavement",
    "old_asphalt": "pavement", "concrete": "pavement", "paving": "pavement", "litter": "bare_ground",
}
"""What a person calls open ground of each surface."""
_MATERIAL = {
    "laterite": "dirt", "soil": "dirt", "sand": "sand", "pale_sand": "sand", "gravel": "gravel", "asphalt": "asphalt",
    "old_asphalt": "asphalt", "concrete": "concrete", "paving": "concrete", "litter": "dirt",
    "grass": "grass", "lush": "grass", "dry_grass": "grass",
}


@dataclass
class Site:
    """The scene under construction, as the fillers see it.

    Attributes:
        canvas: What they paint on.
        rng: Their source of chance.
        place: The kind of place.
        ground: Name of its open ground's surface.
        look: What its roads are made of.
    """

    canvas: Canvas
    rng: np.random.Generator
    place: Place
    ground: str
    look: RoadLook

    def leaf(self) -> Colour:
        """The green of some tree."""
        shade = LEAVES[int(self.rng.integers(len(LEAVES)))]
        return np.asarray(shade * self.rng.uniform(0.85, 1.2), np.float32)

    def roof(self) -> tuple[str, str, str]:
        """Material, colour and form of some roof of the place."""
        roofs = list(self.place.roofs)
        weights = np.array([self.place.roofs[roof] for roof in roofs])
        return roofs[int(self.rng.choice(len(roofs), p=weights / weights.sum()))]

    def chance(self, share: float) -> bool:
        """True that often."""
        return bool(self.rng.random() < share)

    def cover(self, block: Block, surface: str, *, category: str | None = None, shift: float = 0.0,
              light: float = 1.0, attributes: dict[str, str] | None = None) -> tuple[Patch, Mask] | None:
        """Lays a ground object over a block, clear of roads and water; its window and mask, None outside."""
        patch = self.canvas.area(block.u0, block.v0, block.u1, block.v1)
        if patch is None:
            return None
        mask = inside(patch, block.u0, block.v0, block.u1, block.v1) & ~self.canvas.keep[patch.span]
        if not mask.any() or self.canvas.full:
            return None
        facts = {"material": _MATERIAL[surface]} if attributes is None else attributes
        thing = self.canvas.add(category or COVER_CATEGORY[surface], facts)
        lay(self.canvas, patch, mask, surface, thing, shift, light)
        return patch, mask

    def house(self, u: float, v: float, length_m: float, width_m: float, *, angle: float = 0.0, eaves_m: float = 3.0,
              roof: tuple[str, str, str] | None = None, wing: float = 0.0, crowd: bool = False) -> bool:
        """Builds at (u, v)."""
        material, colour, form = roof or self.roof()
        pose = self.canvas.frame.pose(u, v, angle)
        plan = Plan(pose, length_m, width_m, eaves_m, form, material, colour, wing)
        return paint_building(self.canvas, plan, self.rng, crowd=crowd)

    def tree(self, u: float, v: float, radius_m: float | None = None) -> bool:
        """Plants at (u, v), clear of roads and water."""
        x, y = self.canvas.frame.to_scene(u, v)
        radius = float(self.rng.uniform(1.6, 4.6)) if radius_m is None else radius_m
        row, col = int(float(y) / self.canvas.gsd_m), int(float(x) / self.canvas.gsd_m)
        rows, cols = self.canvas.shape
        if 0 <= row < rows and 0 <= col < cols and self.canvas.keep[row, col]:
            return False
        return paint_tree(self.canvas, float(x), float(y), radius, self.leaf(), self.rng)

    def vehicle(self, u: float, v: float, angle: float = 0.0, category: str = "car") -> bool:
        """Parks at (u, v)."""
        return paint_vehicle(self.canvas, self.canvas.frame.pose(u, v, angle), category, self.rng)

    def scatter_trees(self, block: Block, per_hectare: float, radius_m: tuple[float, float] = (1.6, 4.6)) -> None:
        """Trees at random over a block."""
        area = max(0.0, block.size[0] * block.size[1]) / 1e4
        for _ in range(int(self.rng.poisson(per_hectare * area))):
            u, v = self.rng.uniform(block.u0, block.u1), self.rng.uniform(block.v0, block.v1)
            self.tree(u, v, float(self.rng.uniform(*radius_m)))


Filler = Callable[[Site, Block], None]
