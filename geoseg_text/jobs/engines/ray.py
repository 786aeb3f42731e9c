"""Blocks on a Ray cluster: each worker loads the model once, and its answers come back through Ray.

The driver alone writes to the folder of the job, so workers need to see the imagery and the model, not the
folder. ``RAY_ADDRESS`` names a cluster; without it one is started on this machine for the time of the job.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import torch

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


class Crew(NamedTuple):
    """Who works.

    Attributes:
        workers: how many; one for each GPU of the cluster, else as many as have processors, if None.
        threads: with how many each computes; the same as one process would, for the same last bits.
    """

    workers: int | None
    threads: int


def do_blocks_on_ray(
    request: Request,
    run: Opened,
    folder: JobFolder,
    blocks: Sequence[Window],
    *,
    scores: bool,
    crew: Crew,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> None:
    """Do blocks of a job that is begun.

    Args:
        request: what is asked; workers open it for themselves.
        run: the request as opened here.
        folder: of the job.
        blocks: those to do.
        scores: whether scores are kept.
        crew: who works.
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
        _Foreman(ray, request, run, folder, scores, crew).do(blocks, progress, cancellation)
    finally:
        if started:
            ray.shutdown()


class Worker:
    """What runs on the cluster: an opened request that answers one block after the other."""

    def __init__(self, request: Request, threads: int) -> None:
        torch.set_num_threads(threads)
        self._closing = ExitStack()
        self._run = self._closing.enter_context(request.opened())

    def do(self, block: Window, scores: bool) -> tuple[bytes, bytes | None]:
        """Answer a block; return the files that a job keeps of it."""
        with tempfile.TemporaryDirectory(prefix="geoseg-text-") as root:
            folder = JobFolder(Path(root))
            folder.begin({}, resume=False)
            do_block(self._run, folder, block, scores=scores)
            kept = folder.scores(block).read_bytes() if scores else None
            return folder.answer_file(block).read_bytes(), kept


class _Foreman:
    """Hands out blocks, one to each worker at a time, and replaces workers that are lost."""

    def __init__(
        self, ray: Any, request: Request, run: Opened, folder: JobFolder, scores: bool, crew: Crew
    ) -> None:
        self._ray = ray
        self._request = ray.put(request)
        self._run = run
        self._folder = folder
        self._scores = scores
        resources = ray.cluster_resources()
        cpus, gpus = int(resources.get("CPU", 0)), int(resources.get("GPU", 0))
        room = gpus or cpus // crew.threads or min(cpus, 1)
        self._count = room if crew.workers is None else crew.workers
        if not 1 <= self._count <= (gpus or cpus):
            raise InputError(
                f"the Ray cluster has {cpus} CPUs and {gpus} GPUs, no room for {self._count} workers"
            )
        each = min(crew.threads, cpus // self._count)
        options = {"num_cpus": max(each, 1), "num_gpus": min(gpus, 1), "max_restarts": 0}
        kind = ray.remote(**options)(Worker)
        self._begin: Callable[[], Any] = lambda: kind.remote(self._request, crew.threads)

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
                busy[worker.do.remote(block, self._scores)] = (worker, block)
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
                    f"the block at row {block.row}, column {block.col} has lost {ATTEMPTS} workers, for want "
                    "of memory perhaps; go on with --resume and a smaller --block or --batch"
                )
            left.append(block)
            idle.append(self._begin())
        if progress is not None:
            progress(ProgressEvent("segment", total, total))

    def _take(self, answer: Any, block: Window) -> bool:
        """Keep an answer; return whether there is one, and not a worker that was lost."""
        try:
            found, scores = self._ray.get(answer)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, GeosegError):
                raise error.cause from error
            raise
        except self._ray.exceptions.RayActorError as error:
            if isinstance(getattr(error, "cause", None), GeosegError):
                raise
            return False
        if scores is not None:
            _write(self._folder.scores(block), scores)
        _write(self._folder.answer_file(block), found)
        return True


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
