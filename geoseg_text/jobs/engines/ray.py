"""Blocks on a Ray cluster: each worker loads the model once, and its answers come back through Ray.

The driver alone writes to the folder of the job, so workers need to see the imagery and the model, not the
folder. ``RAY_ADDRESS`` names a cluster; without it one is started on this machine for the time of the job.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from geoseg_text.errors import GeosegError, InputError, MissingDependencyError
from geoseg_text.jobs.folder import JobFolder
from geoseg_text.jobs.request import Opened, Request
from geoseg_text.jobs.work import do_block
from geoseg_text.outputs.destination import replacing
from geoseg_text.progress import Cancellation, ProgressCallback, ProgressEvent
from geoseg_text.values.windows import Window

ATTEMPTS = 3
"""How often a block is tried on workers that are lost before the job gives up."""

_WAIT_S = 0.5


def do_blocks_on_ray(
    request: Request,
    run: Opened,
    folder: JobFolder,
    blocks: Sequence[Window],
    *,
    begun: Mapping[str, Any],
    workers: int | None = None,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> None:
    """Do blocks of a job that is begun.

    Args:
        request: what is asked; workers open it for themselves.
        run: the request as opened here.
        folder: of the job.
        blocks: those to do.
        begun: settings of the job: every worker computes as whoever began it.
        workers: how many; one for each GPU of the cluster, else as many as its processors have room for.
        progress: hears of the stage 'segment', block by block.
        cancellation: looked at while waiting.

    Raises:
        MissingDependencyError: Ray is not installed.
        InputError: the cluster cannot be reached, or has no room for a worker.
        GeosegError: what a worker stated.
    """
    ray = _ray()
    started = not ray.is_initialized()
    if started:
        try:
            ray.init(include_dashboard=False, log_to_driver=False, logging_level="error")
        except (ConnectionError, ValueError, RuntimeError) as error:
            address = os.environ.get("RAY_ADDRESS", "this machine")
            raise InputError(f"no Ray cluster at {address} ({error}); set RAY_ADDRESS") from error
    try:
        foreman = _Foreman(ray, request.located(), run, folder, begun, workers)
        try:
            foreman.do(blocks, progress, cancellation)
        finally:
            foreman.dismiss()
    finally:
        if started:
            ray.shutdown()


class Worker:
    """What runs on the cluster: opens the request with its first block, then answers one after the other."""

    def __init__(self, request: Request, begun: Mapping[str, Any]) -> None:
        self._request = request
        self._begun = begun
        self._closing = ExitStack()
        self._run: Opened | None = None

    def do(self, block: Window) -> tuple[bytes, bytes | None]:
        """Answer a block; return the files that a job keeps of it."""
        # Not when the worker begins: what is wrong then would look as if the worker had been lost.
        if self._run is None:
            self._run = self._closing.enter_context(self._request.opened(begun=self._begun))
        with tempfile.TemporaryDirectory(prefix="geoseg-text-") as root:
            folder, scores = JobFolder(Path(root)), bool(self._begun["scores"])
            folder.begin({}, resume=False)
            do_block(self._run, folder, block, scores=scores)
            kept = folder.scores(block).read_bytes() if scores else None
            return folder.answer_file(block).read_bytes(), kept


class _Foreman:
    """Hands out blocks, one to each worker at a time, and replaces workers that are lost."""

    def __init__(
        self,
        ray: Any,
        request: Request,
        run: Opened,
        folder: JobFolder,
        begun: Mapping[str, Any],
        workers: int | None,
    ) -> None:
        self._ray = ray
        self._run = run
        self._folder = folder
        self._reason = ""
        self._count, options = _room(ray.nodes(), workers, int(begun["settings"]["threads"]))
        kind, asked = ray.remote(max_restarts=0, **options)(Worker), ray.put(request)
        self._hire: Callable[[], Any] = lambda: kind.remote(asked, dict(begun))
        self._workers: list[Any] = []

    def dismiss(self) -> None:
        """Stop all workers, whatever they are at: a cluster that others use goes on without them."""
        for worker in self._workers:
            self._ray.kill(worker)

    def do(
        self,
        blocks: Sequence[Window],
        progress: ProgressCallback | None,
        cancellation: Cancellation | None,
    ) -> None:
        windows = {block: len(self._run.survey.plan.part(block)) for block in blocks}
        total, done = sum(windows.values()), 0
        left, lost = deque(blocks), dict.fromkeys(blocks, 0)
        idle = [self._begin() for _ in range(min(self._count, len(blocks)))]
        busy: dict[Any, tuple[Any, Window]] = {}
        while left or busy:
            if progress is not None:
                progress(ProgressEvent("segment", done, total))
            while left and idle:
                worker, block = idle.pop(), left.popleft()
                busy[worker.do.remote(block)] = (worker, block)
            ready: list[Any] = []
            while not ready:  # woken now and then, so that whoever asks to stop is heard
                if cancellation is not None:
                    cancellation.check()
                ready, _ = self._ray.wait(list(busy), timeout=_WAIT_S)
            worker, block = busy.pop(ready[0])
            if self._take(ready[0], block):
                done += windows[block]
                idle.append(worker)
                continue
            lost[block] += 1
            if lost[block] >= ATTEMPTS:
                raise GeosegError(
                    f"the block at row {block.row}, column {block.col} has lost {ATTEMPTS} workers "
                    f"({self._reason:.200}); go on with --resume on larger ones"
                )
            left.append(block)
            idle.append(self._begin())
        if progress is not None:
            progress(ProgressEvent("segment", total, total))

    def _begin(self) -> Any:
        self._workers.append(self._hire())
        return self._workers[-1]

    def _take(self, answer: Any, block: Window) -> bool:
        """Keep an answer; return whether there is one, and not a worker that was lost."""
        try:
            found, scores = self._ray.get(answer)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, GeosegError):
                raise error.cause from error
            raise
        except self._ray.exceptions.RayError as error:  # the worker, its node or its memory is gone
            self._reason = " ".join(str(error).split())
            return False
        if scores is not None:
            _write(self._folder.scores(block), scores)
        _write(self._folder.answer_file(block), found)
        return True


def _room(
    nodes: Sequence[Mapping[str, Any]], workers: int | None, threads: int
) -> tuple[int, dict[str, int]]:
    """How many workers there are, and what each asks of its node.

    Raises:
        InputError: so many have no room.
    """
    alive = [node["Resources"] for node in nodes if node["Alive"]]
    gpus = sum(int(node.get("GPU", 0)) for node in alive)
    if gpus:
        room, options = gpus, {"num_cpus": 1, "num_gpus": 1}
    else:
        cpus = [int(node.get("CPU", 0)) for node in alive]
        each = next((n for n in range(threads, 1, -1) if sum(c // n for c in cpus) >= (workers or 1)), 1)
        room, options = sum(c // each for c in cpus), {"num_cpus": each}
    if not 1 <= (workers or room) <= room:
        raise InputError(f"the Ray cluster has room for {room} workers, not for {workers or 1}")
    return workers or room, options


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as draft:
        draft.write_bytes(content)


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise MissingDependencyError(
            "the engine 'ray' needs Ray: pip install 'geoseg-text[cluster]'"
        ) from error
    return ray
