"""Changes to a scene that leave its phrases true."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy import ndimage

from geoseg_text.values.scene import Scene

OPEN_WATERS = frozenset({"water", "lake", "river", "sea"})


def random_view(scene: Scene, side_px: int, rng: np.random.Generator, zoom: tuple[float, float]) -> Scene:
    """A square view of a scene: cropped at random, turned or mirrored, resampled to ``side_px``.

    Args:
        scene: any size of at least 16 px.
        side_px: side of the view.
        rng: source of every choice.
        zoom: smallest and largest scene pixels per view pixel; bounded by the scene's size.
    """
    shorter = min(scene.shape)
    zoom_drawn = np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1])))
    side = int(np.clip(round(side_px * zoom_drawn), 16, shorter))
    row = int(rng.integers(scene.shape[0] - side + 1))
    col = int(rng.integers(scene.shape[1] - side + 1))
    view = scene.crop(row, col, side, side).dihedral(int(rng.integers(8)))
    return resized(view, side_px)


def resized(scene: Scene, side_px: int) -> Scene:
    """A square scene at another resolution; ids by nearest pixel, objects that vanish are left out."""
    side = scene.shape[0]
    if side == side_px:
        return scene
    method = Image.Resampling.BOX if side > side_px else Image.Resampling.BICUBIC
    image = np.asarray(Image.fromarray(scene.image.transpose(1, 2, 0)).resize((side_px, side_px), method))
    nearest = (np.arange(side_px) * side + side // 2) // side_px
    at = np.ix_(nearest, nearest)
    ground, top = scene.ground[at], scene.top[at]
    present = set(np.unique(ground).tolist()) | set(np.unique(top).tolist())
    return dataclasses.replace(
        scene,
        image=np.ascontiguousarray(image.transpose(2, 0, 1)),
        ground=ground,
        top=top,
        objects=tuple(thing for thing in scene.objects if thing.id in present),
        gsd_m=scene.gsd_m * side / side_px,
        affine=None,
    )


def seen_otherwise(scene: Scene, rng: np.random.Generator, light: float = 1.0) -> NDArray[np.uint8]:
    """The pixels (3, rows, cols) of a scene under other light, with other water.

    Args:
        scene: what is seen.
        rng: source of every choice.
        light: how far the light may differ; colours keep their names up to 1.
    """
    return recoloured(other_waters(scene, rng), rng, spread=light)


def other_waters(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The pixels (3, rows, cols) of a scene; half of its open waters get another depth, silt or algae.

    What makes water water is its surface and its shore: its colour runs from black over olive, bright green
    and turquoise to navy.
    """
    pixels = scene.image.astype(np.float32)
    for thing in scene.objects:
        if thing.category in OPEN_WATERS and "colour" not in thing.attributes and rng.random() < 0.5:
            wet = (scene.ground == thing.id) & (scene.top == 0)
            if wet.any():
                share = ndimage.gaussian_filter(wet.astype(np.float32), 0.7) * wet
                grey = pixels.mean(axis=0)
                relief = np.clip(grey / max(float(grey[wet].mean()), 1.0), 0.3, 2.5)
                tint = _water_colour(rng)[:, None, None] * relief ** np.float32(rng.uniform(0.1, 0.6))
                pixels += share * (tint - pixels)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _water_colour(rng: np.random.Generator) -> NDArray[np.float32]:
    hue_deg, saturation = rng.uniform(55, 235), rng.uniform(0.2, 1.0)
    brightest = 255 * np.exp(rng.uniform(np.log(0.06), np.log(0.6)))
    # the hue circle as three cosines, each channel from the brightest down to what the saturation leaves
    circle = 0.5 + 0.5 * np.cos(np.radians(hue_deg - np.array([0.0, 120.0, 240.0])))
    colour = brightest * (1 - saturation * (1 - circle / circle.max()))
    return np.asarray(colour, dtype=np.float32)


def recoloured(image: NDArray[np.uint8], rng: np.random.Generator, spread: float = 1.0) -> NDArray[np.uint8]:
    """Other light, sensor and haze for pixels (3, rows, cols); colours keep their names where spread is 1."""
    if rng.random() < 0.15:
        return image
    pixels = image.astype(np.float32) / 255.0
    pixels = pixels ** np.float32(np.exp(rng.normal(0, 0.18 * spread)))
    grey = pixels.mean(axis=0, keepdims=True)
    pixels = grey + (pixels - grey) * np.float32(np.exp(rng.uniform(-0.4, 0.25) * spread))
    gain = rng.normal(1.0, 0.05 * spread, 3) * rng.uniform(0.8, 1.15)
    mean = pixels.mean()
    pixels = (pixels - mean) * np.float32(np.exp(rng.uniform(-0.28, 0.23) * spread)) + mean
    pixels = pixels * gain[:, None, None].astype(np.float32) + np.float32(rng.normal(0, 0.03))
    if rng.random() < 0.3:
        pixels = pixels + rng.normal(0, rng.uniform(0.005, 0.03), pixels.shape).astype(np.float32)
    changed: NDArray[np.uint8] = (np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.25:
        blur = ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.0)))
        picture = Image.fromarray(changed.transpose(1, 2, 0)).filter(blur)
        changed = np.ascontiguousarray(np.asarray(picture).transpose(2, 0, 1))
    return changed
