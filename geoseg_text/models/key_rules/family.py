"""Names that releases of the LAVT family share: their trunk, their decoder, what some of them keep."""

from __future__ import annotations

from geoseg_text.models.key_rules.base import Rename

_PLACE = {"conv": 0, "bn": 1}


def _level(name: str) -> int:
    """Releases number the decoder's levels by the coarser map, 4 to 2; we by their order, 0 to 2."""
    return 4 - int(name)


REBUILT = r"relative_position_index$|^text_encoder\.(embeddings\.position_ids$|pooler\.)"
"""Dead in every release: tables of indices, which are rebuilt, and BERT's pooler, which nothing reads."""

TRUNK: tuple[Rename, ...] = (
    (r"^text_encoder\.", "text_encoder.bert."),
    (r"^backbone\.patch_embed", "patch_embed"),
    (r"^backbone\.norm(\d)", r"stages.\1.norm"),
    (r"^backbone\.layers\.", "stages."),
    (r"(stages\.\d\.)(res_gate|downsample)\.", r"\1handover.\2."),
    (r"fusion\.vis_project\.0", "words.visual"),
    (r"fusion\.image_lang_att\.f_query\.0", "words.query.0"),
    (r"fusion\.image_lang_att\.f_key\.0", "words.key"),
    (r"fusion\.image_lang_att\.f_value\.0", "words.value"),
    (r"fusion\.image_lang_att\.W\.0", "words.attended.0"),
    (r"fusion\.project_mm\.0", "words.out"),
    (r"res_gate\.0", "language_gate.fc1"),
    (r"res_gate\.2", "language_gate.fc2"),
)
"""Swin, BERT, pixel-word attention and language gate of LAVT; the gate is a part of the handover."""

RECEPTIVE: tuple[Rename, ...] = (
    (r"(stages\.\d\.)(visual_residual|visual_gate)\.", r"\1handover.\2."),
    (r"visual_residual\.repblock\.(\w+?)_2\.", r"receptive.second.\1."),
    (r"visual_residual\.repblock\.", "receptive.first."),
    (r"brb_3x3\.conv1", "wide.0"),
    (r"brb_3x3\.bn1", "wide.1"),
    (r"brb_3x3\.conv2", "wide.2"),
    (r"brb_3x3\.bn2", "wide.3"),
    (r"brb_1x1\.conv", "narrow.0"),
    (r"brb_1x1\.bn", "narrow.1"),
    (r"brb_identity", "identity"),
    (r"visual_gate\.0", "visual_gate.fc1"),
    (r"visual_gate\.2", "visual_gate.fc2"),
)
"""The visual branch of RMSIN and MAFN, and its gate."""

CROSS_SCALE: tuple[Rename, ...] = (
    (r"^backbone\.cim\.", "cross_scale."),
    (r"(cross_scale\.)down_channel", r"\1down"),
    (r"(cross_scale\.)up_channel", r"\1up"),
    (r"(cross_scale\.)bn\.", r"\1norm."),
    (r"block\.0\.csa(\d)\.m\.", r"attention\1."),
    (r"block\.0\.intra_ff\.m\.ff(\d)\.m\.", lambda m: f"per_scale.scales.{int(m[1]) - 1}."),
    (r"block\.0\.ff\.m\.", "feed_forward."),
    (r"(attention\d\.)bn1\.", r"\1norm."),
    (r"(attention\d\.)bn4\.", r"\1out_norm."),
    (r"DWConv1", "halved"),
    (r"DWConv2", "thirded"),
    (r"attention\.qkv\.c\.", "qkv."),
    (r"attention\.qkv\.bn\.", "qkv_norm."),
    (r"attention\.parallel_conv\.1", "local"),
    (r"attention\.to_out", "out"),
    (r"attention\.proj", "mix_tokens"),
    (r"((?:per_scale\.scales\.\d|feed_forward)\.)bn(\d)", r"\1norm\2"),
    (r"cross_scale\.fusion\.", "cross_scale.gates."),
    (r"local_embedding", "local.0"),
    (r"(cross_scale\.gates\.\d\.)bn1", r"\1local.1"),
    (r"global_embedding", "shared.0"),
    (r"(cross_scale\.gates\.\d\.)bn2", r"\1shared.1"),
    (r"global_act", "gate.0"),
    (r"(cross_scale\.gates\.\d\.)bn3", r"\1gate.1"),
)
"""RMSIN's cross-scale interaction, which MAFN, CADFormer and RemoteSAM keep."""

DECODER: tuple[Rename, ...] = (
    (r"^classifier\.conv1_1", "decoder.classes"),
    (r"^classifier\.(conv|bn)1_(\d)", lambda m: f"decoder.joins.{_level(m[2])}.{_PLACE[m[1]]}"),
    (r"^classifier\.(conv|bn)2_(\d)", lambda m: f"decoder.refine.{_level(m[2])}.{_PLACE[m[1]]}"),
)
"""The stacked decoder: a level joins two maps by a first convolution, and refines by a second."""

ROTATED: tuple[Rename, ...] = (
    (r"rounting_func\.dwc", "depthwise"),
    (r"rounting_func\.norm\.norm", "norm"),
    (r"rounting_func\.fc_alpha", "scale"),
    (r"rounting_func\.fc_theta", "angle"),
)
"""The routing of an adaptive rotated convolution, spelt as released."""
