"""Californian street trees (NAIP, 0.6 m): a point in every crown, masks grown from the points.

The labels are points; the crown masks are this module's guess and no annotator's. Per image, colours beside
the points (trees) and far from every point (the rest) train a small classifier (a quadratic discriminant on
colour, greenness and local brightness and roughness); a crown is what looks like tree, is connected to its
point, nearer to it than to other points, and within 8.4 m. Crowns are right in their places, roughly right in
their extent, and wrong where a dark shadow or a shrub touches the tree. Do not measure an IoU against them:
use `read_points`.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from geoseg_text.datasets.labelled.assemble import SceneBuilder
from geoseg_text.datasets.labelled.reading import (
    Pixels,
    Split,
    check_split,
    read_rgb,
    read_rows,
    require_trainable,
)
from geoseg_text.values.scene import Scene

GSD_M = 0.6
CROWN_RADIUS_PX = 14.0  # 8.4 m: the largest oaks seen reach a little farther
_SURE_RADIUS_PX = 1.5  # the point's own neighbourhood is tree whatever its colour
_SAMPLE_TREE_PX = 1.5
_SAMPLE_REST_PX = 14.0
_MIN_SAMPLES = 30
# All 743 images were looked at.
_NOT_THERE = frozenset({"ship", "aircraft", "sea"})

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """One scene of 256 px per image, the authors' own splits.

    Args:
        folder: the set's folder, with `manifest.csv`.
        split: 'train' or 'val'.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    for image, points in labelled_points(folder, split):
        builder = SceneBuilder(image, GSD_M)
        builder.add_top("tree", crowns(image, points))
        yield builder.build(frozenset({"tree"}) | _NOT_THERE)


def labelled_points(folder: Path, split: Split) -> Iterator[tuple[Pixels, Floats]]:
    """Every image of the split with the true points, (n, 2) as (x, y) in pixels, a pixel's centre at .5.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    if check_split(split) == "train":
        require_trainable(folder)
    for row in read_rows(folder / "manifest.csv"):
        if row["split"] == split:
            # An image without a tree has no file of points.
            points = read_points(folder / row["label"]) if row["label"] else np.empty((0, 2))
            yield read_rgb(folder / row["image"]), points


def read_points(path: Path) -> Floats:
    """Tree points (n, 2) as (x, y) in pixels, a pixel's centre at .5.

    Raises:
        InputError: the file cannot be read.
    """
    points = [(float(row["x"]) + 0.5, float(row["y"]) + 0.5) for row in read_rows(path)]
    return np.array(points, np.float64).reshape(-1, 2)


def crowns(image: Pixels, points: Floats) -> Labels:
    """Crowns grown from points.

    Args:
        image: uint8 (3, rows, cols).
        points: (n, 2) as (x, y).

    Returns:
        (rows, cols): 1..n, the number of the point each crown pixel belongs to; 0 for none.
    """
    rows, cols = image.shape[1:]
    seeds = np.zeros((rows, cols), np.int32)
    at = np.clip(points.astype(np.intp), 0, (cols - 1, rows - 1))
    seeds[at[:, 1], at[:, 0]] = np.arange(1, len(points) + 1)
    if not seeds.any():
        return seeds
    distance, nearest = ndimage.distance_transform_edt(seeds == 0, return_indices=True)
    owner: Labels = seeds[nearest[0], nearest[1]]
    sure = distance <= _SURE_RADIUS_PX
    likely = ndimage.binary_opening(_looks_like_tree(image, distance), np.ones((2, 2)))
    allowed = sure | (likely & (distance <= CROWN_RADIUS_PX))
    return _reached(np.where(allowed, owner, 0), np.where(sure, owner, 0))


def _reached(inside: Labels, start: Labels) -> Labels:
    """The pixels of `inside` that are connected to pixels of `start` of the same label, with their labels."""
    grown = start
    while True:
        wider = grown.copy()
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            moved = _shift(grown, axis, step)
            take = (wider == 0) & (moved > 0) & (moved == inside)
            wider[take] = moved[take]
        if np.array_equal(wider, grown):
            return grown
        grown = wider


def _shift(array: Labels, axis: int, step: int) -> Labels:
    moved = np.zeros_like(array)
    source = [slice(None), slice(None)]
    target = [slice(None), slice(None)]
    source[axis], target[axis] = (
        (slice(None, -1), slice(1, None)) if step > 0 else (slice(1, None), slice(None, -1))
    )
    moved[tuple(target)] = array[tuple(source)]
    return moved


def _looks_like_tree(image: Pixels, distance: Floats) -> Mask:
    features = _features(image)
    tree = features[:, distance <= _SAMPLE_TREE_PX]
    rest = features[:, distance >= _SAMPLE_REST_PX]
    if tree.shape[1] < _MIN_SAMPLES or rest.shape[1] < _MIN_SAMPLES:
        green = features[3] > 0.02  # too few samples to learn from: any green that is not bright
        return np.asarray(green & (features[4] < 0.55))
    return np.asarray(_log_density(features, tree) > _log_density(features, rest))


def _features(image: Pixels) -> Floats:
    """(features, rows, cols): lightly smoothed red, green, blue, excess green, brightness, roughness."""
    pixels = ndimage.gaussian_filter(image.astype(np.float64) / 255, (0, 0.8, 0.8))
    red, green, blue = pixels
    total = red + green + blue + 0.05
    excess = (2 * green - red - blue) / total
    brightness = ndimage.uniform_filter(total / 3, 5)
    squares = ndimage.uniform_filter((total / 3) ** 2, 5)
    roughness = np.sqrt(np.maximum(squares - brightness**2, 0))
    return np.stack([red, green, blue, excess, brightness, roughness])


def _log_density(features: Floats, samples: Floats) -> Floats:
    """Log of the normal density fitted to `samples` (features, n), up to a constant."""
    mean = samples.mean(1)
    covariance = np.cov(samples) + 1e-4 * np.eye(len(mean))
    offset = features - mean[:, None, None]
    mahalanobis = np.einsum("irc,ij,jrc->rc", offset, np.linalg.inv(covariance), offset)
    return np.asarray(-0.5 * (mahalanobis + np.linalg.slogdet(covariance)[1]))
