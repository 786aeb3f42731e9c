"""RSAM: what it adds to SAM 2, and that SAM 2's parts compute what transformers' whole SAM 2 computes."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor, nn
from transformers import BertModel, Sam2Config, Sam2Model
from transformers.models.sam2.modeling_sam2 import Sam2MaskDecoder

from geoseg_text.errors import InputError, ModelError
from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.models.base import LateFusionModel
from geoseg_text.models.hints import Hints
from geoseg_text.models.layers import sam2
from geoseg_text.models.layers.transformers_parts import build
from geoseg_text.models.rsam import RSAM, RSAM_LARGE, RSAMConfig

from .conftest import small

PHRASES = ["the red roofs beside the road", "trees", "all grey buildings"]


@pytest.fixture
def rsam(tokenizer: PhraseTokenizer) -> RSAM:
    """A small network that sees a referent everywhere."""
    network = small("rsam", tokenizer)
    assert isinstance(network, RSAM)
    return network


@pytest.fixture
def whole(rsam: RSAM) -> Sam2Model:
    """transformers' SAM 2 with the small network's weights."""
    torch.manual_seed(1)
    model = Sam2Model(build(Sam2Config, rsam.config.sam)).eval()
    model.vision_encoder.load_state_dict(rsam.vision.state_dict())
    model.prompt_encoder.load_state_dict(rsam.prompts.state_dict())
    model.shared_image_embedding.load_state_dict(rsam.prompts.shared_embedding.state_dict())
    model.mask_decoder.load_state_dict(rsam.decoder.sam.state_dict(), strict=False)
    rsam.no_memory.data = model.no_memory_embedding.data.view_as(rsam.no_memory)
    return model


def picture(rows: int = 64, cols: int = 64) -> Tensor:
    return torch.randn(1, 3, rows, cols, generator=torch.Generator().manual_seed(3))


@torch.inference_mode()
def test_an_image_encoded_once_answers_several_phrases_as_apart(rsam: RSAM) -> None:
    assert isinstance(rsam, LateFusionModel)
    assert rsam.late_fusion
    seen = rsam.encode_image(picture())
    calls: list[int] = []
    rsam.vision.register_forward_hook(lambda *_: calls.append(1))
    together = rsam.answer(seen, rsam.encode_text(PHRASES))
    assert not calls
    for index, phrase in enumerate(PHRASES):
        alone = rsam(picture(), rsam.encode_text([phrase]))
        torch.testing.assert_close(alone[0, 0], together[0, index], atol=1e-5, rtol=0)
    assert (together[0, 0] - together[0, 1]).abs().max() > 1e-3  # the phrases do not all mean the same


@torch.inference_mode()
@pytest.mark.parametrize(
    "hints",
    [
        Hints(points=((20.0, 30.0),)),
        Hints(points_off=((20.0, 30.0),)),
        Hints(boxes=((10.0, 12.0, 40.0, 50.0),)),
        Hints(points=((20.0, 30.0), (4.0, 5.0)), boxes=((10.0, 12.0, 40.0, 50.0),)),
        Hints(mask=torch.eye(64) * 20 - 10),
    ],
    ids=["point", "point off", "box", "points and box", "mask"],
)
def test_a_hint_changes_the_answer_of_its_own_phrase_alone(rsam: RSAM, hints: Hints) -> None:
    seen, text = rsam.encode_image(picture()), rsam.encode_text(PHRASES)
    plain, hinted = rsam.answer(seen, text), rsam.answer(seen, text, [None, hints, None])
    difference = (plain - hinted).abs().amax(dim=(2, 3))[0]
    assert difference[1] > 1e-3
    assert difference[[0, 2]].max() < 1e-5


@torch.inference_mode()
def test_where_a_point_lies_matters(rsam: RSAM) -> None:
    seen, text = rsam.encode_image(picture()), rsam.encode_text(PHRASES[:1])
    here, there = (rsam.answer(seen, text, [Hints(points=(place,))]) for place in ((9.0, 9.0), (50.0, 20.0)))
    assert (here - there).abs().max() > 1e-3


@torch.inference_mode()
def test_an_earlier_answer_is_a_hint_even_where_it_found_nothing(rsam: RSAM) -> None:
    seen, text = rsam.encode_image(picture()), rsam.encode_text(PHRASES[:1])
    first = rsam.answer(seen, text)
    assert not torch.equal(rsam.answer(seen, text, [Hints(mask=first[0, 0])]), first)
    nothing = torch.full((64, 64), -1024.0)
    assert rsam.answer(seen, text, [Hints(mask=nothing)]).isfinite().all()


def test_hints_are_places_in_one_image(rsam: RSAM) -> None:
    text = rsam.encode_text(PHRASES)
    two = rsam.encode_image(picture().repeat(2, 1, 1, 1))
    with pytest.raises(InputError, match="3 hints for 3 phrases about 2 images"):
        rsam.answer(two, text, [None] * 3)
    with pytest.raises(InputError, match="1 hints for 3 phrases"):
        rsam.answer(rsam.encode_image(picture()), text, [Hints()])


@torch.inference_mode()
def test_an_absent_referent_leaves_no_pixel(rsam: RSAM) -> None:
    head = rsam.decoder.sam.pred_obj_score_head
    text = rsam.encode_text(PHRASES)
    head.proj_out.bias.fill_(-50.0)
    answer = rsam(picture(), text)
    assert (answer == -1024).all()
    assert not answer.sigmoid().any()
    assert (rsam.judge(rsam.encode_image(picture()), text).masks != -1024).all()


def test_every_head_learns_from_its_own_target(rsam: RSAM) -> None:
    rsam.train()
    seen, text = rsam.encode_image(picture()), rsam.encode_text(PHRASES)
    mask = torch.zeros(64, 64)
    hints = [Hints(points=((3.0, 4.0),), points_off=((5.0, 6.0),)), Hints(boxes=((1.0, 2.0, 9.0, 9.0),))]
    judged = rsam.judge(seen, text, [*hints, Hints(mask=mask)])
    assert judged.masks.shape == (3, 16, 16)
    assert judged.presence.shape == judged.quality.shape == (3,)
    assert judged.quality.min() >= 0
    assert judged.quality.max() <= 1
    total = judged.masks.square().mean() + judged.presence.sum() + judged.quality.sum()
    total.backward()  # type: ignore[no-untyped-call]
    trainable = {name: p.grad for name, p in rsam.named_parameters() if p.requires_grad}
    assert [name for name, gradient in trainable.items() if gradient is None] == []
    assert not any(p.requires_grad for p in rsam.text_encoder.parameters())


def test_one_loss_of_pixels_teaches_presence(rsam: RSAM) -> None:
    rsam.train()
    rsam.forward_matched(picture(), rsam.encode_text(PHRASES[:1])).mean().backward()  # type: ignore[no-untyped-call]
    gradient = rsam.decoder.sam.pred_obj_score_head.proj_out.bias.grad
    assert gradient is not None
    assert gradient.abs().max() > 0


@torch.inference_mode()
def test_maps_are_those_of_the_whole_sam2(rsam: RSAM, whole: Sam2Model) -> None:
    expected = whole.get_image_embeddings(picture())
    for ours, theirs in zip(rsam.encode_image(picture()).maps, expected, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=0)
    places = sam2.dense_places(rsam.prompts, 4, 4)
    torch.testing.assert_close(places, whole.get_image_wide_positional_embeddings(), atol=1e-6, rtol=0)


@torch.inference_mode()
def test_prompts_are_those_of_the_whole_sam2(rsam: RSAM, whole: Sam2Model) -> None:
    points = torch.tensor([[[[20.0, 30.0], [4.0, 5.0]]]])
    expected, dense = whole.get_prompt_embeddings(
        input_points=points - 0.5, input_labels=torch.tensor([[[1, 0]]])
    )
    ours = sam2.sparse_tokens(rsam.prompts, Hints(points=((20.0, 30.0),), points_off=((4.0, 5.0),)), (64, 64))
    torch.testing.assert_close(ours, expected[0, 0], atol=1e-5, rtol=0)
    torch.testing.assert_close(sam2.dense_prompt(rsam.prompts, None, 4, 4), dense, atol=0, rtol=0)
    box = (10.0, 12.0, 40.0, 50.0)
    expected, _ = whole.get_prompt_embeddings(input_boxes=torch.tensor([[box]]) - 0.5)
    ours = sam2.sparse_tokens(rsam.prompts, Hints(boxes=(box,)), (64, 64))
    torch.testing.assert_close(ours, expected[0, 0], atol=1e-5, rtol=0)
    mask = torch.randn(16, 16)
    _, dense = whole.get_prompt_embeddings(input_masks=mask[None, None], input_boxes=torch.tensor([[box]]))
    torch.testing.assert_close(sam2.dense_prompt(rsam.prompts, mask, 4, 4), dense, atol=1e-6, rtol=0)


@torch.inference_mode()
def test_a_silent_phrase_leaves_the_decoder_that_of_sam2(rsam: RSAM, whole: Sam2Model) -> None:
    maps = rsam.encode_image(picture()).maps
    box = (10.0, 12.0, 40.0, 50.0)
    judged = rsam.decoder(
        maps,
        sam2.dense_places(rsam.prompts, 4, 4),
        torch.zeros(1, 32),
        sam2.sparse_tokens(rsam.prompts, Hints(boxes=(box,)), (64, 64))[None],
        sam2.dense_prompt(rsam.prompts, None, 4, 4),
    )
    whole.mask_decoder.dynamic_multimask_via_stability = False
    out = whole(image_embeddings=list(maps), input_boxes=torch.tensor([[box]]) - 0.5, multimask_output=False)
    torch.testing.assert_close(judged.masks, out.pred_masks[:, 0, 0], atol=1e-5, rtol=0)
    torch.testing.assert_close(judged.quality, out.iou_scores[:, 0, 0], atol=1e-5, rtol=0)
    torch.testing.assert_close(judged.presence, out.object_score_logits[:, 0, 0], atol=1e-5, rtol=0)


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_sizes_are_the_published_ones() -> None:
    with torch.device("meta"):
        model, large = RSAM(RSAMConfig()), RSAM(RSAM_LARGE)
    assert parameters(model.vision.backbone) == 68_675_712
    assert parameters(model.vision.neck) == 431_104
    hypernetworks = 3 * parameters(cast(Sam2MaskDecoder, model.decoder.sam).output_hypernetworks_mlps[0])
    pointer = 3 * (256 * 256 + 256) + (256 * 256 + 256) + (4 * 4 + 1)  # to video memory; masks made smaller
    cancelled = 11 * 256  # a key's bias in each attention of the guidance
    left_out = hypernetworks + pointer + cancelled
    encoders = parameters(model.vision) + parameters(model.text_encoder)
    assert parameters(model) - encoders + left_out == 9_289_122
    assert parameters(model) + left_out == 187_287_586
    assert 212.0e6 < parameters(large.vision.backbone) < 212.2e6


def saved_parts(folder: Path, tokenizer: PhraseTokenizer, rsam: RSAM) -> tuple[str, str]:
    """Small random networks as the hub would hold them."""
    torch.manual_seed(7)
    Sam2Model(build(Sam2Config, rsam.config.sam)).save_pretrained(folder / "sam2")
    BertModel(rsam.text_encoder.bert.config, add_pooling_layer=False).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    return str(folder / "sam2"), str(folder / "bert")


def test_it_starts_from_the_encoders_of_others(
    rsam: RSAM, tokenizer: PhraseTokenizer, tmp_path: Path
) -> None:
    segmenter, text = saved_parts(tmp_path, tokenizer, rsam)
    guidance = {name: weight.clone() for name, weight in rsam.guidance.state_dict().items()}
    rsam.start_from(segmenter, text)
    expected = Sam2Model.from_pretrained(segmenter).vision_encoder.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in rsam.vision.state_dict().items())
    expected = BertModel.from_pretrained(text, add_pooling_layer=False).state_dict()
    bert = rsam.text_encoder.bert.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in bert.items())
    assert all(torch.equal(weight, guidance[name]) for name, weight in rsam.guidance.state_dict().items())
    assert rsam.count_tokens("trees") == 3


def test_a_start_that_does_not_fit_is_refused(rsam: RSAM, tokenizer: PhraseTokenizer, tmp_path: Path) -> None:
    segmenter, text = saved_parts(tmp_path, tokenizer, rsam)
    with pytest.raises(ModelError, match="could not be loaded"):
        rsam.start_from(str(tmp_path), text)
    with pytest.raises(ModelError, match="lacks"):
        rsam.start_from(text, text)
    (tmp_path / "sam2" / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="could not be loaded"):
        rsam.start_from(segmenter, text)


def test_settings_of_sam2_are_read_and_nothing_else() -> None:
    config = RSAMConfig(sam={"mask_decoder_config": {"mlp_dim": 64}})
    assert config.sam["mask_decoder_config"]["mlp_dim"] == 64
    assert RSAMConfig.from_dict(config.to_dict()) == config
    hash(config)
    for settings in (
        {"vision_config": {"attn_implementation": "somebody/kernels"}},
        {"vision_config": {"backbone_config": {"model_type": "resnet"}}},
        {"auto_map": {"AutoModel": "code.Model"}},
    ):
        with pytest.raises(ModelError, match="has no setting"):
            RSAMConfig(sam=settings)
    with pytest.raises(ModelError, match="cannot be used"):
        RSAM(RSAMConfig(sam={"mask_decoder_config": {"mlp_dim": "wide"}}))
