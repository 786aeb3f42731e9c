"""Adjectives: colours, materials, roofs, shapes, crops and sizes, with the words that people use for each."""

from __future__ import annotations

COLOURS: dict[str, tuple[str, ...]] = {
    "red": ("red", "reddish", "crimson", "scarlet", "dark red", "bright red", "ruby"),
    "brown": ("brown", "brownish", "chocolate", "dark brown", "tan brown", "chestnut"),
    "orange": ("orange", "orange-coloured", "bright orange", "tangerine", "orange-colored"),
    "yellow": ("yellow", "yellowish", "golden", "bright yellow", "lemon yellow"),
    "green": ("green", "greenish", "emerald", "dark green", "light green", "olive green"),
    "blue": ("blue", "bluish", "azure", "light blue", "dark blue", "navy blue", "sky-blue"),
    "white": ("white", "whitish", "bright white", "pale white", "snow-white", "off-white"),
    "grey": ("grey", "gray", "silver", "greyish", "grayish", "silvery", "light grey", "dark gray"),
    "black": ("black", "blackish", "jet black", "very dark", "pitch-black"),
    "beige": ("beige", "cream", "sand-coloured", "tan", "cream-coloured", "sandy", "sand-colored"),
}
"""Words for each colour, the commonest first."""

ROOF_COLOURS: dict[str, tuple[str, ...]] = {
    "red": ("terracotta", "brick-red", "brick red", "rust-red"),
    "orange": ("terracotta-orange",),
    "grey": ("slate-grey", "lead-grey"),
}
"""Further colour words that people use for roofs alone."""

ABSENT_COLOURS: tuple[str, ...] = ("purple", "violet", "magenta", "neon pink", "lilac", "fuchsia", "lavender")
"""Colours that no scene holds."""

ALIKE: tuple[frozenset[str], ...] = tuple(
    frozenset(pair.split())
    for pair in (
        "red brown", "red orange", "orange brown", "orange yellow", "yellow beige", "beige brown",
        "beige white",
        "beige grey", "white grey", "grey black", "blue grey", "black brown", "beige orange", "black blue",
        "green blue", "black green", "brown grey", "yellow green",
    )
)  # fmt: skip
"""Pairs of colours that light or sight may confuse: one cannot prove the other absent."""

TONES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "dark": (frozenset({"black"}), frozenset({"brown", "grey", "green", "blue", "red"})),
    "light": (frozenset({"white", "beige"}), frozenset({"yellow", "grey", "orange"})),
}
"""Colours that surely are of a tone, and those that may be."""

TONE_WORDS: dict[str, tuple[str, ...]] = {
    "dark": ("dark", "dark-coloured", "darker", "dark-colored"),
    "light": ("light", "bright", "light-coloured", "pale", "light-colored"),
}

MATERIALS: dict[str, tuple[str, ...]] = {
    "tile": ("tiled", "tile", "clay-tiled", "tile-covered"),
    "metal": ("metal", "tin", "corrugated iron", "zinc", "metallic", "sheet metal", "corrugated metal",
              "iron",
              "steel", "galvanised", "corrugated", "aluminium", "aluminum"),
    "concrete": ("concrete", "cement", "concreted"),
    "slate": ("slate", "slate-covered", "slated"),
    "asphalt": ("asphalt", "tarmac", "asphalted", "tarred", "bitumen"),
    "gravel": ("gravel", "gravelled", "stony", "pebble", "graveled"),
    "dirt": ("dirt", "earth", "unpaved", "unsealed", "earthen", "mud"),
    "clay": ("clay", "red clay", "clay-covered"),
    "grass": ("grass", "grassy", "grass-covered", "turf"),
    "thatch": ("thatched", "thatch", "straw-covered", "thatch-covered"),
    "sand": ("sand", "sandy", "sand-covered"),
    "soil": ("soil", "bare-soil", "earthy"),
    "wood": ("wooden", "timber"),
    "membrane": ("membrane", "rubber"),
    "hard": ("hard", "hard-surface", "acrylic"),
    "acrylic": ("hard", "hard-surface", "acrylic"),
    "paving": ("paved", "flagstone", "cobbled"),
    "glass": ("glass", "glazed"),
}  # fmt: skip
"""Words for each material, the commonest first."""

MATERIAL_NOUNS: dict[str, tuple[str, ...]] = {
    "tile": ("tiles", "roof tiles", "clay tiles"),
    "metal": ("metal", "tin", "corrugated iron", "zinc sheets", "iron sheets", "sheet metal", "metal sheets"),
    "concrete": ("concrete", "cement"),
    "slate": ("slate", "slates"),
    "asphalt": ("asphalt", "tarmac", "bitumen"),
    "gravel": ("gravel", "pebbles", "crushed stone"),
    "dirt": ("dirt", "earth", "mud"),
    "clay": ("clay", "red clay"),
    "grass": ("grass", "turf"),
    "thatch": ("thatch", "straw", "reeds"),
    "sand": ("sand",),
    "soil": ("soil", "earth"),
    "wood": ("wood", "timber"),
}
"""Materials as nouns: "made of ..."."""

ROOFS: dict[str, tuple[str, ...]] = {
    "gabled": ("gabled", "gable", "pitched", "saddleback", "ridged"),
    "hipped": ("hipped", "hip", "four-sided"),
    "flat": ("flat", "level", "flat-topped"),
}
"""Words for each form of a roof."""

SHAPES: dict[str, tuple[str, ...]] = {
    "round": ("round", "circular", "rounded", "disc-shaped", "circle-shaped"),
    "square": ("square", "squarish", "square-shaped", "quadratic"),
    "rectangular": ("rectangular", "oblong", "rectangle-shaped"),
    "long": ("long", "elongated", "stretched", "narrow", "slender"),
    "l_shaped": ("L-shaped", "angled", "L shaped", "corner-shaped"),
    "t_shaped": ("T-shaped",),
    "u_shaped": ("U-shaped",),
    "oval": ("oval", "elliptical", "egg-shaped"),
    "kidney": ("kidney-shaped", "bean-shaped", "curved"),
    "irregular": ("irregular", "irregularly shaped"),
}
"""Words for each shape."""

CROPS: dict[str, tuple[str, ...]] = {
    "bare": ("ploughed", "plowed", "bare", "tilled", "fallow", "unplanted"),
    "green": ("green", "growing", "planted", "lush"),
    "ripe": ("ripe", "golden", "yellow ripe", "ready-to-harvest", "straw-coloured", "wheat"),
}
"""Words for each state of a field's crop."""

SIZES: dict[str, tuple[str, ...]] = {
    "large": ("large", "big", "huge", "sizeable", "bigger", "larger", "enormous", "spacious", "large-sized"),
    "small": ("small", "little", "tiny", "compact", "smaller", "minor", "small-sized", "petite"),
}
"""Words for sizes within one scene."""

SLENDER: tuple[str, ...] = ("long", "elongated", "slender", "narrow", "stretched-out")
"""Words for what is much longer than wide."""

ATTRIBUTES: dict[str, dict[str, tuple[str, ...]]] = {
    "colour": COLOURS,
    "material": MATERIALS,
    "roof": ROOFS,
    "shape": SHAPES,
    "crop": CROPS,
}
"""Adjectives by attribute and value."""
