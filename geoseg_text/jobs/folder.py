"""The folder of a job: begun with its settings, block by block, and joined in the end.

::

    JOB/job.json                    what is asked, of what, with which versions; the same for all parts
    JOB/blocks/<row>-<col>.npz      a block that is done
    JOB/scores/<row>-<col>.tif      its scores, where a raster of them is wanted

Every file appears whole or not at all, so that a job may be killed at any moment and several processes may
work on one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geoseg_text.errors import InputError, OutputError
from geoseg_text.jobs.stored import BlockAnswer, read_answer, write_answer
from geoseg_text.outputs.destination import replacing
from geoseg_text.values.windows import Window

SETTINGS, BLOCKS, SCORES = "job.json", "blocks", "scores"

_MAY_CHANGE = frozenset({"created", "settings.device", "settings.threads"})
"""Settings in which the parts of a job may differ; those of whoever began it count."""


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
        if (self.root / SETTINGS).is_file():
            if not resume:
                raise OutputError(f"{self.root}: holds a job; go on with --resume, or choose another folder")
            begun = self.settings
            self._refuse_others(begun, json.loads(json.dumps(settings)))
            return begun
        if self.root.is_dir() and any(self.root.iterdir()):
            raise OutputError(f"{self.root}: exists and is no job; give a folder that is new or empty")
        try:
            for name in (BLOCKS, SCORES):
                (self.root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.root}: cannot be made ({error.strerror})") from error
        with replacing(self.root / SETTINGS) as draft:
            draft.write_text(json.dumps(settings, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return dict(settings)

    def is_done(self, block: Window) -> bool:
        """Whether a block has an answer."""
        return self.answer_file(block).is_file()

    def missing(self, blocks: Sequence[Window]) -> list[Window]:
        """The blocks that are still to be done."""
        return [block for block in blocks if not self.is_done(block)]

    def keep(self, block: Window, answer: BlockAnswer) -> None:
        """Note a block's answer: it is done then; its scores are written before."""
        write_answer(self.answer_file(block), answer)

    def answer(self, block: Window) -> BlockAnswer:
        """What a block found."""
        return read_answer(self.answer_file(block), block)

    def scores(self, block: Window) -> Path:
        """Where a block's scores lie."""
        return self.root / SCORES / f"{_name(block)}.tif"

    def answer_file(self, block: Window) -> Path:
        """Where a block's answer lies."""
        return self.root / BLOCKS / f"{_name(block)}.npz"

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
