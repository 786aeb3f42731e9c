"""Keys of FIANet's release."""

from __future__ import annotations

from geoseg_text.models.key_rules.base import KeyRules, Rename
from geoseg_text.models.key_rules.family import CROSS_SCALE, DECODER, REBUILT, TRUNK

_ALIGNMENT: tuple[Rename, ...] = (
    (r"(stages\.\d\.)fc1", r"\1handover.channel_gate.squeeze"),
    (r"(stages\.\d\.)fc2", r"\1handover.channel_gate.excite"),
    (r"(stages\.\d\.)context_tanh_gate", r"\1handover.language_gate"),
    (r"(stages\.\d\.)object_position_align_blk\.", r"\1handover.alignment."),
    (r"go_cross_attn\.", "objects."),
    (r"go_tanh_gating", "object_gate"),
    (r"sp_cross_attn\.", "positions."),
    (r"alignment\.conv1", "alignment.where"),
    (r"_gate\.0\.", "_gate.fc1."),
    (r"_gate\.2\.", "_gate.fc2."),
)

_ENHANCEMENT: tuple[Rename, ...] = (
    (r"^backbone\.tmem\.", "backbone.cim."),
    (r"cim\.block\.(\d+)\.", r"cim.blocks.\1."),
    (r"\.tma\.", ".words."),
    (r"\.ff\.net\.0", ".mlp.fc1"),
    (r"\.ff\.net\.3", ".mlp.fc2"),
)

_GATHERING: tuple[Rename, ...] = (
    (r"f_query\.0", "query.0"),
    (r"f_key\.0", "key"),
    (r"f_value\.0", "value"),
    (r"\.W\.0", ".attended.0"),
)

FIANET = KeyRules(
    renames=(
        (r"context_pixel_attn\.", "fusion."),  # LAVT's pixel-word attention under another name
        *TRUNK,
        *_ALIGNMENT,
        *_ENHANCEMENT,
        *_GATHERING,
        *CROSS_SCALE,
        *DECODER,
    ),
    # an embedding that nothing reads; the last stage hands nothing on
    dead=rf"{REBUILT}|go_embedding|layers\.3\.(fc1|fc2|context_tanh_gate|object_position_align_blk)\.",
)
"""LAVT's with object and position words aligned at each stage, and a small map that reads the phrase."""
