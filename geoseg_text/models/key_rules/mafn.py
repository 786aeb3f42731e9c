"""Keys of MAFN's release."""

from __future__ import annotations

from geoseg_text.models.key_rules.base import KeyRules, Rename
from geoseg_text.models.key_rules.family import CROSS_SCALE, DECODER, REBUILT, RECEPTIVE, ROTATED, TRUNK

_NOISE: tuple[Rename, ...] = (
    (r"cross_attn_0_to_1\.out_proj", "after_attention.out"),
    (r"cross_attn_0_to_1", "after_attention"),
    (r"relation_judger\.0", "after_attention.discriminator"),
    (r"k_noise\.weight", "after_attention.key_noise"),
    (r"v_noise\.weight", "after_attention.value_noise"),
)

_CORRELATION: tuple[Rename, ...] = (
    (r"(stages\.\d\.)corr\.", r"\1handover.corr."),
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
    (r"^classifier\.mscb(\d)", lambda m: f"decoder.refine.{4 - int(m[1])}"),
    (r"pconv1", "enter"),
    (r"pconv2", "leave"),
    (r"msdc\.dwconvs", "scales"),
    (r"msdc\.conv2_3", "rotated"),
)

MAFN = KeyRules(
    renames=(*TRUNK, *RECEPTIVE, *_NOISE, *_CORRELATION, *CROSS_SCALE, *DECODER, *_REFINEMENT, *ROTATED),
    # the last stage's fused map feeds no further stage
    dead=rf"{REBUILT}|layers\.3\.(corr|res_gate|visual_gate|visual_residual)\.",
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
"""Noise in every block, correlation between stages, refinement in the decoder."""
