"""Walking a copy of a benchmark and naming every fault."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geoseg_text.datasets.benchmarks import find_benchmark
from geoseg_text.datasets.faults import MEANINGS, Fault, Kind
from geoseg_text.datasets.listing import told
from geoseg_text.datasets.sample import SPLITS, Reference, Split, read_picture
from geoseg_text.progress import ProgressCallback


@dataclass(frozen=True)
class SplitCounts:
    """What a split of a copy holds.

    Attributes:
        images: images that are named.
        samples: phrases with a mask.
        published: samples, as the authors count them.
    """

    images: int
    samples: int
    published: int


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        benchmark: its name.
        splits: counts of each split.
        faults: each fault once, in the order of `MEANINGS` and then of places.
    """

    benchmark: str
    splits: Mapping[Split, SplitCounts]
    faults: tuple[Fault, ...]

    @property
    def counts(self) -> dict[Kind, int]:
        """Faults of each kind, none left out."""
        found = Counter(fault.kind for fault in self.faults)
        return {kind: found[kind] for kind in MEANINGS}


def check_benchmark(name: str, root: str | Path, *, progress: ProgressCallback | None = None) -> Report:
    """Read every image and every mask of a copy and list all that is wrong.

    Args:
        name: a key of `BENCHMARKS`.
        root: the folder that the benchmark was unpacked into.
        progress: hears of the stages 'list' and 'check'.

    Raises:
        InputError: no such benchmark, or the folder does not hold it.
    """
    entry = find_benchmark(name)
    listing = entry.layout().list_references(Path(root), SPLITS, thorough=True, progress=progress)
    images: dict[Path, list[Reference]] = defaultdict(list)
    for reference in listing.references:
        images[reference.image].append(reference)
    faults = list(listing.faults)
    pictures: dict[str, dict[tuple[str, Split], None]] = defaultdict(dict)
    for path, references in told(list(images.items()), "check", progress):
        faults += _check_image(path, references)
        key = _fingerprint(path) or str(path)
        pictures[key].update(dict.fromkeys((reference.image_id, reference.split) for reference in references))
    faults += filter(None, (_shared(list(seen)) for seen in pictures.values()))
    order = list(MEANINGS)
    # Two phrases about one object share its mask, and a fault of the mask is one fault.
    unique = sorted(set(faults), key=lambda fault: (order.index(fault.kind), fault.where, fault.what))
    return Report(entry.name, _count(listing.references, entry.published), tuple(unique))


def _count(references: Sequence[Reference], published: Mapping[Split, int]) -> Mapping[Split, SplitCounts]:
    samples = Counter(reference.split for reference in references)
    images = Counter(split for split, _ in {(reference.split, reference.image) for reference in references})
    return {split: SplitCounts(images[split], samples[split], published[split]) for split in SPLITS}


def _check_image(path: Path, references: Sequence[Reference]) -> Iterator[Fault]:
    """The faults of an image and of the masks on it."""
    image = read_picture(path)
    if isinstance(image, Fault):
        yield image
    for reference in references:
        mask = reference.mask.read()
        if isinstance(mask, Fault):
            yield mask
            continue
        if not mask.any():
            yield Fault("mask-empty", reference.mask.place, "no pixel")
        if not isinstance(image, Fault) and mask.shape != image.shape[1:]:
            what = f"mask {_size(mask.shape)}, image {_size(image.shape[1:])} (rows x columns)"
            yield Fault("size-differs", reference.mask.place, what)


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _fingerprint(path: Path) -> str | None:
    """What tells the bytes of a file from others', whatever the file is called; None where it is missing."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _shared(seen: Sequence[tuple[str, Split]]) -> Fault | None:
    """The fault of one picture, under one name or several, that several splits have."""
    if len({split for _, split in seen}) < 2:
        return None
    ordered = sorted(seen, key=lambda pair: (SPLITS.index(pair[1]), pair[0]))
    names = sorted({name for name, _ in ordered})
    what = "in " + ", ".join(f"{split} ({name})" if len(names) > 1 else split for name, split in ordered)
    return Fault("split-shared", names[0], what)
