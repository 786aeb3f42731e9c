"""MAFN computes what the published network computes, on a simulated published checkpoint.

The stored case was computed in float32, and some of its arrays lie near what float32 can tell: the published
pixel-word attention normalises features whose spread is a ten-thousandth of their mean. How near is measured
here, by our own network in float32 against itself in float64, and stands beside every bound.
"""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from geoseg_text.models import TextFeatures, build_model
from geoseg_text.models.convert import load_published
from geoseg_text.models.mafn import MAFN

Arrays = dict[str, NDArray[np.float64]]


def _rule(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("parity_rule", folder / "rule.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def simulated_checkpoint(folder: Path, system: str) -> dict[str, torch.Tensor]:
    """The published state dict of a system, filled by the rule of the parity cases."""
    rule = _rule(folder)
    state: dict[str, torch.Tensor] = {}
    for line in (folder / f"keys_{system}.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        key, shape, dtype = line.split("\t")
        if dtype == "int64":
            state[key] = torch.zeros(ast.literal_eval(shape), dtype=torch.int64)
        else:
            state[key] = torch.from_numpy(rule.array(key, ast.literal_eval(shape)))
    return state


def outputs(model: MAFN, images: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor) -> Arrays:
    """The arrays a parity case stores, sliced as it slices them."""
    norms: list[torch.Tensor] = []
    hooks = [
        stage.norm.register_forward_hook(lambda _m, _i, out: norms.append(out)) for stage in model.stages
    ]
    with torch.inference_mode():
        text: TextFeatures = model.text_encoder(ids, mask)
        maps, _ = model.features(images, text)
        logits = model.two_class_logits(maps, text, images.shape[2:])
    for hook in hooks:
        hook.remove()
    arrays = {"text_features_s8": text.tokens[..., ::8], "logits_s4": logits[:, :, ::4, ::4]}
    for level, (norm, stage_map) in enumerate(zip(norms, maps, strict=True), start=1):
        arrays[f"stage{level}_norm_s"] = norm.flatten(1, 2)[:, ::97, ::16]
        arrays[f"decoder_in{level}_s"] = stage_map[:, ::16, ::5, ::5]
    return {name: array.double().numpy() for name, array in arrays.items()}


@pytest.fixture(scope="module")
def case(shared: Path) -> tuple[MAFN, dict[str, torch.Tensor], Arrays]:
    folder = shared / "parity"
    model = build_model("mafn")
    report = load_published(model, simulated_checkpoint(folder, "mafn"), "mafn")
    assert not report.missing
    assert not report.unexpected
    stored = np.load(folder / "mafn.npz")
    images = torch.from_numpy(_rule(folder).image())
    np.testing.assert_allclose(images[:, :, ::16, ::16].numpy(), stored["image_s16"], atol=1e-5)
    inputs = {
        "images": images,
        "ids": torch.from_numpy(stored["ids"]),
        "mask": torch.from_numpy(stored["mask"]).bool(),
    }
    return model, inputs, {name: stored[name].astype(np.float64) for name in stored.files}


def test_arrays_agree_with_the_published_network(
    case: tuple[MAFN, dict[str, torch.Tensor], Arrays],
) -> None:
    model, inputs, stored = case
    ours = outputs(model, **inputs)
    exact = outputs(model.double(), inputs["images"].double(), inputs["ids"], inputs["mask"])
    model.float()
    for name, array in ours.items():
        spread = stored[name].std()
        rounding = np.sqrt(np.mean((array - exact[name]) ** 2)) / spread
        difference = np.sqrt(np.mean((array - stored[name]) ** 2)) / spread
        # two float32 runs differ by the rounding of both: 1e-4, or twice what float32 itself leaves open
        assert difference <= max(1e-4, 2 * rounding), f"{name}: {difference:.1e}, rounding {rounding:.1e}"


def test_batch_and_padding_do_not_change_an_answer(
    case: tuple[MAFN, dict[str, torch.Tensor], Arrays],
) -> None:
    model, inputs, _ = case
    images, ids, mask = inputs["images"].double(), inputs["ids"], inputs["mask"]
    model.double()
    both = outputs(model, images, ids, mask)
    one = outputs(model, images[:1], ids[:1], mask[:1])
    wide = outputs(model, images[:1], *(torch.nn.functional.pad(t[:1], (0, 8)) for t in (ids, mask)))
    model.float()
    for name in both:
        spread = both[name].std()
        np.testing.assert_allclose(one[name][0], both[name][0], atol=1e-5 * spread, rtol=0, err_msg=name)
        if name != "text_features_s8":
            np.testing.assert_allclose(wide[name][0], one[name][0], atol=1e-5 * spread, rtol=0, err_msg=name)
