"""Words for what an image does not hold: impossible things, things no scene draws, and words that mean nothing."""

from __future__ import annotations

import numpy as np

IMPOSSIBLE: tuple[str, ...] = (
    "penguin", "volcano", "iceberg", "polar bear", "submarine", "elephant", "giraffe", "dinosaur", "unicorn",
    "dragon", "space shuttle", "rocket", "castle", "pyramid", "igloo", "lighthouse", "whale", "dolphin", "shark",
    "kangaroo", "zebra", "lion", "tiger", "camel", "octopus", "mermaid", "ghost", "robot", "spaceship", "ufo",
    "glacier", "coral reef", "waterfall", "geyser", "crater", "lava flow", "sand dune", "cactus", "pineapple",
    "banana", "apple", "pizza", "sandwich", "teapot", "piano", "guitar", "violin", "bookshelf", "wardrobe", "sofa",
    "bed", "lamp", "television", "laptop", "keyboard", "telephone", "umbrella", "hat", "shoe", "shirt", "necktie",
    "toothbrush", "spoon", "fork", "knife", "bottle", "cup", "plate", "cat", "dog", "rabbit", "mouse", "horse",
    "cow herd", "sheep flock", "pig", "chicken", "duck", "eagle", "owl", "butterfly", "spider", "snake", "frog",
    "crocodile", "turtle", "fish", "jellyfish", "monkey", "gorilla", "panda", "koala", "bear", "wolf", "fox",
    "hot-air balloon", "zeppelin", "parachute", "circus tent", "ferris wheel", "roller coaster", "carousel",
    "snowman", "christmas tree", "statue", "obelisk", "sphinx", "totem pole", "gondola", "viking ship", "tank turret",
    "aircraft carrier", "oil rig", "nuclear reactor", "space station", "satellite", "telescope", "windmill blades",
    "moon", "planet", "star", "rainbow", "lightning", "tornado", "wildfire", "avalanche", "face", "hand", "eye",
    "person smiling", "bride", "king", "soldier", "astronaut", "bicycle wheel", "clock face", "chess board",
)  # fmt: skip
"""Things that no overhead image of ours shows."""

PLAUSIBLE: tuple[str, ...] = (
    "windmill", "wind turbine", "stadium", "train", "railway", "railway station", "train station", "harbour crane",
    "golf course", "bunker", "baseball field", "baseball diamond", "running track", "athletics track", "chimney",
    "smokestack", "cooling tower", "dam", "toll station", "toll booth", "roundabout fountain", "overpass",
    "flyover", "viaduct", "airport terminal", "runway", "helicopter", "helipad", "tram", "locomotive", "cemetery",
    "graveyard", "church", "cathedral", "mosque", "temple", "playground", "skate park", "quarry", "open-pit mine",
    "power line", "pylon", "transmission tower", "radio mast", "antenna", "greenhouse", "vineyard", "orchard",
    "rice paddy", "construction crane", "excavator", "bulldozer", "motorbike", "motorcycle", "bicycle", "scooter",
    "pedestrian", "crowd", "tent", "caravan", "tractor", "combine harvester", "hay bale", "dock", "pier", "jetty",
    "harbour", "harbor", "marina", "breakwater", "container", "shipping container", "container terminal",
    "landfill", "rubbish heap", "swamp", "marsh", "mangrove", "snow field", "ice", "cliff", "mountain peak", "beach",
    "island", "waterslide", "amphitheatre", "racetrack", "race track", "gas station", "petrol station",
    "ground track field", "soccer stadium", "ski slope", "cable car", "watermill", "water tower", "fortress",
    "city wall", "monument", "prison", "refinery flare", "substation", "sewage plant", "fountain",
)  # fmt: skip
"""Things of the real world that the synthetic scenes never draw (a real image may well hold them)."""

_ONSETS = (
    "b", "bl", "br", "ch", "d", "dr", "f", "fl", "fr", "g", "gl", "gr", "h", "j", "k", "kl", "kr", "l", "m", "n", "p",
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
