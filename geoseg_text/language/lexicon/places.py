"""Words of place, relation, order and request.

Lists of opposites are aligned (the same index says the same thing the other way round), so that two phrases
drawn with the same random numbers differ in that one word alone.
"""

from __future__ import annotations

POSITIONS: dict[str, tuple[str, ...]] = {
    "left": ("on the left", "on the left side", "to the left", "on the left-hand side", "in the west",
             "on the western side", "towards the left", "at the left side of the image", "in the left part",
             "in the left area", "in the western part"),
    "right": ("on the right", "on the right side", "to the right", "on the right-hand side", "in the east",
              "on the eastern side", "towards the right", "at the right side of the image",
              "in the right part",
              "in the right area", "in the eastern part"),
    "top": ("at the top", "on the top", "in the upper part", "at the top of the image", "in the north",
            "in the northern part", "towards the top", "on the upper side", "in the top part",
            "in the upper area", "on the northern side"),
    "bottom": ("at the bottom", "on the bottom", "in the lower part", "at the bottom of the image",
               "in the south",
               "in the southern part", "towards the bottom", "on the lower side", "in the bottom part",
               "in the lower area", "on the southern side"),
    "upper_left": ("in the upper left", "on the upper left", "in the top left", "at the top left",
                   "in the northwest",
                   "in the upper left part", "in the north-western part", "towards the top left"),
    "upper_right": ("in the upper right", "on the upper right", "in the top right", "at the top right",
                    "in the northeast", "in the upper right part", "in the north-eastern part",
                    "towards the top right"),
    "lower_left": ("in the lower left", "on the lower left", "in the bottom left", "at the bottom left",
                   "in the southwest", "in the lower left part", "in the south-western part",
                   "towards the bottom left"),
    "lower_right": ("in the lower right", "on the lower right", "in the bottom right", "at the bottom right",
                    "in the southeast", "in the lower right part", "in the south-eastern part",
                    "towards the bottom right"),
    "centre": ("in the middle", "in the centre", "in the center", "at the centre of the image",
               "in the central part",
               "in the middle of the image", "near the center", "in the middle part"),
    "left_half": ("in the left half", "in the left half of the image", "in the western half",
                  "in the left-hand half"),
    "right_half": ("in the right half", "in the right half of the image", "in the eastern half",
                   "in the right-hand half"),
    "top_half": ("in the upper half", "in the top half", "in the northern half",
                 "in the upper half of the image"),
    "bottom_half": ("in the lower half", "in the bottom half", "in the southern half",
                    "in the lower half of the image"),
    "upper_left_quarter": ("in the upper left quarter", "in the top-left quadrant",
                           "in the northwest quadrant"),
    "upper_right_quarter": ("in the upper right quarter", "in the top-right quadrant",
                            "in the northeast quadrant"),
    "lower_left_quarter": ("in the lower left quarter", "in the bottom-left quadrant",
                           "in the southwest quadrant"),
    "lower_right_quarter": ("in the lower right quarter", "in the bottom-right quadrant",
                            "in the southeast quadrant"),
    "upper_left_corner": ("in the upper left corner", "in the top-left corner", "in the northwest corner"),
    "upper_right_corner": ("in the upper right corner", "in the top-right corner", "in the northeast corner"),
    "lower_left_corner": ("in the lower left corner", "in the bottom-left corner", "in the southwest corner"),
    "lower_right_corner": ("in the lower right corner", "in the bottom-right corner",
                           "in the southeast corner"),
}  # fmt: skip
"""Wordings behind the noun for each region of the image (map sense and image sense agree: north is up)."""

POSITION_ADJECTIVES: dict[str, tuple[str, ...]] = {
    "left": ("left", "left-hand", "western", "west"),
    "right": ("right", "right-hand", "eastern", "east"),
    "top": ("upper", "top", "northern", "north"),
    "bottom": ("lower", "bottom", "southern", "south"),
    "upper_left": ("upper left", "top left", "northwestern", "top-left"),
    "upper_right": ("upper right", "top right", "northeastern", "top-right"),
    "lower_left": ("lower left", "bottom left", "southwestern", "bottom-left"),
    "lower_right": ("lower right", "bottom right", "southeastern", "bottom-right"),
    "centre": ("central", "middle", "center", "centre"),
}
"""Positions before the noun."""

DIRECTIONS: dict[str, tuple[str, ...]] = {
    "north": ("north of", "above", "to the north of", "on the north side of",
              "northward of", "further up than"),
    "south": ("south of", "below", "to the south of", "on the south side of",
              "southward of", "further down than"),
    "west": ("west of", "left of", "to the west of", "on the west side of", "to the left of",
             "on the left of", "on the left side of"),
    "east": ("east of", "right of", "to the east of", "on the east side of", "to the right of",
             "on the right of", "on the right side of"),
    "northwest": ("northwest of", "to the upper left of", "to the northwest of", "on the upper left of",
                  "to the top left of"),
    "northeast": ("northeast of", "to the upper right of", "to the northeast of", "on the upper right of",
                  "to the top right of"),
    "southwest": ("southwest of", "to the lower left of", "to the southwest of", "on the lower left of",
                  "to the bottom left of"),
    "southeast": ("southeast of", "to the lower right of", "to the southeast of", "on the lower right of",
                  "to the bottom right of"),
}  # fmt: skip
"""Direction from an anchor; image sense and map sense agree because rows run south."""

BESIDE: tuple[str, ...] = (
    "beside", "next to", "near", "by", "close to", "adjacent to", "alongside", "right next to", "near to",
    "bordering", "neighbouring", "in the vicinity of", "neighboring", "just off", "at the edge of",
)  # fmt: skip
FAR: tuple[str, ...] = (
    "far from", "away from", "well away from", "far away from", "distant from", "not near", "not close to",
    "a long way from", "remote from", "far off from",
)  # fmt: skip
NOT_BESIDE: tuple[str, ...] = ("not beside", "not next to", "not near", "not by", "not close to")
ALONG: tuple[str, ...] = (
    "along", "lining", "that line", "lined up along", "on either side of", "on both sides of", "strung along",
)  # fmt: skip
"""Beside a line, of several objects."""
BESIDE_LINES: tuple[str, ...] = ("along", "beside", "next to", "lining", "by", *BESIDE, *ALONG)
INSIDE: tuple[str, ...] = ("in", "inside", "within", "inside of", "located in")
ON: tuple[str, ...] = ("on", "on top of", "standing on", "located on", "sitting on")
DRIVING: tuple[str, ...] = (
    "on",
    "driving on",
    "driving along",
    "travelling on",
    "moving along",
    "traveling on",
)
PARKED: tuple[str, ...] = ("in", "parked in", "parked on", "standing in", "inside", "on", "within")
AFLOAT: tuple[str, ...] = ("on", "in", "floating on", "sailing on", "out on", "anchored in")
NOT_INSIDE: tuple[str, ...] = ("not on", "outside", "off", "not in", "outside of")
SURROUNDED: tuple[str, ...] = ("surrounded by", "enclosed by", "ringed by", "encircled by",
    "in the middle of",
                               "set among", "amid")  # fmt: skip
BETWEEN: tuple[str, ...] = ("between", "in between", "located between", "lying between", "somewhere between")

NEAREST: tuple[str, ...] = ("nearest to", "closest to", "nearest", "closest to", "most near to", "nearest to")
FARTHEST: tuple[str, ...] = ("farthest from", "furthest from", "farthest from", "most distant from",
    "furthest from",
                             "farthest away from")  # fmt: skip

EXTREMES: dict[str, tuple[str, ...]] = {
    "largest": ("largest", "biggest", "most extensive", "single largest", "very largest"),
    "smallest": ("smallest", "tiniest", "least extensive", "single smallest", "very smallest"),
    "longest": ("longest", "most drawn-out"),
    "northernmost": ("northernmost", "topmost", "uppermost", "most northern", "most northerly"),
    "southernmost": ("southernmost", "bottommost", "lowermost", "most southern", "most southerly"),
    "westernmost": ("westernmost", "leftmost", "far left", "furthest left", "most western", "most westerly"),
    "easternmost": (
        "easternmost",
        "rightmost",
        "far right",
        "furthest right",
        "most eastern",
        "most easterly",
    ),
}
"""Superlatives; opposites are aligned."""

LINKS: tuple[str, ...] = (
    "", "", "", "", "", "", "", "that {are}", "which {are}", "located", "situated", "{are}",
    "that {are} located",
)  # fmt: skip
"""Words between a noun and its place."""

CARRIERS: tuple[str, ...] = (
    "find {}", "show {}", "show me {}", "segment {}", "highlight {}", "please highlight {}", "I want {}",
    "select {}", "mark {}", "outline {}", "detect {}", "extract {}", "locate {}",
    "please find {}", "give me {}", "{} please", "can you find {}", "could you mark {}", "identify {}",
    "map {}",
    "look for {}", "I am looking for {}", "we need {}", "point out {}", "pick out {}", "draw {}",
    "delineate {}",
    "search for {}", "get {}", "label {}", "trace {}", "digitise {}", "digitize {}", "I need {}",
    "show us {}",
    "find me {}", "where can I see {}", "{} in this image", "{} in the picture", "{} in the photo",
    "{} in this scene", "{} here", "{} on this map", "all pixels of {}", "the mask of {}", "an outline of {}",
    "list {}", "collect {}", "try to find {}", "just {}", "only {}",
)  # fmt: skip
"""Requests around a phrase."""

NUMBERS: dict[int, str] = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}

DETERMINERS_MANY: tuple[str, ...] = ("the", "all the", "all", "", "the", "all of the", "any", "")
DETERMINERS_EACH: tuple[str, ...] = ("every", "each", "any", "every single")
DETERMINERS_ONE: tuple[str, ...] = ("the", "the", "a", "", "the")
DETERMINERS_MASS: tuple[str, ...] = ("the", "all the", "all", "", "", "any", "the")

EXCEPT: tuple[str, ...] = (
    "{are} not {}", "{are} not {}", "except the {} ones", "but not the {} ones", "other than the {} ones",
    "apart from the {} ones",
)  # fmt: skip
"""Ways to leave out what has an attribute; ``{are}`` is "that are"."""
EXTRA: tuple[str, ...] = (
    "with", "having", "made of", "of", "built of", "covered with", "that have", "roof", "roofs", "roofed",
    "coloured", "colored", "in colour", "in color", "and", "both", "as well as", "not", "no",
    "everything but",
    "planted with", "which", "that", "there", "is", "are", "it", "them", "this", "these", "those", "some",
    "many",
    "several", "one", "meters", "metres", "image", "picture", "scene", "map", "photo", "thing", "things",
    "object",
    "objects", "area", "areas", "side", "corner", "edge", "half", "part", "quarter", "quadrant", "centre",
    "center",
)  # fmt: skip
"""Further words of the templates."""
