"""RefSegRS (Yuan et al., 2024): one image, one mask and one line for each phrase.

::

    ROOT/images/<id>.tif                        512 x 512 px, red, green, blue
    ROOT/masks/<id>.tif                         grey; the referent is what is brighter than 50
    ROOT/output_phrase_{train,val,test}.txt     <id> <phrase> on each line

A phrase may mean several objects. The lists name no categories.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from geoseg_text.datasets.listing import Listing, file_name, find_base, phrase_of, read_list, told
from geoseg_text.datasets.sample import PictureMask, Reference, Split
from geoseg_text.progress import ProgressCallback

FOREGROUND_ABOVE = 50


@dataclass(frozen=True)
class RefSegRSLayout:
    """Reads the layout above; see `Layout`."""

    def list_references(
        self,
        root: Path,
        splits: Collection[Split],
        *,
        thorough: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Listing:
        """List the lines of the splits' files; a line is an expression and its reference in one."""
        base = find_base(root, "RefSegRS", "images", "RefSegRS")
        listing = Listing()
        for split in told(tuple(splits), "list", progress):
            path = base / f"output_phrase_{split}.txt"
            listing.references += read_list(path, partial(_reference, base, split), listing.faults)
        return listing


def _reference(base: Path, split: Split, line: str) -> Reference:
    """The reference of one line."""
    name, *rest = line.split(maxsplit=1)
    name = file_name(name)
    return Reference(
        image=base / "images" / f"{name}.tif",
        mask=PictureMask(base / "masks" / f"{name}.tif", FOREGROUND_ABOVE),
        phrase=phrase_of("".join(rest)),
        category=None,
        image_id=name,
        split=split,
    )
