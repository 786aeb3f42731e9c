"""Streets on the ground: carriageway, pavement, kerb, markings, and the traffic's poses along them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geoseg_text.scenes.canvas import Canvas, Mask, Patch
from geoseg_text.scenes.layout import Street
from geoseg_text.scenes.noise import Field
from geoseg_text.scenes.palette import rgb
from geoseg_text.scenes.surfaces import lay

_PIECE_M = 80.0
_WHITE = rgb(226, 226, 222)
_YELLOW = rgb(214, 178, 84)
_DIRT = ("dirt", "track", "path")


@dataclass(frozen=True)
class RoadLook:
    """What a place's roads are made of.

    Attributes:
        paved: Surface of paved roads.
        dirt: Surface of dirt roads.
        pavement: Surface of pavements.
        light: Brightness factor.
        marked: Whether main roads carry markings.
        yellow: Whether the centre line is yellow.
    """

    paved: str
    dirt: str
    pavement: str
    light: float
    marked: bool
    yellow: bool


def paint_streets(canvas: Canvas, streets: list[Street], look: RoadLook) -> None:
    """Paints all streets: pavements first, so that junctions stay open; then roads, small ones first."""
    ordered = streets[::-1]  # the splitter gives main streets first, and they run through
    for street in ordered:
        if street.pavement_m > 0:
            thing = canvas.add("pavement", {"material": "concrete"})
            for patch in _pieces(canvas, street, street.half_m):
                mask = _band(patch, street, street.half_m)
                lay(canvas, patch, mask, look.pavement, thing, light=look.light)
    for street in ordered:
        _carriageway(canvas, street, look)
    for street in ordered:
        if street.kind in _DIRT:
            _ruts(canvas, street)
            continue
        _wear(canvas, street)
        if street.kind == "motorway":
            _median(canvas, street)
        if street.kind in ("main", "motorway") and look.marked:
            _markings(canvas, street, look)
            _crossing(canvas, street)


def _carriageway(canvas: Canvas, street: Street, look: RoadLook) -> None:
    dirt = street.kind in _DIRT
    thing = canvas.add("road", {"material": "dirt" if dirt else "asphalt"})
    light = look.light * (1.0 if street.kind in ("main", "motorway") else 1.06)
    half = street.width_m / 2
    for patch in _pieces(canvas, street, half + 0.5):
        mask = _band(patch, street, half)
        if dirt:  # no kerb: the edge frays
            frayed = np.abs(_across(patch, street)) < half + 0.35 * canvas.noise.at("mid", patch.span)
            mask = frayed & _within(patch, street)
        lay(canvas, patch, mask, look.dirt if dirt else look.paved, thing, light=light)
        canvas.keep[patch.span] |= mask
        canvas.wet[patch.span] &= ~mask  # a bridge


def paint_roundabout(canvas: Canvas, street: Street, look: RoadLook, radius_m: float) -> None:
    """A roundabout where a street begins, with a planted island."""
    u, v = (street.start, street.at) if street.along_u else (street.at, street.start)
    patch = canvas.area(u - radius_m, v - radius_m, u + radius_m, v + radius_m)
    if patch is None or canvas.full:
        return
    far = np.hypot(patch.u - np.float32(u), patch.v - np.float32(v))
    ring = (far < radius_m) & (far > radius_m - 7.0)
    if not ring.any():
        return
    lay(
        canvas,
        patch,
        ring,
        look.paved,
        canvas.add("road", {"material": "asphalt", "shape": "round"}),
        light=look.light,
    )
    canvas.keep[patch.span] |= ring
    island = far <= radius_m - 7.0
    if island.any():
        lay(canvas, patch, island, "lush", canvas.add("lawn", {"material": "grass", "shape": "round"}))
        canvas.keep[patch.span][island] = True
        kerb = (far < radius_m - 6.6) & (far > radius_m - 7.2)
        canvas.mark(patch.span, kerb, rgb(200, 196, 186), 0.7)


def _across(patch: Patch, street: Street) -> Field:
    return (patch.v if street.along_u else patch.u) - np.float32(street.at)


def _within(patch: Patch, street: Street) -> Mask:
    along = patch.u if street.along_u else patch.v
    return np.asarray((along >= street.start) & (along <= street.stop))


def _band(patch: Patch, street: Street, half: float) -> Mask:
    return np.asarray((np.abs(_across(patch, street)) <= half) & _within(patch, street))


def _pieces(canvas: Canvas, street: Street, half: float) -> list[Patch]:
    """Windows that cover the street; short, because a long slanting street fills little of its window."""
    count = max(1, int((street.stop - street.start) / _PIECE_M))
    edges = np.linspace(street.start, street.stop, count + 1)
    found = []
    for low, high in pairwise(edges.tolist()):
        if street.along_u:
            patch = canvas.area(low, street.at - half, high, street.at + half)
        else:
            patch = canvas.area(street.at - half, low, street.at + half, high)
        if patch is not None:
            found.append(patch)
    return found


def _markings(canvas: Canvas, street: Street, look: RoadLook) -> None:
    half = street.width_m / 2
    line = max(0.07, canvas.gsd_m / 2)  # a line thinner than a pixel is a fainter pixel
    opacity = 0.85 * min(1.0, 0.15 / canvas.gsd_m)
    lanes = max(1, round(half / 3.4))
    for patch in _pieces(canvas, street, half):
        across, within = _across(patch, street), _within(patch, street)
        along = patch.u if street.along_u else patch.v
        on_road = within & (np.abs(across) <= half)
        edge = on_road & (np.abs(np.abs(across) - (half - 0.35)) < line)
        canvas.mark(patch.span, edge, _WHITE, opacity)
        if street.kind == "motorway":  # its median parts the carriageways
            centre = on_road & (np.abs(np.abs(across) - 3.0) < line)
        else:
            centre = on_road & (np.abs(across) < (2 * line if lanes > 1 else line))
        if lanes == 1:
            centre &= (along % 9.0) < 4.5
        canvas.mark(patch.span, centre, _YELLOW if look.yellow else _WHITE, opacity)
        for lane in range(1, lanes):
            dash = on_road & (np.abs(np.abs(across) - lane * half / lanes) < line) & ((along % 12.0) < 4.0)
            canvas.mark(patch.span, dash, _WHITE, opacity)


def _wear(canvas: Canvas, street: Street) -> None:
    """Oil along the lanes, worn wheel tracks, mended patches."""
    half = street.width_m / 2
    lanes = max(1, round(half / 3.4))
    for patch in _pieces(canvas, street, half):
        across = np.abs(_across(patch, street))
        lane = (across * (lanes / half)) % 1.0
        dark = 0.05 * np.cos((lane - 0.5) * (4 * np.pi)) - 0.05 * np.clip(
            canvas.noise.at("broad", patch.span), 0, 2
        )
        mended = canvas.noise.at("mid", patch.span) > 1.7
        light = (1.0 + dark - 0.10 * mended)[..., None]
        canvas.mark(
            patch.span, _band(patch, street, half), canvas.albedo[patch.span] * light.astype(np.float32)
        )


def _median(canvas: Canvas, street: Street) -> None:
    width = 0.5 if street.width_m < 22 else 2.2
    for patch in _pieces(canvas, street, width):
        strip = _band(patch, street, width)
        canvas.mark(patch.span, strip, rgb(150, 146, 120) if width > 1 else rgb(196, 192, 184))
        canvas.height[patch.span][strip] = 0.8 if width < 1 else 0.2


def _crossing(canvas: Canvas, street: Street) -> None:
    """Zebra stripes near both ends, where the street meets another."""
    if street.kind != "main" or canvas.gsd_m > 0.6:
        return
    half = street.width_m / 2
    for at in (street.start + 4.5, street.stop - 4.5):
        stripe = Street(street.along_u, street.at, at - 1.5, at + 1.5, street.width_m, street.kind)
        for patch in _pieces(canvas, stripe, half):
            bars = _band(patch, stripe, half - 0.3) & ((_across(patch, street) % 1.1) < 0.55)
            canvas.mark(patch.span, bars, _WHITE, 0.75)


def _ruts(canvas: Canvas, street: Street) -> None:
    light = np.array([1.08, 1.06, 1.04], np.float32)
    for patch in _pieces(canvas, street, street.width_m / 2):
        rut = np.abs(np.abs(_across(patch, street)) - 0.8) < 0.35
        rut &= _band(patch, street, street.width_m / 2)
        canvas.mark(patch.span, rut, canvas.albedo[patch.span] * light, 0.7)
