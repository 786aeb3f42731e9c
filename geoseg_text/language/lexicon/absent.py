"""Words for what an image does not hold: impossible things, undrawn things, words that mean nothing."""

from __future__ import annotations

import numpy as np

IMPOSSIBLE: tuple[str, ...] = (
    "penguin", "volcano", "iceberg", "polar bear", "submarine", "elephant", "giraffe", "dinosaur", "unicorn",
    "dragon", "space shuttle", "rocket", "castle", "pyramid", "igloo", "lighthouse", "whale", "dolphin",
    "shark",
    "kangaroo", "zebra", "lion", "tiger", "camel", "octopus", "mermaid", "ghost", "robot", "spaceship", "ufo",
    "glacier", "coral reef", "waterfall", "geyser", "crater", "lava flow", "pineapple",
    "banana", "apple", "pizza", "sandwich", "teapot", "piano", "guitar", "violin", "bookshelf", "wardrobe",
    "sofa",
    "bed", "lamp", "television", "laptop", "keyboard", "telephone", "umbrella", "shoe", "shirt", "necktie",
    "toothbrush", "spoon", "fork", "knife", "bottle", "cup", "plate", "cat", "dog", "rabbit", "mouse",
    "pig", "chicken", "duck", "eagle", "owl", "butterfly", "spider", "snake", "frog",
    "crocodile", "turtle", "fish", "jellyfish", "monkey", "gorilla", "panda", "koala", "bear", "wolf", "fox",
    "hot-air balloon", "zeppelin", "parachute", "circus tent", "ferris wheel", "roller coaster", "carousel",
    "snowman", "christmas tree", "statue", "obelisk", "sphinx", "totem pole", "gondola", "viking ship",
    "aircraft carrier", "nuclear reactor", "space station", "satellite", "telescope", "windmill blades",
    "moon", "planet", "star", "rainbow", "lightning", "tornado", "wildfire", "avalanche", "face", "hand",
    "eye",
    "bride", "king", "soldier", "astronaut", "chess board",
)  # fmt: skip
"""Things that no overhead image of ours shows."""

PLAUSIBLE: tuple[str, ...] = (
    "windmill", "wind turbine", "stadium", "train", "railway", "railway station", "train station",
    "golf course", "baseball field", "baseball diamond", "running track", "athletics track",
    "cooling tower", "dam", "toll station", "toll booth",
    "helicopter", "helipad", "tram", "locomotive", "cemetery",
    "graveyard", "church", "cathedral", "mosque", "temple", "playground", "skate park", "quarry",
    "open-pit mine",
    "power line", "pylon", "transmission tower", "radio mast", "antenna", "greenhouse",
    "rice paddy", "excavator", "bulldozer", "motorbike", "motorcycle", "bicycle", "scooter",
    "pedestrian", "tractor", "combine harvester",

    "landfill", "rubbish heap", "mangrove", "snow field", "ice", "cliff", "mountain peak",
    "waterslide", "amphitheatre", "racetrack", "race track", "gas station", "petrol station",
    "ground track field", "soccer stadium", "ski slope", "cable car", "watermill", "water tower", "fortress",
    "city wall", "monument", "prison", "sewage plant",
)  # fmt: skip
"""Things of the real world that the synthetic scenes never draw (a real image may well hold them)."""

UNSAID: tuple[str, ...] = (
    "bridge", "overpass", "flyover", "viaduct", "pier", "jetty", "dock", "harbour", "harbor", "marina",
    "breakwater",
    "quay", "container", "shipping container", "chimney", "crane", "runway", "airport", "airport terminal",
    "beach",
    "island", "orchard", "vineyard", "hedge", "fence", "wall", "roundabout", "junction", "crossing", "shadow",
    "parking space", "driveway", "yard", "backyard", "park", "kerb", "lane marking", "zebra crossing",
    "rubble",
    "person", "pedestrian area", "harbour crane", "fountain", "marsh", "tent", "caravan", "hay bale",
)  # fmt: skip
"""Things that scenes may show unlabelled: no phrase speaks of them, a tokenizer still learns them."""

_ONSETS = (
    "b", "bl", "br", "ch", "d", "dr", "f", "fl", "fr", "g", "gl", "gr", "h", "j", "k", "kl", "kr", "l", "m",
    "n", "p",
    "pl", "pr", "qu", "r", "s", "sk", "sl", "sn", "sp", "st", "t", "tr", "v", "w", "y", "z", "zw", "sh", "th",
)  # fmt: skip
_NUCLEI = ("a", "e", "i", "o", "u", "oo", "ee", "ai", "ou", "ea", "io", "y")
_CODAS = (
    "",
    "b",
    "ck",
    "d",
    "ff",
    "g",
    "l",
    "m",
    "mp",
    "n",
    "nd",
    "nk",
    "p",
    "r",
    "rd",
    "rf",
    "s",
    "st",
    "t",
    "x",
    "zz",
)


def pseudo_word(rng: np.random.Generator) -> str:
    """A pronounceable word that means nothing, two or three syllables long."""
    syllables = int(rng.integers(2, 4))
    parts = []
    for number in range(syllables):
        coda = _CODAS[int(rng.integers(len(_CODAS)))] if number == syllables - 1 else ""
        parts.append(
            _ONSETS[int(rng.integers(len(_ONSETS)))] + _NUCLEI[int(rng.integers(len(_NUCLEI)))] + coda
        )
    return "".join(parts)
