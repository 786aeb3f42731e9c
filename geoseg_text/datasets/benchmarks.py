"""The published referring benchmarks by name. Importing this loads no reader, and neither numpy nor torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from geoseg_text.errors import InputError

if TYPE_CHECKING:
    from geoseg_text.datasets.listing import Layout
    from geoseg_text.datasets.referring import ReferringDataset
    from geoseg_text.datasets.sample import Split


@dataclass(frozen=True)
class Benchmark:
    """One benchmark.

    Attributes:
        name: as its paper writes it; its key in `BENCHMARKS`.
        layout: gives the reader of its files.
        published: samples of each split, as its authors count them.
    """

    name: str
    layout: Callable[[], Layout]
    published: Mapping[Split, int]


def _refsegrs() -> Layout:
    from geoseg_text.datasets.refsegrs import RefSegRSLayout

    return RefSegRSLayout()


def _rrsisd() -> Layout:
    from geoseg_text.datasets.refcoco import RefCocoLayout

    return RefCocoLayout("rrsisd")


def _rrsishr() -> Layout:
    from geoseg_text.datasets.refcoco import RefCocoLayout

    return RefCocoLayout("rrsishr")


def _risors() -> Layout:
    from geoseg_text.datasets.risors import RisorsLayout

    return RisorsLayout()


BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            Benchmark("RefSegRS", _refsegrs, {"train": 2172, "val": 431, "test": 1817}),
            Benchmark("RRSIS-D", _rrsisd, {"train": 12181, "val": 1740, "test": 3481}),
            Benchmark("RRSIS-HR", _rrsishr, {"train": 2118, "val": 268, "test": 264}),
            Benchmark("RISORS", _risors, {"train": 23304, "val": 4708, "test": 8685}),
        )
    }
)


def find_benchmark(name: str) -> Benchmark:
    """The benchmark of a name, in whatever case it is written.

    Raises:
        InputError: there is none of that name.
    """
    known = {key.casefold(): entry for key, entry in BENCHMARKS.items()}
    if name.casefold() not in known:
        raise InputError(f"no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    return known[name.casefold()]


def open_benchmark(name: str, root: str | Path, split: Split) -> ReferringDataset:
    """A split of a benchmark as a map-style dataset of torch.

    Args:
        name: a key of `BENCHMARKS`.
        root: the folder that the benchmark was unpacked into.
        split: 'train', 'val' or 'test'.

    Raises:
        InputError: no such benchmark, split or folder; or the copy's lists have a fault that would leave
            samples out, so that no figure taken on it could be compared.
    """
    from geoseg_text.datasets.referring import ReferringDataset

    entry = find_benchmark(name)
    return ReferringDataset.open(entry.layout(), entry.name, Path(root), split)
