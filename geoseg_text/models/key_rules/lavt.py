"""Keys of LAVT's release."""

from __future__ import annotations

from geoseg_text.models.key_rules.base import KeyRules
from geoseg_text.models.key_rules.family import DECODER, REBUILT, TRUNK

LAVT = KeyRules(
    renames=(*TRUNK, *DECODER),
    dead=rf"{REBUILT}|layers\.3\.res_gate\.",  # the last stage hands nothing on
)
"""The trunk and the decoder the whole family starts from."""
