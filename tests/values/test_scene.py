"""Laws of the scene: what is seen, what a window keeps, what a symmetry keeps."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from geoseg_text.errors import InputError, RasterError
from geoseg_text.values.scene import Scene, SceneObject

ROAD, TREE, CAR, ROOF = 1, 2, 3, 4


@pytest.fixture
def street() -> Scene:
    """A road across a 3 x 4 scene: a car on it, a tree over it, and a building beside it."""
    ground = np.array([[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]], np.uint16)
    top = np.array([[0, 0, 0, 0], [0, 3, 2, 0], [4, 4, 0, 0]], np.uint16)
    image = np.arange(36, dtype=np.uint8).reshape(3, 3, 4)
    objects = (
        SceneObject(ROAD, "road", {"material": "asphalt"}),
        SceneObject(TREE, "tree", {}),
        SceneObject(CAR, "car", {"colour": "red"}),
        SceneObject(ROOF, "building", {"roof": "flat"}),
    )
    return Scene(
        image, ground, top, objects, 0.5, frozenset({"car"}), Affine(0.5, 0, 100, 0, -0.5, 200), "EPSG:32636"
    )


def test_a_car_leaves_the_road_a_road_and_a_tree_hides_it(street: Scene) -> None:
    expected = np.zeros((3, 4), bool)
    expected[1] = [True, True, False, True]
    np.testing.assert_array_equal(street.mask(ROAD), expected)
    np.testing.assert_array_equal(street.mask([CAR]), street.top == CAR)


def test_a_mask_of_several_is_the_union_of_their_masks(street: Scene) -> None:
    both = street.mask([ROAD, ROOF])
    np.testing.assert_array_equal(both, street.mask(ROAD) | street.mask(ROOF))


def test_nothing_and_strangers_have_no_pixels(street: Scene) -> None:
    assert not street.mask([]).any()
    assert not street.mask([0, 77]).any()


def test_a_crop_keeps_ids_and_places_and_drops_what_left(street: Scene) -> None:
    part = street.crop(1, 2, 2, 2)
    assert set(part.by_id) == {ROAD, TREE}
    np.testing.assert_array_equal(part.ground, street.ground[1:3, 2:4])
    np.testing.assert_array_equal(part.image, street.image[:, 1:3, 2:4])
    assert part.affine is not None
    assert street.affine is not None
    assert part.affine @ (0, 0) == street.affine @ (2, 1)
    np.testing.assert_array_equal(part.mask(ROAD), street.mask(ROAD)[1:3, 2:4])


@pytest.mark.parametrize("window", [(0, 0, 0, 1), (-1, 0, 1, 1), (2, 0, 2, 1), (0, 3, 1, 2)])
def test_a_window_that_leaves_the_scene_is_refused(street: Scene, window: tuple[int, int, int, int]) -> None:
    with pytest.raises(InputError, match="not inside the scene of 3 x 4 px"):
        street.crop(*window)


@pytest.mark.parametrize("k", range(8))
def test_each_symmetry_undone_by_its_inverse_is_the_scene(street: Scene, k: int) -> None:
    inverse = k if k >= 4 else (4 - k) % 4  # a mirror image is its own inverse
    again = street.dihedral(k).dihedral(inverse)
    for name in ("image", "ground", "top"):
        np.testing.assert_array_equal(getattr(again, name), getattr(street, name))
    assert again.affine == street.affine
    assert again.objects == street.objects


@pytest.mark.parametrize("k", range(8))
def test_a_symmetry_moves_no_pixel_on_the_earth(street: Scene, k: int) -> None:
    turned = street.dihedral(k)
    assert turned.affine is not None
    assert street.affine is not None
    for row in range(turned.shape[0]):
        for col in range(turned.shape[1]):
            x, y = turned.affine @ (col + 0.5, row + 0.5)
            old_col, old_row = ~street.affine @ (x, y)
            assert turned.image[0, row, col] == street.image[0, int(old_row), int(old_col)]


def test_a_quarter_turn_is_counter_clockwise_and_the_mirror_comes_after(street: Scene) -> None:
    assert street.dihedral(1).ground.tolist() == [[0, 1, 0]] * 4
    assert street.dihedral(1).top[:, 2].tolist() == [0, 0, 4, 4]
    assert street.dihedral(4).top[2].tolist() == [0, 0, 4, 4]
    with pytest.raises(InputError, match=r"0\.\.7"):
        street.dihedral(8)


@pytest.mark.parametrize("bare", [False, True])
def test_a_stored_scene_comes_back_whole(street: Scene, tmp_path: Path, bare: bool) -> None:
    scene = (
        Scene(street.image, street.ground, street.top, street.objects, 0.5, frozenset()) if bare else street
    )
    scene.save(tmp_path / "a.scene")
    back = Scene.load(tmp_path / "a.scene")
    for name in ("image", "ground", "top"):
        np.testing.assert_array_equal(getattr(back, name), getattr(scene, name))
        assert getattr(back, name).dtype == getattr(scene, name).dtype
    assert (back.objects, back.gsd_m, back.complete) == (scene.objects, scene.gsd_m, scene.complete)
    assert (back.affine, back.crs) == (scene.affine, scene.crs)


def test_other_files_are_not_scenes(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"something else")
    np.savez(tmp_path / "b.npz", image=np.zeros(3))
    for name in ("a.npz", "b.npz", "missing.npz"):
        with pytest.raises(RasterError, match=name):
            Scene.load(tmp_path / name)


def test_a_scene_travels_to_another_process(street: Scene) -> None:
    there = pickle.loads(pickle.dumps(street))
    assert there.objects == street.objects
    np.testing.assert_array_equal(there.mask(ROAD), street.mask(ROAD))


def test_shapes_and_ids_that_do_not_fit_are_refused(street: Scene) -> None:
    with pytest.raises(InputError, match=r"\(3, rows, cols\)"):
        Scene(street.image[:1], street.ground, street.top, (), 0.5, frozenset())
    with pytest.raises(InputError, match="top has shape"):
        Scene(street.image, street.ground, street.top[:2], (), 0.5, frozenset())
    with pytest.raises(InputError, match="positive"):
        Scene(street.image, street.ground, street.top, (), 0.0, frozenset())
    with pytest.raises(InputError, match=r"1\.\.65535"):
        SceneObject(0, "car", {})
