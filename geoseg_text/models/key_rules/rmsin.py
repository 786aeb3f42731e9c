"""Keys of RMSIN's release, which are RemoteSAM's as well."""

from __future__ import annotations

from geoseg_text.models.key_rules.base import KeyRules
from geoseg_text.models.key_rules.family import CROSS_SCALE, DECODER, REBUILT, RECEPTIVE, ROTATED, TRUNK

RMSIN = KeyRules(
    renames=(*TRUNK, *RECEPTIVE, *CROSS_SCALE, *DECODER, *ROTATED),
    # the last stage hands nothing on
    dead=rf"{REBUILT}|layers\.3\.(res_gate|visual_gate|visual_residual)\.",
)
"""LAVT's with a visual branch, cross-scale interaction and rotated second convolutions."""
