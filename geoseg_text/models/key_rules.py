"""How the keys of published state dicts become ours: data, read by `geoseg_text.models.convert`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Rename = tuple[str, str | Callable[[re.Match[str]], str]]


@dataclass(frozen=True)
class KeyRules:
    """How the keys of a release become ours."""

    renames: Sequence[Rename]
    """Regular expressions and replacements, applied in order to the whole key."""
    dead: str
    """Pattern of keys that the released network holds and never lets reach its answer."""
    splits: Mapping[str, Sequence[str]]
    """Ending of a stacked weight, and where its equal parts along dimension 0 go; "" for a dead part."""
    first_rows: Sequence[str]
    """Endings of tables of which only row 0 is read."""


_BRANCHES: tuple[Rename, ...] = (
    (r"brb_3x3\.conv1", "wide.0"),
    (r"brb_3x3\.bn1", "wide.1"),
    (r"brb_3x3\.conv2", "wide.2"),
    (r"brb_3x3\.bn2", "wide.3"),
    (r"brb_1x1\.conv", "narrow.0"),
    (r"brb_1x1\.bn", "narrow.1"),
    (r"brb_identity", "identity"),
)

_CROSS_SCALE: tuple[Rename, ...] = (
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

_TRUNK: tuple[Rename, ...] = (
    (r"^text_encoder\.", "text_encoder.bert."),
    (r"^backbone\.patch_embed", "patch_embed"),
    (r"^backbone\.norm(\d)", r"stages.\1.norm"),
    (r"^backbone\.layers\.", "stages."),
    (r"cross_attn_0_to_1\.out_proj", "after_attention.out"),
    (r"cross_attn_0_to_1", "after_attention"),
    (r"relation_judger\.0", "after_attention.discriminator"),
    (r"(stages\.\d\.)(visual_residual|visual_gate|res_gate|corr|downsample)\.", r"\1handover.\2."),
    (r"visual_residual\.repblock\.(\w+?)_2\.", r"receptive.second.\1."),
    (r"visual_residual\.repblock\.", "receptive.first."),
    *_BRANCHES,
    (r"fusion\.vis_project\.0", "words.visual"),
    (r"fusion\.image_lang_att\.f_query\.0", "words.query.0"),
    (r"fusion\.image_lang_att\.f_key\.0", "words.key"),
    (r"fusion\.image_lang_att\.f_value\.0", "words.value"),
    (r"fusion\.image_lang_att\.W\.0", "words.attended.0"),
    (r"fusion\.project_mm\.0", "words.out"),
    (r"res_gate\.0", "language_gate.fc1"),
    (r"res_gate\.2", "language_gate.fc2"),
    (r"visual_gate\.0", "visual_gate.fc1"),
    (r"visual_gate\.2", "visual_gate.fc2"),
)

_CORRELATION: tuple[Rename, ...] = (
    (r"corr\.Conv\.", "correlation.mix."),
    (r"corr\.mlpLayer\.", "correlation.windows."),
    (r"corr\.channel_intensification_block\.", "correlation.intensify."),
    (r"WinGmlpLayer_(\d)", lambda m: f"gates.{int(m[1]) - 1}"),
    (r"SpatialGatingUnit\.Dense_0", "positions"),
    (r"SpatialGatingUnit\.LayerNorm", "gate_norm"),
    (r"(correlation\.\S*)LayerNorm", r"\1norm"),
    (r"in_project", "expand"),
    (r"out_project", "out"),
    (r"reweight\.fc1", "squeeze"),
    (r"reweight\.fc2", "weigh"),
    (r"channel_attention\.Conv_0", "squeeze"),
    (r"channel_attention\.Conv_1", "excite"),
)

_REFINEMENT: tuple[Rename, ...] = (
    (r"^classifier\.conv1_1", "decoder.classes"),
    (r"^classifier\.conv1_(\d)", lambda m: f"decoder.joins.{4 - int(m[1])}.0"),
    (r"^classifier\.bn1_(\d)", lambda m: f"decoder.joins.{4 - int(m[1])}.1"),
    (r"^classifier\.mscb(\d)", lambda m: f"decoder.refine.{4 - int(m[1])}"),
    (r"pconv1", "enter"),
    (r"pconv2", "leave"),
    (r"msdc\.dwconvs", "scales"),
    (r"msdc\.conv2_3\.rounting_func\.dwc", "rotated.depthwise"),
    (r"msdc\.conv2_3\.rounting_func\.norm\.norm", "rotated.norm"),
    (r"msdc\.conv2_3\.rounting_func\.fc_alpha", "rotated.scale"),
    (r"msdc\.conv2_3\.rounting_func\.fc_theta", "rotated.angle"),
    (r"msdc\.conv2_3", "rotated"),
)

MAFN_RULES = KeyRules(
    renames=(
        *_TRUNK,
        *_CORRELATION,
        *_CROSS_SCALE,
        *_REFINEMENT,
        ("k_noise.weight", "after_attention.key_noise"),
        ("v_noise.weight", "after_attention.value_noise"),
    ),
    # index tables are rebuilt; the last stage's fused map feeds no further stage
    dead=r"relative_position_index$|layers\.3\.(corr|res_gate|visual_gate|visual_residual)\.",
    splits={
        "after_attention.in_proj_weight": (
            "after_attention.query.weight",
            "after_attention.key.weight",
            "after_attention.value.weight",
        ),
        "after_attention.in_proj_bias": (
            "after_attention.query.bias",
            "",
            "after_attention.value.bias",
        ),
    },
    first_rows=("after_attention.key_noise", "after_attention.value_noise"),
)

KEY_RULES: Mapping[str, KeyRules] = {"mafn": MAFN_RULES}
"""Rules by system."""
