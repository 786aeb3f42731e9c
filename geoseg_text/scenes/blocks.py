"""What a block is filled with: the ground first, then what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geoseg_text.scenes.buildings import Plan, paint_building
from geoseg_text.scenes.canvas import Canvas, Mask, Patch
from geoseg_text.scenes.frame import Pose
from geoseg_text.scenes.layout import Block
from geoseg_text.scenes.palette import Colour, tint
from geoseg_text.scenes.places import Place
from geoseg_text.scenes.roads import RoadLook
from geoseg_text.scenes.structures import paint_solar
from geoseg_text.scenes.surfaces import inside, lay
from geoseg_text.scenes.trees import BRANCHES, LEAVES, paint_tree
from geoseg_text.scenes.vehicles import paint_vehicle

COVER_CATEGORY = {
    "grass": "lawn",
    "lush": "lawn",
    "dry_grass": "lawn",
    "laterite": "bare_ground",
    "sand": "bare_ground",
    "pale_sand": "bare_ground",
    "soil": "bare_ground",
    "gravel": "bare_ground",
    "asphalt": "pavement",
    "old_asphalt": "pavement",
    "concrete": "pavement",
    "paving": "pavement",
    "litter": "bare_ground",
}
"""What a person calls open ground of each surface."""
_MATERIAL = {
    "laterite": "dirt",
    "soil": "dirt",
    "sand": "sand",
    "pale_sand": "sand",
    "gravel": "gravel",
    "asphalt": "asphalt",
    "old_asphalt": "asphalt",
    "concrete": "concrete",
    "paving": "concrete",
    "litter": "dirt",
    "grass": "grass",
    "lush": "grass",
    "dry_grass": "grass",
}


BOX_COLOURS = ("red", "blue", "green", "orange", "white", "grey", "brown")


@dataclass
class Site:
    """The scene under construction, as the fillers see it.

    Attributes:
        canvas: What they paint on.
        rng: Their source of chance.
        place: The kind of place.
        ground: Name of its open ground's surface.
        look: What its roads are made of.
        tree_factor: How much greener than usual the place is.
        leafless: Whether most trees have lost their leaves.
        solar_share: Share of roofs with solar panels.
        fashion: Cumulated shares of its roofs; drawn on first use.
        greenery: Trees asked for: where, how many per hectare, of what radius.
    """

    canvas: Canvas
    rng: np.random.Generator
    place: Place
    ground: str
    look: RoadLook
    tree_factor: float = 1.0
    leafless: bool = False
    solar_share: float = 0.0
    fashion: NDArray[np.float64] | None = None
    greenery: list[tuple[Block, float, tuple[float, float]]] = field(default_factory=list)

    def leaf(self) -> Colour:
        """The green of some tree."""
        shades = BRANCHES if self.leafless and self.chance(0.7) else LEAVES
        shade = shades[int(self.rng.integers(len(shades)))]
        return np.asarray(shade * self.rng.uniform(0.85, 1.2), np.float32)

    def roof(self) -> tuple[str, str, str]:
        """Material, colour and form of some roof of the place."""
        roofs = list(self.place.roofs)
        if self.fashion is None:  # neighbours build alike: each scene has its own shares
            usual = np.array(list(self.place.roofs.values()))
            shares = usual * np.exp(self.rng.normal(0.0, 0.9, len(roofs)))
            # A quarter of the builders care for no fashion, so that every street has several colours.
            shares = 0.75 * shares / shares.sum() + 0.25 * usual / usual.sum()
            self.fashion = np.cumsum(shares)
        return roofs[min(len(roofs) - 1, int(np.searchsorted(self.fashion, self.rng.random())))]

    def between(self, low: float, high: float) -> float:
        """Some number from low to high."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True that often."""
        return bool(self.rng.random() < share)

    def cover(
        self,
        block: Block,
        surface: str,
        *,
        category: str | None = None,
        shift: float = 0.0,
        light: float = 1.0,
        attributes: dict[str, str] | None = None,
    ) -> tuple[Patch, Mask] | None:
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

    def house(
        self,
        at: tuple[float, float],
        size_m: tuple[float, float],
        *,
        angle: float = 0.0,
        eaves_m: float = 3.0,
        wing: float = 0.0,
        crowd: bool = False,
    ) -> bool:
        """Builds at layout point `at`, (length, width) in metres, with some roof of the place."""
        length_m, width_m = size_m
        material, colour, form = self.roof()
        pose = self.canvas.frame.pose(*at, angle)
        plan = Plan(pose, length_m, width_m, eaves_m, form, material, colour, wing)
        if not paint_building(self.canvas, plan, self.rng, crowd=crowd):
            return False
        if self.chance(self.solar_share) and form != "shed" and min(length_m, width_m) > 6:
            self._panels(plan)
        return True

    def _panels(self, plan: Plan) -> None:
        """Solar panels on one side of a roof."""
        side = -0.24 if self.chance(0.5) else 0.24
        x, y = (
            plan.pose.x_m + self.canvas.lean[0] * plan.eaves_m,
            plan.pose.y_m + self.canvas.lean[1] * plan.eaves_m,
        )
        x -= np.sin(plan.pose.angle) * side * plan.width_m
        y += np.cos(plan.pose.angle) * side * plan.width_m
        size = plan.length_m * float(self.rng.uniform(0.35, 0.7)), plan.width_m * 0.32
        paint_solar(self.canvas, Pose(float(x), float(y), plan.pose.angle), *size, self.rng, roof=True)

    def tree(self, u: float, v: float, radius_m: float | None = None) -> bool:
        """Plants at (u, v), clear of roads and water."""
        x, y = self.canvas.frame.point(u, v)
        radius = float(self.rng.uniform(1.6, 4.6)) if radius_m is None else radius_m
        row, col = int(y / self.canvas.gsd_m), int(x / self.canvas.gsd_m)
        rows, cols = self.canvas.shape
        if 0 <= row < rows and 0 <= col < cols and (self.canvas.keep[row, col] or self.canvas.top[row, col]):
            return False
        return paint_tree(self.canvas, x, y, radius, self.leaf(), self.rng)

    def on_road(self, u: float, v: float) -> bool:
        """Whether (u, v) lies on a road within the scene."""
        x, y = self.canvas.frame.point(u, v)
        row, col = int(y // self.canvas.gsd_m), int(x // self.canvas.gsd_m)
        if not (0 <= row < self.canvas.shape[0] and 0 <= col < self.canvas.shape[1]):
            return False
        return self.canvas.objects[int(self.canvas.ground[row, col]) - 1].category == "road"

    def vehicle(self, u: float, v: float, angle: float = 0.0, category: str = "car") -> bool:
        """Parks at (u, v)."""
        return paint_vehicle(self.canvas, self.canvas.frame.pose(u, v, angle), category, self.rng)

    def scatter_trees(
        self, block: Block, per_hectare: float, radius_m: tuple[float, float] = (1.6, 4.6)
    ) -> None:
        """Trees at random over a block."""
        self.greenery.append((block, per_hectare * self.tree_factor, radius_m))

    def plant(self) -> None:
        """Plants what `scatter_trees` asked for: last, so that no tree keeps a house from being built."""
        rng = self.rng
        for block, per_hectare, radius_m in self.greenery:
            if self.canvas.area(block.u0, block.v0, block.u1, block.v1) is None:
                continue
            area = max(0.0, block.size[0] * block.size[1]) / 1e4
            for _ in range(int(rng.poisson(per_hectare * area / 1.7))):
                u, v = float(rng.uniform(block.u0, block.u1)), float(rng.uniform(block.v0, block.v1))
                size = float(rng.uniform(*radius_m))
                self.tree(u, v, size)
                while self.chance(0.42):  # trees keep company
                    u += float(rng.normal(0.0, 1.1 * size))
                    v += float(rng.normal(0.0, 1.1 * size))
                    self.tree(u, v, size * float(rng.uniform(0.6, 1.15)))
        self.greenery.clear()

    def shrubs(self, patch: Patch, mask: Mask, share: float) -> None:
        """Low planting: dark green flecks without an id, in drifts."""
        noise = self.canvas.noise
        drift = noise.at("mid", patch.span) + 0.8 * noise.at("fine", patch.span)
        fleck = mask & (drift > 1.9 - share)
        self.canvas.mark(patch.span, fleck, self.leaf() * np.float32(0.9), 0.8)
        self.canvas.height[patch.span][fleck] += np.float32(0.6)

    def debris(self, patch: Patch, mask: Mask, share: float) -> None:
        """What lies about in yards: small bright and dark things without an id."""
        where = np.flatnonzero(mask & (self.canvas.noise.at("mid", patch.span) > 0.4))
        count = int(len(where) * share)
        if count == 0:
            return
        spots = self.rng.choice(where, count)
        window = self.canvas.albedo[patch.span]
        row, col = np.unravel_index(spots, mask.shape)
        shade = self.rng.uniform(0.15, 1.0, (count, 1)) * self.rng.uniform(0.75, 1.0, (count, 3))
        window[row, col] += 0.6 * (shade.astype(np.float32) - window[row, col])
        self.canvas.height[patch.span][row, col] = 0.6

    def boxes(self, block: Block, count: int, size_m: tuple[float, float, float]) -> None:
        """Containers, crates and skips without an id; (length, width, height) in metres."""
        length, width, tall = size_m
        turn = float(self.rng.normal(0.0, 0.05))
        for _ in range(count):
            u, v = float(self.rng.uniform(block.u0, block.u1)), float(self.rng.uniform(block.v0, block.v1))
            patch = self.canvas.rigid(self.canvas.frame.pose(u, v, turn), length * 1.2)
            if patch is None:
                continue
            stack = int(self.rng.integers(1, 5))
            box = (np.abs(patch.u) < length / 2) & (np.abs(patch.v) < stack * width / 2)
            box &= (self.canvas.top[patch.span] == 0) & ~self.canvas.keep[patch.span]
            row = np.floor((patch.v + 50 * width) / width).astype(int) % 8
            paints = np.stack([tint(str(self.rng.choice(BOX_COLOURS)), self.rng) for _ in range(8)])
            self.canvas.mark(patch.span, box, paints[row])
            self.canvas.height[patch.span][box] = tall


Filler = Callable[[Site, Block], None]
