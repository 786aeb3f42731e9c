"""The folder of a build: begun with its settings, window by window, then finished.

::

    OUT/build.json                the settings; a build goes on only with the same
    OUT/windows/<name>.json       a window that is done, while the build goes on
    OUT/report.json               comes last: the build is finished

A build that people review keeps what is done, and is opened again.

Every file appears whole or not at all, so that a build may be stopped at any moment.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geoseg_text.errors import OutputError

SETTINGS, WINDOWS, FINISHED = "build.json", "windows", "report.json"


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a name to write to; what was written takes its place at the end of the block.

    The suffix is kept, because writers of pictures and tables go by it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.part{path.suffix}")
    yield draft
    os.replace(draft, path)


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file whole or not at all."""
    with whole(path) as draft:
        draft.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class BuildFolder:
    """A folder in which a build is going on.

    Attributes:
        root: the folder.
        kept: name of the folder in it for what is done.
    """

    def __init__(self, root: Path, kept: str = WINDOWS) -> None:
        self.root = root
        self.kept = kept

    def refuse(self, settings: Mapping[str, Any], *, finished: bool = True) -> None:
        """Look whether a build with these settings may begin or go on here; nothing is written.

        Args:
            settings: all that must be the same.
            finished: whether a finished build is refused too.

        Raises:
            OutputError: the folder holds a finished build, one with other settings, or something else.
        """
        if not self.root.exists():
            if not self.root.absolute().parent.is_dir():
                raise OutputError(f"{self.root.parent}: no such folder; make it first")
            return
        if not self.root.is_dir():
            raise OutputError(f"{self.root}: is a file; give a folder")
        if finished and (self.root / FINISHED).is_file():
            raise OutputError(f"{self.root}: a finished data set; give another folder, or remove it first")
        if (self.root / SETTINGS).is_file():
            self._refuse_others(settings)
        elif any(self.root.iterdir()):
            raise OutputError(f"{self.root}: exists and is no build; give a folder that is new or empty")

    def begin(self, settings: Mapping[str, Any]) -> None:
        """Begin or go on, with a finished build too; `refuse` comes before."""
        (self.root / self.kept).mkdir(parents=True, exist_ok=True)
        (self.root / FINISHED).unlink(missing_ok=True)
        write_json(self.root / SETTINGS, settings)

    def done(self, name: str) -> dict[str, Any] | None:
        """What was kept of a window, or None where it is still to be done."""
        path = self._kept(name)
        if not path.is_file():
            return None
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return kept

    def keep(self, name: str, content: Mapping[str, Any]) -> None:
        """Note that a window is done; its pictures are written before."""
        write_json(self._kept(name), content)

    def finish(self, report: Mapping[str, Any], *, again: bool = False) -> None:
        """Mark the build as finished, and drop what it alone needed unless it is to be opened again."""
        if not again:
            shutil.rmtree(self.root / self.kept, ignore_errors=True)
        write_json(self.root / FINISHED, report)

    def _kept(self, name: str) -> Path:
        return self.root / self.kept / f"{name}.json"

    def _refuse_others(self, settings: Mapping[str, Any]) -> None:
        path = self.root / SETTINGS
        try:
            begun = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise OutputError(f"{path}: cannot be read; remove {self.root} and begin anew") from error
        # As JSON gives them back: a tuple is a list then.
        now = json.loads(json.dumps(settings))
        for key in sorted({*now, *begun} if isinstance(begun, dict) else now):
            old, new = (one.get(key) if isinstance(one, dict) else None for one in (begun, now))
            if old != new:
                raise OutputError(
                    f"{self.root}: begun with another {key} ({_short(old)}, now {_short(new)}); "
                    "go on with the same settings and inputs, or give another folder"
                )


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
