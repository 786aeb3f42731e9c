"""The folder of a job: begun with its settings, block by block, and joined in the end.

::

    JOB/begun/job.json              what is asked, of what, with which versions; the same for all parts
    JOB/blocks/<row>-<col>.npz      a block that is done
    JOB/scores/<row>-<col>.tif      its scores, where a raster of them is wanted
    JOB/outputs.json                the outputs written in the end, which a resumed job may replace

Every file appears whole or not at all, so that a job may be killed at any moment and several processes may
work on one.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from geoseg_text.errors import InputError, OutputError
from geoseg_text.jobs.stored import (
    BlockAnswer,
    read_failures,
    read_fragments,
    read_polygons,
    write_answer,
)
from geoseg_text.outputs.destination import replacing
from geoseg_text.values.rows import PolygonBatch, WindowFailure
from geoseg_text.values.windows import Window
from geoseg_text.vectorize import Fragments

SETTINGS = Path("begun", "job.json")
BLOCKS, SCORES, OUTPUTS = "blocks", "scores", "outputs.json"

DRAFT_S = 24 * 3600.0
"""Age from which a file that never became whole is swept away: a block's scores are written row by row."""

_MAY_CHANGE = frozenset({"created", "settings.device"})
"""Settings in which the parts of a job may differ."""


class JobFolder:
    """A folder in which a job is done.

    Attributes:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def settings(self) -> dict[str, Any]:
        """What the job was begun with.

        Raises:
            InputError: there is no job.
        """
        path = self.root / SETTINGS
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise InputError(f"{self.root}: no job; begin one with segment --job {self.root}") from error
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path}: cannot be read ({error}); remove {self.root} and begin anew"
            ) from error
        if not isinstance(found, dict):
            raise InputError(f"{path}: no settings of a job; remove {self.root} and begin anew")
        return found

    def begin(self, settings: Mapping[str, Any], *, resume: bool) -> dict[str, Any]:
        """Begin a job, or go on with one of the same settings.

        Args:
            settings: what JSON can hold.
            resume: whether a job may be there already; shards of one job say so too.

        Returns:
            The settings of the job: those of whoever began it.

        Raises:
            OutputError: the folder holds a job with other settings or something else, or cannot be made.
        """
        if not (self.root / SETTINGS).is_file():
            self._refuse_strangers()
            if self._first(settings):
                return self.settings
        if not resume:
            raise OutputError(f"{self.root}: holds a job; go on with --resume, or choose another folder")
        self._refuse_others(self.settings, json.loads(json.dumps(settings)))
        self._sweep()
        return self.settings

    def begun(self) -> dict[str, Any] | None:
        """The settings of the job, or None where none has been begun."""
        return self.settings if (self.root / SETTINGS).is_file() else None

    def _refuse_strangers(self) -> None:
        if not self.root.is_dir():
            return
        own = {SETTINGS.parent.name, BLOCKS, SCORES, OUTPUTS}
        if any(path.name not in own and not path.name.startswith(".job-") for path in self.root.iterdir()):
            raise OutputError(f"{self.root}: exists and is no job; give a folder that is new or empty")

    def _first(self, settings: Mapping[str, Any]) -> bool:
        """Write the settings unless somebody has; whole, and once, however many begin at the same time."""
        try:
            for name in (BLOCKS, SCORES):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            draft = self.root / f".job-{uuid4().hex[:8]}"
            draft.mkdir()
            text = json.dumps(settings, indent=1, ensure_ascii=False)
            (draft / SETTINGS.name).write_text(text + "\n", encoding="utf-8")
            try:
                draft.rename(self.root / SETTINGS.parent)  # a folder, unlike a file, never replaces another
            except OSError:
                if not (self.root / SETTINGS).is_file():
                    raise
                shutil.rmtree(draft)
                return False
        except OSError as error:
            raise OutputError(f"{self.root}: cannot be written to ({error.strerror})") from error
        return True

    def _sweep(self) -> None:
        """Remove what runs that were killed had begun to write, so long ago that nobody writes to it now."""
        long_ago = time.time() - DRAFT_S
        for folder in (BLOCKS, SCORES):
            for path in (self.root / folder).glob(".*"):
                with suppress(OSError):  # another that goes on was quicker
                    if path.stat().st_mtime < long_ago:
                        path.unlink()

    def claim(self, paths: Iterable[Path]) -> None:
        """Note outputs that are about to be written: whoever goes on after a kill may replace them."""
        claimed = sorted({*self._claimed(), *(str(path.absolute()) for path in paths)})
        with replacing(self.root / OUTPUTS) as draft:
            draft.write_text(json.dumps(claimed), encoding="utf-8")

    def has_claimed(self, path: Path) -> bool:
        """Whether an output is the job's own, whole or not."""
        return str(path.absolute()) in self._claimed()

    def _claimed(self) -> list[str]:
        try:
            found = json.loads((self.root / OUTPUTS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [str(path) for path in found] if isinstance(found, list) else []

    def is_done(self, block: Window) -> bool:
        """Whether a block has an answer."""
        return self.answer_file(block).is_file()

    def missing(self, blocks: Sequence[Window]) -> list[Window]:
        """The blocks that are still to be done."""
        return [block for block in blocks if not self.is_done(block)]

    def to_do(self, blocks: Sequence[Window]) -> list[Window]:
        """The blocks without an answer, and those whose answer is damaged or has windows not seen."""
        return [block for block in blocks if not self._is_complete(block)]

    def keep(self, block: Window, answer: BlockAnswer) -> None:
        """Note a block's answer: it is done then; its scores are written before."""
        write_answer(self.answer_file(block), answer)

    def polygons(self, block: Window, band: int) -> PolygonBatch:
        """What a block found that touches no seam and begins in a band of rows."""
        return read_polygons(self.answer_file(block), band)

    def fragments(self, block: Window, phrase_index: int) -> Fragments:
        """What a block found of a phrase that touches a seam."""
        return read_fragments(self.answer_file(block), block, phrase_index)

    def failures(self, block: Window) -> tuple[WindowFailure, ...]:
        """What was not seen of a block."""
        return read_failures(self.answer_file(block))

    def scores(self, block: Window) -> Path:
        """Where a block's scores lie."""
        return self.root / SCORES / f"{_name(block)}.tif"

    def answer_file(self, block: Window) -> Path:
        """Where a block's answer lies."""
        return self.root / BLOCKS / f"{_name(block)}.npz"

    def _is_complete(self, block: Window) -> bool:
        try:
            return self.is_done(block) and not self.failures(block)
        except InputError:  # damaged
            return False

    def _refuse_others(self, begun: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        for key, old, new in _differences(begun, now):
            raise OutputError(
                f"{self.root}: the job was begun with another {key} ({_short(old)}, now {_short(new)}); give "
                "what it was begun with, or choose another folder"
            )


def _name(block: Window) -> str:
    return f"{block.row:07d}-{block.col:07d}"


def _differences(old: Any, new: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """What differs between two settings, named by its keys."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = {key: f"{path}.{key}" if path else key for key in (*old, *new)}
        parts = (
            _differences(old.get(key), new.get(key), name)
            for key, name in names.items()
            if name not in _MAY_CHANGE
        )
        return [difference for part in parts for difference in part]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        parts = (_differences(a, b, path) for a, b in zip(old, new, strict=True))
        return [difference for part in parts for difference in part]
    return [] if old == new else [(path, old, new)]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
