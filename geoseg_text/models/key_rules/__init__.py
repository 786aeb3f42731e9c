"""How the keys of published state dicts become ours: data, read by `geoseg_text.models.convert`.

One module holds the rules of one release, `family` the names that several of them share.
"""

from __future__ import annotations

from collections.abc import Mapping

from geoseg_text.models.key_rules.base import KeyRules
from geoseg_text.models.key_rules.fianet import FIANET
from geoseg_text.models.key_rules.lavt import LAVT
from geoseg_text.models.key_rules.mafn import MAFN
from geoseg_text.models.key_rules.rmsin import RMSIN

KEY_RULES: Mapping[str, KeyRules] = {
    "fianet": FIANET,
    "lavt": LAVT,
    "mafn": MAFN,
    "rmsin": RMSIN,
}
"""Rules by system."""

__all__ = ["KEY_RULES", "KeyRules"]
