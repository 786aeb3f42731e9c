"""Arrays to scenes: components, resampling, tiles, boxes."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from geoseg_text.datasets.labelled.assemble import SceneBuilder, components, resampled, tiles
from geoseg_text.datasets.labelled.boxes import Box, turned_rectangle
from geoseg_text.datasets.labelled.reading import resize_ids, resize_image
from geoseg_text.datasets.labelled.urban_trees import crowns


def test_specks_join_the_nearest_component_and_the_mask_stays() -> None:
    mask = np.zeros((10, 20), bool)
    mask[1:5, 1:5] = mask[1:5, 12:18] = True
    mask[6, 13] = mask[9, 0] = True
    labels = components(mask, min_px=2)
    assert np.array_equal(labels > 0, mask)
    assert set(np.unique(labels)) == {0, 1, 2}
    assert labels[6, 13] == labels[2, 14]
    assert labels[9, 0] == labels[2, 2] != labels[2, 14]


def test_components_are_four_connected_and_specks_alone_stay() -> None:
    assert components(np.eye(3, dtype=bool)).max() == 3
    assert components(np.eye(3, dtype=bool), min_px=5).max() == 3
    assert components(np.zeros((3, 3), bool), min_px=5).max() == 0


def test_builder_numbers_objects_across_layers_and_drops_the_hidden() -> None:
    builder = SceneBuilder(np.zeros((3, 2, 3), np.uint8), 0.5)
    builder.add_ground("road", np.array([[7, 7, 0], [0, 0, 3]]))
    builder.add_ground("lawn", np.array([[0, 0, 0], [0, 0, 9]]))
    builder.add_top("car", np.array([[0, 1, 0], [0, 0, 0]]))
    scene = builder.build(frozenset({"car"}))
    assert [(thing.id, thing.category) for thing in scene.objects] == [(2, "road"), (3, "lawn"), (4, "car")]
    assert scene.mask(2).tolist() == [[True, True, False], [False, False, False]]
    assert scene.mask(3).tolist() == [[False, False, False], [False, False, True]]


def test_area_averages_keep_the_mean_and_ids_are_not_invented() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (3, 12, 20), dtype=np.uint8)
    half = resize_image(image, 6, 10)
    exact = image.reshape(3, 6, 2, 10, 2).mean((2, 4))
    assert np.abs(half - exact).max() <= 1  # rounded along rows, then along columns
    ids = rng.choice(np.array([0, 5, 9], np.uint16), (12, 20))
    assert set(np.unique(resize_ids(ids, 5, 7))) <= {0, 5, 9}
    assert np.array_equal(resize_ids(np.kron(ids, np.ones((3, 3), np.uint16)), 12, 20), ids)


def test_resampling_keeps_places_on_the_ground() -> None:
    builder = SceneBuilder(np.zeros((3, 40, 60), np.uint8), 0.1)
    labels = np.zeros((40, 60), np.int32)
    labels[10:20, 30:40] = 1
    builder.add_top("building", labels)
    scene = builder.build(frozenset({"building"}), Affine(0.1, 0, 500, 0, -0.1, 900), "EPSG:32635")
    coarse = resampled(scene, 0.2)
    assert coarse.shape == (20, 30)
    assert coarse.gsd_m == 0.2
    assert coarse.mask(1).sum() * 0.2**2 == pytest.approx(scene.mask(1).sum() * 0.1**2)
    assert coarse.affine is not None
    assert coarse.affine @ (15, 5) == pytest.approx(scene.affine @ (30, 10))


def test_tiles_partition_the_scene() -> None:
    builder = SceneBuilder(np.arange(3 * 50 * 70, dtype=np.uint32).astype(np.uint8).reshape(3, 50, 70), 1.0)
    builder.add_ground("road", np.ones((50, 70), np.int32))
    scene = builder.build(frozenset())
    parts = list(tiles(scene, 32))
    assert all(max(part.shape) <= 32 for part in parts)
    assert sum(part.ground.size for part in parts) == scene.ground.size
    assert np.array_equal(parts[0].image, scene.image[:, : parts[0].shape[0], : parts[0].shape[1]])
    assert list(tiles(scene, 70)) == [scene]


@pytest.mark.parametrize("degrees", [0, 15, 30, 45, 60, 75, 90, -20, -45, -70])
@pytest.mark.parametrize("brightness", [30, 220])
def test_a_turned_rectangle_is_found_in_its_box(degrees: int, brightness: int) -> None:
    length, width = 46.0, 46.0 * 0.42
    angle = np.deg2rad(degrees)
    y, x = np.mgrid[:80, :80] + 0.5 - 40
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    truth = (abs(along) <= length / 2) & (abs(across) <= width / 2)
    image = np.where(truth, brightness, 120).astype(np.uint8)[None].repeat(3, 0)
    found_rows, found_cols = truth.any(1).nonzero()[0], truth.any(0).nonzero()[0]
    box = Box(40, 40, float(np.ptp(found_cols) + 1), float(np.ptp(found_rows) + 1))
    rows, cols, mask = turned_rectangle(box, 0.42, image)
    found = np.zeros_like(truth)
    found[rows, cols] = mask
    iou = (found & truth).sum() / (found | truth).sum()
    assert iou >= 0.8


def test_a_box_outside_the_image_is_empty() -> None:
    rows, cols, mask = turned_rectangle(Box(-30, 5, 10, 5), 0.42, np.zeros((3, 20, 20), np.uint8))
    assert mask.size == 0
    assert np.zeros((20, 20))[rows, cols].size == 0


def test_crowns_grow_to_the_edge_of_the_green_and_no_farther() -> None:
    y, x = np.mgrid[:120, :120] + 0.5
    rng = np.random.default_rng(1)
    centres = [(20, 20), (60, 22), (100, 30), (30, 70), (70, 75), (100, 100), (20, 105), (62, 50)]
    truth = np.any([(x - cx) ** 2 + (y - cy) ** 2 <= 8**2 for cx, cy in centres], axis=0)
    image = np.where(truth, np.array([40, 80, 35])[:, None, None], np.array([150, 145, 140])[:, None, None])
    image = np.clip(image + rng.normal(0, 6, image.shape), 0, 255).astype(np.uint8)
    labels = crowns(image, np.array(centres, np.float64))
    assert ((labels > 0) & truth).sum() / ((labels > 0) | truth).sum() > 0.8
    assert [labels[cy, cx] for cx, cy in centres] == list(range(1, len(centres) + 1))


def test_no_points_no_crowns() -> None:
    assert not crowns(np.zeros((3, 30, 30), np.uint8), np.empty((0, 2))).any()
