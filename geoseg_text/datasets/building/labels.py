"""Labels: everything the layers hold on the imagery, in pixels of its run grid, in the order of painting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geoseg_text.datasets.building.attributes import attributes_of, is_spoken_of, keys_of, parse_attribute
from geoseg_text.datasets.building.geometry import Geometries, Placed, place, widened
from geoseg_text.datasets.building.naming import categories_of, parse_category
from geoseg_text.datasets.building.sources import Table, all_sources, read_table
from geoseg_text.datasets.building.tags import KEYS, PACKED, Tags, plain_key, unpacked, width_m
from geoseg_text.errors import InputError
from geoseg_text.values.grid import Grid
from geoseg_text.values.windows import Window

STANDING = frozenset(
    {"building", "tree", "car", "truck", "bus", "vehicle", "ship", "aircraft", "solar_panel", "storage_tank"}
)
"""What stands on the ground; everything else covers it."""

_LAYERED = {
    "river": 1, "lake": 1, "water": 1, "pool": 2, "pavement": 2, "car_park": 2, "court": 2, "road": 3,
    "tree": 1, "solar_panel": 1, "car": 2, "truck": 2, "bus": 2, "vehicle": 2,
}  # fmt: skip
"""Where labels overlap, the higher is seen: a road that crosses a wood, a panel on a roof."""


@dataclass
class LayerFacts:
    """What became of a layer.

    Attributes:
        name: the layer.
        features: read about the imagery.
        used: on the imagery, by category.
        repaired: invalid geometries that were mended.
        unusable: features left out for want of a usable geometry.
        unnamed: features left out because nothing says what they are, or nobody asked for them.
        outside: features beside the imagery.
        attributes: by category, the column that each attribute was taken from.
        values: by attribute, how many features have each value; those without words are marked so.
    """

    name: str
    features: int = 0
    used: dict[str, int] = field(default_factory=dict)
    repaired: int = 0
    unusable: int = 0
    unnamed: int = 0
    outside: int = 0
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    values: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, found: Sequence[Label]) -> None:
        """Note what was used of it."""
        self.used = dict(sorted(Counter(label.category for label in found).items()))
        values: dict[str, Counter[str]] = {}
        for label in found:
            for name, value in label.attributes.items():
                said = value if is_spoken_of(name, value) else f"{value} (no words for it)"
                values.setdefault(name, Counter())[said] += 1
        self.values = {name: dict(sorted(counts.items())) for name, counts in sorted(values.items())}


@dataclass(frozen=True)
class Label:
    """One feature.

    Attributes:
        shape: its area in pixels (col, row) of the run grid.
        category: what it is.
        attributes: what is known of it.
        feature: the layer's name and the feature's id.
        drawn: whether its area was drawn and not made of a line or a point.
    """

    shape: shapely.Geometry
    category: str
    attributes: Mapping[str, str]
    feature: str
    drawn: bool = True


@dataclass(frozen=True)
class Labels:
    """The features of all layers.

    Attributes:
        items: in the order of painting: a later one is seen where two overlap on one level.
        layers: what became of each layer.
    """

    items: tuple[Label, ...]
    layers: tuple[LayerFacts, ...]

    @classmethod
    def of(cls, items: Iterable[Label], layers: Iterable[LayerFacts]) -> Labels:
        """Put features into the order of painting."""
        return cls(tuple(sorted(items, key=_painting)), tuple(layers))

    @property
    def categories(self) -> frozenset[str]:
        """The categories that occur."""
        return frozenset(label.category for label in self.items)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree([label.shape for label in self.items])

    def touching(self, window: Window) -> NDArray[np.intp]:
        """Positions of the items that reach a window, in the order of painting."""
        box = shapely.box(window.col, window.row, window.col_stop, window.row_stop)
        return np.sort(np.asarray(self._tree.query(box, predicate="intersects"), dtype=np.intp))


@dataclass(frozen=True)
class LabelChoices:
    """How layers are read.

    Attributes:
        layers: ``PATH`` or ``PATH:LAYER`` each.
        categories: stated for each of `layers`, or for all of them if but one, or none.
        attributes: columns and the attributes they hold.
        width_m: width of lines and points on the ground; by their tags and their kind if None.
        where: which features, as a condition of SQL on the columns of each layer; all of them if None.
    """

    layers: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    width_m: float | None = None
    where: str | None = None

    def __post_init__(self) -> None:
        if len(self.categories) not in {0, 1, len(self.layers)}:
            raise InputError(
                f"{len(self.categories)} categories for {len(self.layers)} layers; state one for all, "
                "or one for each layer in the same order (--category)"
            )
        if self.width_m is not None and not 0 < self.width_m < 1000:
            raise InputError(f"--width {self.width_m:g}: give metres, more than 0 and less than 1000")

    @classmethod
    def said(
        cls,
        layers: Sequence[str],
        categories: Sequence[str] = (),
        attributes: Sequence[str] = (),
        width_m: float | None = None,
        where: str | None = None,
    ) -> LabelChoices:
        """The choices in a user's words: categories by name or noun, ``COLUMN=ATTRIBUTE`` for attributes.

        Raises:
            InputError: a category or an attribute cannot be read, or they do not fit the layers.
        """
        named, held = tuple(map(parse_category, categories)), tuple(map(parse_attribute, attributes))
        return cls(tuple(layers), named, held, width_m, where)

    def stated(self, number: int) -> tuple[str, ...]:
        """The categories stated for a layer."""
        if not self.categories:
            return ()
        return self.categories[number if len(self.categories) > 1 else 0]


def read_labels(choices: LabelChoices, grid: Grid) -> Labels:
    """Read every layer onto a grid.

    Raises:
        InputError: a layer cannot be read, has no CRS, no feature, no usable geometry or none on the imagery,
            or nothing says what its features are; or no layer has a column that was named.
    """
    items: list[Label] = []
    facts: list[LayerFacts] = []
    columns: dict[str, None] = {}
    used: Counter[str] = Counter()
    for text, source in all_sources(choices.layers):
        table = read_table(source, grid, choices.where)
        columns.update(dict.fromkeys(table.columns))
        found, fact = _read_layer(table, choices, choices.stated(choices.layers.index(text)), grid)
        items += found
        facts.append(fact)
        used[text] += len(found)
        if not source.extract:
            _refuse_nothing(fact, found, grid)
    for text in choices.layers:
        if not used[text]:
            raise InputError(f"{text}: nothing of it that can be named lies on the imagery; {span_of(grid)}")
    known = {plain_key(name) for name in columns}
    for column, _ in choices.attributes:
        if plain_key(column) not in known and PACKED not in known:
            raise InputError(f"--attribute: no layer has a column {column!r}; they have {', '.join(columns)}")
    return Labels.of(items, facts)


def _painting(label: Label) -> tuple[int, bool, float]:
    """Lower kinds first; then what was made of lines and points; then the larger."""
    return _LAYERED.get(label.category, 0), label.drawn, -float(label.shape.area)


def _read_layer(
    table: Table, choices: LabelChoices, stated: Sequence[str], grid: Grid
) -> tuple[list[Label], LayerFacts]:
    placed = place(table.features.geometry, grid)
    fact = LayerFacts(
        table.source.name, len(table.features), repaired=placed.repaired, unusable=placed.unusable
    )
    if not len(placed.rows):
        return [], fact
    tags = _tags(table, placed, [column for column, _ in choices.attributes])
    categories = categories_of(table.source, tags, placed.forms, stated)
    keys = _attribute_keys(tags, categories, choices.attributes)
    fact.attributes = {name: found for name, found in keys.items() if found}
    areas = _areas(placed, tags, categories, choices.width_m, grid)
    box = shapely.box(0, 0, grid.shape[1], grid.shape[0])
    here = shapely.intersects(areas, box)
    found = []
    for number, category in enumerate(categories):
        if category is None:
            fact.unnamed += 1
        elif not here[number]:
            fact.outside += 1
        else:
            feature = f"{table.source.name}#{table.features.index[placed.rows[number]]}"
            attributes = attributes_of(tags[number], keys[category])
            drawn = placed.forms[number] == "area"
            found.append(Label(areas[number], category, attributes, feature, drawn))
    fact.count(found)
    return found, fact


def _tags(table: Table, placed: Placed, wanted: Sequence[str]) -> list[dict[str, str]]:
    """What the columns say of each placed feature, of the keys that matter."""
    keys = KEYS | {plain_key(column) for column in wanted}
    tags: list[dict[str, str]] = [{} for _ in placed.rows]
    for column in table.columns:
        key = plain_key(column)
        if key not in keys and key != PACKED:
            continue
        values = table.features[column].iloc[placed.rows]
        for number in np.flatnonzero(values.notna().to_numpy()):
            text = _text(values.iloc[number])
            if key == PACKED:
                more = {name: value for name, value in unpacked(text).items() if name in keys}
                tags[number] = more | tags[number]
            elif text:
                tags[number][key] = text
    return tags


def _text(value: object) -> str:
    """A field as text; a whole number has no decimals, whatever the column holds."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _attribute_keys(
    tags: Sequence[Tags], categories: Sequence[str | None], stated: Sequence[tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """For each category the key of each attribute; a stated column comes first where it has a value."""
    present: dict[str, set[str]] = {name: set() for name in categories if name is not None}
    for one, category in zip(tags, categories, strict=True):
        if category is not None:
            present[category] |= one.keys()
    return {
        category: keys_of(category, keys)
        | {name: column for column, name in stated if plain_key(column) in keys}
        for category, keys in present.items()
    }


def _areas(
    placed: Placed, tags: Sequence[Tags], categories: Sequence[str | None], stated_m: float | None, grid: Grid
) -> Geometries:
    """The shapes, with lines and points widened by their width on the ground."""
    areas = placed.shapes.copy()
    gsd_m = grid.gsd_m or 1.0
    for number, (form, category) in enumerate(zip(placed.forms, categories, strict=True)):
        if form != "area" and category is not None:
            wide_m = stated_m if stated_m is not None else width_m(tags[number], category)
            areas[number] = widened(placed.shapes[number], wide_m / gsd_m)
    return areas


def _refuse_nothing(fact: LayerFacts, found: Sequence[Label], grid: Grid) -> None:
    """State why a layer gives nothing."""
    if found:
        return
    if fact.features and fact.unusable == fact.features:
        raise InputError(f"{fact.name}: none of its {fact.features} features has a usable geometry")
    if fact.unnamed:
        raise InputError(
            f"{fact.name}: the tags of its features name nothing that can be seen; "
            "state their category (--category)"
        )
    raise InputError(f"{fact.name}: no feature lies on the imagery; {span_of(grid)}")


def span_of(grid: Grid) -> str:
    """Where the imagery lies, in words for a user who looks for what lies elsewhere."""
    left, bottom, right, top = grid.bounds
    crs = grid.crs.name if grid.crs else "its CRS"
    return f"the imagery spans {left:.10g} {bottom:.10g} {right:.10g} {top:.10g} in {crs}"
