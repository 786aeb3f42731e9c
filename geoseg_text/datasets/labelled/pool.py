"""A training pool: every scene of every labelled set, cut to tiles and written as files that load fast.

python -m geoseg_text.datasets.labelled.pool ROOT OUT --split train
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from geoseg_text.datasets.labelled import LABELLED_SETS, Split, labelled_scenes
from geoseg_text.datasets.labelled.assemble import tiles
from geoseg_text.datasets.labelled.reading import check_split
from geoseg_text.errors import GeosegError, InputError

MAX_TILE_PX = 768


def write_pool(root: Path, out_dir: Path, split: Split, names: Sequence[str] | None = None) -> dict[str, int]:
    """Writes `<set>_<n>.npz` for every scene tile of at most 768 px.

    A set whose folder is not under `root` is left out. Each file appears whole or not at all.

    Args:
        root: the folder that holds the sets' folders.
        out_dir: where the files go; made when missing.
        split: 'train' or 'val'.
        names: sets to write; None writes those that have the split and lie in the working range of scales.

    Returns:
        Tiles written, by set.

    Raises:
        InputError: no set of this project is under `root`, a name is unknown, or a set may not be used so.
    """
    split = check_split(split)
    usual = [name for name, entry in LABELLED_SETS.items() if entry.in_range and split in entry.splits]
    chosen = usual if names is None else list(names)
    unknown = sorted(set(chosen) - set(LABELLED_SETS))
    if unknown:
        raise InputError(f"no labelled set {unknown[0]!r}; there are {', '.join(sorted(LABELLED_SETS))}")
    present = [name for name in chosen if (root / LABELLED_SETS[name].folder).is_dir()]
    if not present:
        raise InputError(f"{root}: holds none of {', '.join(LABELLED_SETS[name].folder for name in chosen)}")
    out_dir.mkdir(parents=True, exist_ok=True)
    return {name: _write_set(name, root, out_dir, split) for name in present}


def _write_set(name: str, root: Path, out_dir: Path, split: Split) -> int:
    count = 0
    for scene in labelled_scenes(name, root, split):
        for tile in tiles(scene, MAX_TILE_PX):
            partial = out_dir / f".{name}_{count:05d}.part.npz"
            tile.save(partial)
            os.replace(partial, out_dir / f"{name}_{count:05d}.npz")
            count += 1
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m geoseg_text.datasets.labelled.pool", description=__doc__)
    parser.add_argument("root", type=Path, help="folder that holds the sets' folders")
    parser.add_argument("out", type=Path, help="folder for the .npz files")
    parser.add_argument("--split", choices=("train", "val"), default="train")
    parser.add_argument("--sets", nargs="+", help="names of sets; by default all in the working range")
    options = parser.parse_args(arguments)
    try:
        counts = write_pool(options.root, options.out, options.split, options.sets)
    except GeosegError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    for name, count in counts.items():
        sys.stdout.write(f"{name}\t{count}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
