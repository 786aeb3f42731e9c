"""SAM 2 draws what an independent call of transformers draws, in the image's own pixels."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import resize
from transformers import Sam2Config, Sam2Model

from geoseg_text.cli.dataset_boxes import SEGMENTER
from geoseg_text.datasets.boxes import Limits, Point, build_from_boxes
from geoseg_text.datasets.boxes.sam2_drawer import Sam2Drawer
from geoseg_text.datasets.check import check_benchmark
from geoseg_text.errors import ModelError
from geoseg_text.models.layers.sam2 import LARGE_PLACE
from geoseg_text.models.layers.transformers_parts import build
from geoseg_text.models.small_sizes import SAM2

SIDE = 64
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # as SAM 2 was published


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sam2")
    torch.manual_seed(0)
    network = Sam2Model(build(Sam2Config, SAM2))
    for weight in network.parameters():  # as transformers begins, all answers are nearly nought
        if weight.dim() > 1:
            torch.nn.init.xavier_normal_(weight)
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def drawer(place: Path) -> Sam2Drawer:
    return Sam2Drawer.load(str(place))


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (3, 48, 96), np.uint8)


def independent(place: Path, image: np.ndarray, box: list[float], **more: object) -> tuple[np.ndarray, ...]:
    """Masks, IoU and small logits by transformers alone."""
    network = Sam2Model.from_pretrained(place).eval()
    pixels = resize(torch.from_numpy(image), [SIDE, SIDE], InterpolationMode.BILINEAR, antialias=True) / 255
    pixels = (pixels - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    scale = torch.tensor([SIDE / 96, SIDE / 48] * 2)
    with torch.inference_mode():
        out = network(
            pixel_values=pixels[None].float(),
            input_boxes=(torch.tensor(box) * scale)[None, None],
            **more,
        )
    logits = out.pred_masks[0]
    masks = F.interpolate(logits, (48, 96), mode="bilinear", align_corners=False)[0] > 0
    return masks.numpy(), out.iou_scores[0, 0].numpy(), logits[0].numpy()


def test_a_box_gives_three_candidates_in_the_images_pixels(place: Path, drawer, image: np.ndarray) -> None:
    sight = drawer.look(image)
    box = (20.0, 10.0, 60.0, 40.0)
    found = sight.draw(box)
    masks, iou, logits = independent(place, image, list(box), multimask_output=True)
    assert found.masks.any(axis=(1, 2)).all()
    assert not found.masks.all()
    assert found.masks.dtype == np.bool_
    assert found.masks.shape == (3, 48, 96)
    assert (found.masks != masks).mean() < 1e-3
    np.testing.assert_allclose(found.predicted_iou, iou, atol=1e-4)
    np.testing.assert_allclose(found.logits, logits, atol=1e-4 * np.abs(logits).max())
    assert found.best == int(iou.argmax())
    other = sight.draw((0.0, 0.0, 96.0, 48.0))
    assert not np.array_equal(other.logits, found.logits)
    np.testing.assert_array_equal(sight.draw(box).logits, found.logits)  # one box leaves no trace on the next


def test_points_and_an_earlier_mask_give_one(place: Path, drawer, image: np.ndarray) -> None:
    sight = drawer.look(image)
    box = (20.0, 10.0, 60.0, 40.0)
    earlier = sight.draw(box).logits[1]
    points = (Point(30.0, 20.0, True), Point(70.5, 5.0, False))
    found = sight.draw(box, points, earlier)
    scale = torch.tensor([SIDE / 96, SIDE / 48])
    masks, iou, logits = independent(
        place,
        image,
        list(box),
        input_points=(torch.tensor([[30.0, 20.0], [70.5, 5.0]]) * scale)[None, None],
        input_labels=torch.tensor([[[1, 0]]]),
        input_masks=torch.from_numpy(earlier)[None, None],
        multimask_output=False,
    )
    assert found.masks.shape == (1, 48, 96)
    assert (found.masks != masks).mean() < 1e-3
    np.testing.assert_allclose(found.predicted_iou, iou, atol=1e-4)
    np.testing.assert_allclose(found.logits, logits, atol=1e-4 * np.abs(logits).max())
    for less in (sight.draw(box, points), sight.draw(box, points[:1], earlier)):
        apart = np.abs(less.logits - found.logits).max()
        assert apart > 0.02 * np.abs(found.logits).max()  # each prompt is heard


def test_the_whole_build_runs_with_it(world, place: Path, tmp_path: Path) -> None:
    loose = Limits(0.0, spill=1.0, fill=0.0, box_iou=0.0, agreement=0.0)
    choices = replace(world.choices, segmenter=str(place), limits=loose)
    report = build_from_boxes(tmp_path / "out", choices)
    drawn = report["masks"]["sure"]
    assert drawn + report["reasons"]["doubtful"]["empty"] == report["boxes"] == 8
    for name, folder in (("RISORS", "RISORS"), ("RRSIS-HR", "RefCOCO")):
        found = check_benchmark(name, tmp_path / "out" / folder)
        assert found.faults == ()
        assert sum(counts.samples for counts in found.splits.values()) == drawn


@pytest.mark.slow
def test_a_killed_build_goes_on_to_the_same_files(world, place: Path, tmp_path: Path) -> None:
    choices = replace(world.choices, segmenter=str(place))
    build_from_boxes(tmp_path / "whole", choices)
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from geoseg_text.datasets.boxes import BoxChoices, build_from_boxes\n"
        "root, boxes, images, place = sys.argv[1:]\n"
        "choices = BoxChoices(Path(boxes), Path(images), place, 'both', (0.25, 0.25))\n"
        "die = lambda event: event.stage == 'images' and event.done == 2 and os._exit(9)\n"
        "build_from_boxes(root, choices, progress=die)\n"
    )
    words = [tmp_path / "out", world.boxes, world.images, place]
    done = subprocess.run([sys.executable, "-c", code, *map(str, words)], check=False, timeout=300)
    assert done.returncode == 9
    build_from_boxes(tmp_path / "out", choices)
    one, other = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "whole", tmp_path / "out")
    )
    assert one == other


def test_a_place_that_holds_no_sam2_is_one_line(tmp_path: Path) -> None:
    assert SEGMENTER == LARGE_PLACE  # help names it without loading the networks
    with pytest.raises(ModelError, match="could not be loaded") as error:
        Sam2Drawer.load(str(tmp_path))
    assert "\n" not in str(error.value)


def test_the_segmenter_is_loaded_only_where_something_is_drawn(world, bright, tmp_path: Path) -> None:
    root = tmp_path / "out"
    build_from_boxes(root, world.choices, load=bright)
    text = (root / "review.csv").read_text(encoding="utf-8").splitlines()
    mine = tmp_path / "mine.csv"
    mine.write_text("id,verdict\n2,keep\n", encoding="utf-8")
    assert any(line.startswith("2,") for line in text)
    missing = partial(Sam2Drawer.load, str(tmp_path / "nowhere"))
    assert build_from_boxes(root, world.choices, review=mine, load=missing)["masks"]["kept"] == 1
