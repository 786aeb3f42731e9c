"""A scene: pixels with every object in them known, on two layers.

`ground` says what covers the earth at a pixel (road, lawn, lake ...), `top` what stands on it (building,
tree, car ...). Two layers, because a car on a road leaves the road a road.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geoseg_text.errors import InputError, RasterError

VEHICLES = frozenset({"car", "truck", "bus"})
"""Categories that stand on a ground object without hiding it: the road under a car is still road."""

Pixel = TypeVar("Pixel", bound=np.generic)

_FORMAT = 1
_ARRAYS = ("image", "ground", "top")


@dataclass(frozen=True)
class SceneObject:
    """One thing in a scene.

    Attributes:
        id: The value that marks it in `Scene.ground` or `Scene.top`; at least 1.
        category: Canonical category ("building", "road", ...).
        attributes: What a person would say of it, e.g. ``{"colour": "red", "roof": "gabled"}``.
    """

    id: int
    category: str
    attributes: Mapping[str, str]

    def __post_init__(self) -> None:
        if not 1 <= self.id <= 65535:
            raise InputError(f"object id {self.id} does not fit 1..65535; renumber the objects")
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))

    def __getstate__(self) -> dict[str, Any]:
        # A mapping proxy cannot travel to a loader's child process; a plain dict can.
        return {"id": self.id, "category": self.category, "attributes": dict(self.attributes)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))


@dataclass(frozen=True, eq=False)
class Scene:
    """An image, its objects and where both lie.

    Attributes:
        image: (3, rows, cols) uint8, red, green, blue.
        ground: (rows, cols) uint16, id of the ground cover; 0 where nothing is labelled.
        top: (rows, cols) uint16, id of what stands there; 0 for nothing.
        objects: Every object with a pixel in `ground` or `top`.
        gsd_m: Metres per pixel.
        complete: Categories of which every instance is labelled; only of these "all" and "none" are known.
        affine: Pixel (col, row) to CRS (x, y), or None.
        crs: CRS as a string pyproj reads, or None.
    """

    image: NDArray[np.uint8]
    ground: NDArray[np.uint16]
    top: NDArray[np.uint16]
    objects: tuple[SceneObject, ...]
    gsd_m: float
    complete: frozenset[str]
    affine: Affine | None = None
    crs: str | None = None

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[0] != 3:
            raise InputError(f"image has shape {self.image.shape}; a scene needs (3, rows, cols)")
        for name in ("ground", "top"):
            if getattr(self, name).shape != self.image.shape[1:]:
                raise InputError(
                    f"{name} has shape {getattr(self, name).shape}, the image {self.image.shape[1:]}"
                )
        if not self.gsd_m > 0:
            raise InputError(f"gsd_m is {self.gsd_m}; metres per pixel must be positive")

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.ground.shape[0], self.ground.shape[1]

    @cached_property
    def by_id(self) -> Mapping[int, SceneObject]:
        """The objects by their id."""
        return MappingProxyType({thing.id: thing for thing in self.objects})

    @cached_property
    def _hiding(self) -> NDArray[np.bool_]:
        table = np.ones(65536, bool)
        table[0] = False
        table[[thing.id for thing in self.objects if thing.category in VEHICLES]] = False
        return table

    def mask(self, ids: int | Iterable[int]) -> NDArray[np.bool_]:
        """Where the given objects are seen.

        Args:
            ids: One object id or several.

        Returns:
            (rows, cols) bool: pixels of the objects that stand, and of ground objects those that nothing
            but a vehicle stands on.
        """
        wanted = np.zeros(65536, bool)
        wanted[[ids] if isinstance(ids, int) else list(ids)] = True
        wanted[0] = False
        seen = wanted[self.top] | (wanted[self.ground] & ~self._hiding[self.top])
        return np.asarray(seen, dtype=bool)

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """(rows, cols) bool: where what stands on the ground hides it; a vehicle does not."""
        return np.asarray(self._hiding[self.top], dtype=bool)

    def crop(self, row: int, col: int, rows: int, cols: int) -> Scene:
        """The scene inside a window, with the same ids; objects without a pixel in it are left out.

        Raises:
            InputError: the window is empty or leaves the scene.
        """
        if (
            rows < 1
            or cols < 1
            or row < 0
            or col < 0
            or row + rows > self.shape[0]
            or col + cols > self.shape[1]
        ):
            raise InputError(
                f"window of {rows} x {cols} px at row {row}, column {col} is not inside the scene of "
                f"{self.shape[0]} x {self.shape[1]} px; choose one that is"
            )
        window = (slice(row, row + rows), slice(col, col + cols))
        ground, top = self.ground[window], self.top[window]
        affine = None if self.affine is None else self.affine @ Affine.translation(col, row)
        image = self.image[(slice(None), *window)]
        return replace(
            self, image=image, ground=ground, top=top, objects=self._present(ground, top), affine=affine
        )

    def _present(self, *layers: NDArray[np.uint16]) -> tuple[SceneObject, ...]:
        found = np.zeros(65536, bool)
        for layer in layers:
            found[layer.ravel()] = True
        return tuple(thing for thing in self.objects if found[thing.id])

    def dihedral(self, k: int) -> Scene:
        """The scene after k % 4 quarter turns counter-clockwise, then mirrored left-right if k >= 4.

        The affine follows, so that every pixel keeps its place on the earth.

        Raises:
            InputError: k is not 0..7.
        """
        if not 0 <= k <= 7:
            raise InputError(f"symmetry {k} does not exist; the square has 0..7")
        affine = None if self.affine is None else self.affine @ _dihedral_affine(k, self.shape)
        image, ground, top = _turned(self.image, k), _turned(self.ground, k), _turned(self.top, k)
        return replace(self, image=image, ground=ground, top=top, affine=affine)

    def save(self, path: str | Path) -> None:
        """Writes the scene as a compressed .npz, its objects as JSON inside."""
        facts = {
            "format": _FORMAT,
            "objects": [[thing.id, thing.category, dict(thing.attributes)] for thing in self.objects],
            "gsd_m": self.gsd_m,
            "complete": sorted(self.complete),
            "affine": None if self.affine is None else list(self.affine)[:6],
            "crs": self.crs,
        }
        with Path(path).open("wb") as file:  # a handle, because numpy would append .npz to a bare name
            np.savez_compressed(
                file, image=self.image, ground=self.ground, top=self.top, facts=np.array(json.dumps(facts))
            )

    @classmethod
    def load(cls, path: str | Path) -> Scene:
        """Reads what `save` wrote.

        Raises:
            RasterError: the file cannot be read or is not a scene.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in _ARRAYS}
                facts = json.loads(str(stored["facts"]))
            if facts["format"] != _FORMAT:
                raise RasterError(f"{path}: scene format {facts['format']}; this version reads {_FORMAT}")
            return cls(
                **arrays,
                objects=tuple(SceneObject(int(i), str(c), dict(a)) for i, c, a in facts["objects"]),
                gsd_m=float(facts["gsd_m"]),
                complete=frozenset(facts["complete"]),
                affine=None if facts["affine"] is None else Affine(*facts["affine"]),
                crs=facts["crs"],
            )
        except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as problem:
            if isinstance(problem, RasterError):
                raise
            raise RasterError(f"{path}: not a scene file ({problem}); write one with Scene.save") from problem


def _turned(array: NDArray[Pixel], k: int) -> NDArray[Pixel]:
    turned = np.rot90(array, k % 4, axes=(-2, -1))
    turned = turned[..., ::-1] if k >= 4 else turned
    return np.ascontiguousarray(turned)


def _dihedral_affine(k: int, shape: tuple[int, int]) -> Affine:
    """New pixel (col, row) -> old pixel, for the turn of `Scene.dihedral`."""
    rows, cols = shape
    turn = {
        0: Affine.identity(),
        1: Affine(0, -1, cols, 1, 0, 0),
        2: Affine(-1, 0, cols, 0, -1, rows),
        3: Affine(0, 1, 0, -1, 0, rows),
    }[k % 4]
    width = rows if k % 2 else cols
    return turn @ Affine(-1, 0, width, 0, 1, 0) if k >= 4 else turn
