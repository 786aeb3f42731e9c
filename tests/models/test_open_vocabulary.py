"""Grounded SAM 2 and SAM 3: the adapters answer what their published parts answer."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import BertConfig, GroundingDinoForObjectDetection, Sam2Model, Sam3Model
from transformers.image_transforms import center_to_corners_format

from geoseg_text.errors import InputError, ModelError
from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.models import load_model, save_model
from geoseg_text.models.base import LateFusionModel
from geoseg_text.models.grounded_sam2 import GroundedSAM2, GroundedSAM2Config
from geoseg_text.models.hints import Hints
from geoseg_text.models.layers.presence import NOTHING, both, union
from geoseg_text.models.layers.transformers_parts import build, published
from geoseg_text.models.sam3 import SAM3, SAM3Config

from .conftest import WORDS, small

PHRASES = ["the red roofs beside the road", "trees", "all grey buildings"]


@pytest.fixture(scope="module")
def bert_like() -> PhraseTokenizer:
    """A tokenizer whose special tokens have the ids that Grounding DINO looks for."""
    pieces = [f"[unused{row}]" for row in range(1100)]
    special = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 1012: ".", 1029: "?"}
    words = sorted({word for phrase in WORDS for word in phrase.split()})
    for row, piece in {**special, **dict(enumerate(words, start=200))}.items():
        pieces[row] = piece
    return PhraseTokenizer.from_vocabulary(pieces)


@pytest.fixture
def grounded(bert_like: PhraseTokenizer) -> GroundedSAM2:
    network = small("grounded-sam2", bert_like)
    assert isinstance(network, GroundedSAM2)
    return network


@pytest.fixture
def sam3(tokenizer: PhraseTokenizer) -> SAM3:
    network = small("sam3", tokenizer)
    assert isinstance(network, SAM3)
    return network


def picture(rows: int = 64, cols: int = 64) -> Tensor:
    return torch.randn(1, 3, rows, cols, generator=torch.Generator().manual_seed(3))


def test_a_map_of_no_object_has_no_pixel() -> None:
    nothing = union(torch.zeros(0, 4, 4), (8, 8))
    assert (nothing == NOTHING).all()
    assert not nothing.half().sigmoid().any()


def test_a_map_of_many_objects_has_the_largest_logit_of_each_pixel() -> None:
    masks = torch.randn(70, 4, 4)
    assert torch.equal(union(masks, (4, 4)), masks.amax(dim=0))


def test_two_gates_are_the_product_of_their_probabilities() -> None:
    first, second = torch.randn(2, 1000, dtype=torch.float64) * 4
    product = both(first, second).sigmoid()
    torch.testing.assert_close(product, first.sigmoid() * second.sigmoid(), atol=1e-12, rtol=0)


@torch.inference_mode()
def test_boxes_are_those_of_grounding_dino(grounded: GroundedSAM2) -> None:
    text = grounded.encode_text(PHRASES[:1])
    ids, mask = text.tokens[..., 0], text.mask
    assert ids[0, -2:].tolist() == [1012, 102]  # a full stop, then the end
    wide = torch.randn(1, 3, 128, 160)
    out = grounded.detector(pixel_values=wide, input_ids=ids, attention_mask=mask.long())
    scores = out.logits.sigmoid().max(dim=-1).values[0]
    threshold = float(scores.sort().values[3:5].mean())
    grounded.config = dataclasses.replace(grounded.config, box_threshold=threshold)
    (boxes,) = grounded.find(wide, ids, mask)
    assert len(boxes) == len(scores) - 4
    expected = center_to_corners_format(out.pred_boxes[0][scores > threshold])
    torch.testing.assert_close(boxes, expected)


@torch.inference_mode()
def test_masks_are_those_of_sam2_for_the_boxes(
    grounded: GroundedSAM2, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = torch.tensor([[0.1, 0.2, 0.5, 0.6], [0.3, 0.3, 0.9, 1.0]])
    monkeypatch.setattr(grounded, "find", lambda *_: [boxes])
    answer = grounded(picture(), grounded.encode_text(["trees"]))
    out = grounded.segmenter(pixel_values=picture(), input_boxes=(boxes * 64)[None], multimask_output=False)
    torch.testing.assert_close(answer[0, 0], union(out.pred_masks[0, :, 0], (64, 64)), atol=1e-5, rtol=0)


@torch.inference_mode()
def test_a_phrase_that_finds_no_box_has_no_pixel(grounded: GroundedSAM2) -> None:
    grounded.config = dataclasses.replace(grounded.config, box_threshold=1.0)
    answer = grounded(picture(), grounded.encode_text(PHRASES))
    assert answer.shape == (1, 3, 64, 64)
    assert not answer.sigmoid().any()


@torch.inference_mode()
def test_a_phrase_is_asked_in_lower_case_with_one_full_stop(grounded: GroundedSAM2) -> None:
    spoken = [grounded.encode_text([phrase]).tokens for phrase in ("Trees", "trees.", " trees ")]
    assert all(torch.equal(spoken[0], other) for other in spoken)
    assert grounded.count_tokens("trees") == spoken[0].shape[1] == 4


def test_the_pair_is_assembled_from_published_parts(
    grounded: GroundedSAM2, bert_like: PhraseTokenizer, tmp_path: Path
) -> None:
    grounded.detector.save_pretrained(tmp_path / "detector")
    bert_like.save_pretrained(tmp_path / "detector")
    grounded.segmenter.save_pretrained(tmp_path / "segmenter")
    model = GroundedSAM2.assemble(str(tmp_path / "detector"), str(tmp_path / "segmenter"))
    assert model.config.detector == grounded.config.detector
    assert model.config.segmenter == grounded.config.segmenter
    assert model.config.licence == "Apache-2.0"
    before, after = grounded.state_dict(), model.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(weight, after[name]) for name, weight in before.items())
    heads = model.detector.bbox_embed
    assert heads[0].layers[0].weight is heads[1].layers[0].weight  # still one head for all layers
    with pytest.raises(ModelError, match="could not be loaded"):
        GroundedSAM2.assemble(str(tmp_path), str(tmp_path / "segmenter"))


def test_weights_held_under_several_names_are_stored_once(grounded: GroundedSAM2, tmp_path: Path) -> None:
    save_model(grounded, tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert isinstance(again, GroundedSAM2)
    heads = again.detector.bbox_embed
    assert heads[1].layers[0].weight is again.detector.model.decoder.bbox_embed[0].layers[0].weight
    assert torch.equal(heads[1].layers[0].weight, grounded.detector.bbox_embed[1].layers[0].weight)


def test_a_published_part_of_another_kind_is_refused(tmp_path: Path) -> None:
    from transformers import GroundingDinoConfig, ResNetConfig

    config = GroundingDinoConfig(
        backbone_config=ResNetConfig(out_indices=[2, 3, 4]), text_config=BertConfig()
    )
    config.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="'resnet' stands where 'swin' is due"):
        published(GroundingDinoConfig, tmp_path)


@torch.inference_mode()
def test_an_image_encoded_once_answers_several_concepts_as_apart(sam3: SAM3) -> None:
    assert isinstance(sam3, LateFusionModel)
    assert sam3.late_fusion
    seen = sam3.encode_image(picture())
    calls: list[int] = []
    sam3.sam.vision_encoder.register_forward_hook(lambda *_: calls.append(1))
    together = sam3.answer(seen, sam3.encode_text(PHRASES))
    assert not calls
    for index, phrase in enumerate(PHRASES):
        alone = sam3(picture(), sam3.encode_text([phrase]))
        torch.testing.assert_close(alone[0, 0], together[0, index], atol=1e-5, rtol=0)


@torch.inference_mode()
def test_instances_are_those_of_the_whole_sam3(sam3: SAM3, tokenizer: PhraseTokenizer) -> None:
    ids, mask = (torch.from_numpy(array) for array in tokenizer.encode(["trees"], 16))
    wide = picture(112, 112)
    out = sam3.sam(pixel_values=wide, input_ids=ids, attention_mask=mask.long())
    scores = (out.pred_logits.sigmoid() * out.presence_logits.sigmoid())[0]
    threshold = float(scores.sort().values[2:4].mean())
    sam3.config = dataclasses.replace(sam3.config, instance_threshold=threshold)
    expected = union(out.pred_masks[0][scores > threshold], (112, 112))
    torch.testing.assert_close(sam3(wide, sam3.encode_text(["trees"]))[0, 0], expected, atol=1e-5, rtol=0)
    assert sam3.config.mean == sam3.config.std == (0.5, 0.5, 0.5)


@torch.inference_mode()
def test_a_concept_without_an_instance_has_no_pixel(sam3: SAM3) -> None:
    sam3.config = dataclasses.replace(sam3.config, instance_threshold=1.0)
    assert not sam3(picture(), sam3.encode_text(PHRASES)).sigmoid().any()


@torch.inference_mode()
def test_a_box_changes_the_answer_of_its_own_concept_alone(sam3: SAM3, tokenizer: PhraseTokenizer) -> None:
    wide = picture(112, 112)
    seen, text = sam3.encode_image(wide), sam3.encode_text(PHRASES)
    box = Hints(boxes=((28.0, 14.0, 84.0, 98.0),))
    plain, hinted = sam3.answer(seen, text), sam3.answer(seen, text, [None, box, Hints()])
    difference = (plain - hinted).abs().amax(dim=(2, 3))[0]
    assert difference[1] > 1e-4
    assert difference[[0, 2]].max() < 1e-5
    ids, mask = (torch.from_numpy(array) for array in tokenizer.encode(PHRASES[1:2], 16))
    out = sam3.sam(
        pixel_values=wide,
        input_ids=ids,
        attention_mask=mask.long(),
        input_boxes=torch.tensor([[[0.5, 0.5, 0.5, 0.75]]]),
    )
    torch.testing.assert_close(hinted[0, 1], union(out.pred_masks[0], (112, 112)), atol=1e-5, rtol=0)


def test_hints_that_sam3_cannot_take_are_refused(sam3: SAM3) -> None:
    seen, text = sam3.encode_image(picture()), sam3.encode_text(["trees"])
    for hints in (Hints(points=((1.0, 2.0),)), Hints(mask=torch.zeros(64, 64))):
        with pytest.raises(InputError, match="takes boxes as hints"):
            sam3.answer(seen, text, [hints])


def test_sam3_is_fetched_from_a_published_folder(
    sam3: SAM3, tokenizer: PhraseTokenizer, tmp_path: Path
) -> None:
    sam3.sam.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = SAM3.fetch(str(tmp_path))
    assert model.config.sam == sam3.config.sam
    before, after = sam3.state_dict(), model.state_dict()
    assert all(torch.equal(weight, after[name]) for name, weight in before.items())
    assert model.count_tokens("trees") == 3


def test_sizes_are_the_published_ones() -> None:
    with torch.device("meta"):
        grounded, sam3 = GroundedSAM2(GroundedSAM2Config()), SAM3(SAM3Config())
    for network, millions in ((grounded.detector, 172.25), (grounded.segmenter, 216.92), (sam3, 840.38)):
        assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(millions, abs=0.005)
    assert isinstance(grounded.detector, GroundingDinoForObjectDetection)
    assert isinstance(grounded.segmenter, Sam2Model)
    assert isinstance(sam3.sam, Sam3Model)
    assert build(type(grounded.detector.config), grounded.config.detector).num_queries == 900
