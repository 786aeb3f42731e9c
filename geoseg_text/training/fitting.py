"""A training from its settings to a model folder: begun, kept, resumed, and chosen by validation."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import shutil
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightning as L
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.loggers import CSVLogger, Logger, TensorBoardLogger
from safetensors.torch import load_file

from geoseg_text.datasets.benchmarks import open_benchmark
from geoseg_text.datasets.referring import ReferringDataset
from geoseg_text.errors import InputError, MissingDependencyError, OutputError
from geoseg_text.models import save_model
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.progress import ProgressCallback
from geoseg_text.training.beginning import begin_network
from geoseg_text.training.config import RunChoice, TrainingConfig
from geoseg_text.training.keeping import BEST, LAST, Keeper
from geoseg_text.training.learner import Learner
from geoseg_text.training.plan import Plan

SETTINGS = "settings.json"
"""What a work folder's training was begun with."""

_MAY_CHANGE = {"data": ("root", "workers"), "run": ("log", "log_steps", "device")}
"""Settings that leave the weights as they are."""

_PRECISION: Any = {"float32": "32-true", "bfloat16": "bf16-mixed", "float16": "16-mixed"}
_LAUNCH = {"script": "ddp", "fork": "ddp_fork"}


def fit(
    config: TrainingConfig,
    output: Path,
    work: Path,
    *,
    resume: bool = False,
    progress: ProgressCallback | None = None,
) -> None:
    """Train, and write the best weights as a model folder.

    The work folder holds the settings, the last checkpoint, the best weights, and a log for each part of a
    training that was resumed. Whatever kills a training, `resume` goes on from its last checkpoint.

    Args:
        config: see `TrainingConfig`; its data have a root.
        output: model folder to write; it must not exist.
        work: folder of what is kept on the way.
        resume: go on with the training in ``work``.
        progress: called with the stages 'train' and 'validate'.

    Raises:
        InputError: the data, the start or the settings cannot be used, or differ from those resumed.
        OutputError: a folder holds something already.
    """
    _check_folders(config, output, work, resume)
    train = open_benchmark(config.data.name, config.data.root, config.data.train)  # type: ignore[arg-type]
    held_back = None
    if config.validation is not None:
        held_back = open_benchmark(config.data.name, config.data.root, config.data.validate)  # type: ignore[arg-type]
    network = begin_network(config)
    learner = Learner(network, config, Plan.of(config, len(train)), train)
    learner.configure_optimizers()  # refuses before the work what it cannot do
    with _quietly():
        trainer = _trainer(learner, held_back, work, progress)
        work.mkdir(parents=True, exist_ok=True)
        (work / SETTINGS).write_text(_said(config) + "\n", encoding="utf-8")
        _run(trainer, learner, work / LAST)
    if int(os.environ.get("LOCAL_RANK", "0")) == 0:  # the others are there to compute
        _write(network, work / BEST, output)


def _trainer(
    learner: Learner, held_back: ReferringDataset | None, work: Path, progress: ProgressCallback | None
) -> L.Trainer:
    """What runs the legs of a learner's plan.

    Raises:
        InputError: this machine cannot do what is asked.
    """
    run = learner.config.run
    try:
        return L.Trainer(
            accelerator=run.device if run.device != "cuda" else "gpu",
            devices=run.devices,
            strategy="auto" if run.devices == 1 else f"{_LAUNCH[run.launch]}_find_unused_parameters_true",
            precision=_PRECISION[run.precision],
            max_epochs=len(learner.plan.kept),
            reload_dataloaders_every_n_epochs=1,
            accumulate_grad_batches=run.accumulation,
            gradient_clip_val=run.clip,
            sync_batchnorm=run.synchronised_norms and run.devices > 1,
            use_distributed_sampler=False,
            logger=_logger(run, work),
            log_every_n_steps=run.log_steps,
            callbacks=[Keeper(work, held_back, progress)],
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
        )
    except (MisconfigurationException, ValueError, RuntimeError) as error:
        raise InputError(
            f"run: {' '.join(str(error).split()):.300}; this machine cannot do that: change run.device, "
            "run.devices or run.precision"
        ) from error


def _run(trainer: L.Trainer, learner: Learner, last: Path) -> None:
    """Begin, or go on from the last checkpoint.

    Raises:
        KeyboardInterrupt: of the user, in one process or several.
    """
    learner.train()
    hears = signal.getsignal(signal.SIGINT)
    try:
        trainer.fit(learner, ckpt_path=last if last.exists() else None, weights_only=True)
    except SystemExit as error:  # what Lightning makes of Ctrl-C, and it ignores the next one
        if not trainer.interrupted:
            raise
        signal.signal(signal.SIGINT, hears)
        raise KeyboardInterrupt from error


def _logger(run: RunChoice, work: Path) -> Logger:
    """A log of its own for each part of a resumed training."""
    version = f"log_{len(list(work.glob('log_*'))) + 1}"
    if run.log == "csv":
        return CSVLogger(work, name="", version=version, flush_logs_every_n_steps=run.log_steps)
    try:
        return TensorBoardLogger(work, name="", version=version)
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "run.log: tensorboard is not installed; pip install 'geoseg-text[train]', or log to csv"
        ) from error


def _check_folders(config: TrainingConfig, output: Path, work: Path, resume: bool) -> None:
    if not config.data.root:
        raise InputError("data.root: empty; give the folder that the data were unpacked into (--root)")
    if output.exists():
        raise OutputError(f"{str(output)!r} exists; choose another folder or remove it first")
    if not output.absolute().parent.is_dir():
        raise OutputError(f"{output}: the folder {output.absolute().parent} does not exist; create it first")
    if not resume:
        if (work / LAST).exists():
            raise OutputError(
                f"{str(work)!r} holds a training; go on with --resume, or choose another with --work"
            )
        return
    if not (work / SETTINGS).is_file():
        raise InputError(f"no training in {str(work)!r}; start without --resume")
    _check_same(config, work / SETTINGS)


def _check_same(config: TrainingConfig, path: Path) -> None:
    """Refuse to resume a training with settings that are not its own."""
    try:
        before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: damaged ({error}); start another training") from error
    now: dict[str, Any] = json.loads(_said(config))
    for section, names in _MAY_CHANGE.items():
        for name in names:
            before.get(section, {}).pop(name, None)
            now[section].pop(name, None)
    for section, values in now.items():
        if before.get(section) != values:
            raise InputError(
                f"{section}: differs from what this training was begun with ({path}); give the settings it "
                "began with, or start another"
            )


def _said(config: TrainingConfig) -> str:
    return json.dumps(dataclasses.asdict(config), indent=2)


def _write(network: ReferringNetwork, best: Path, output: Path) -> None:
    """Write the model folder; it appears once all is in it."""
    network.load_state_dict(load_file(best))
    draft = output.with_name(f".{output.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    save_model(network.to("cpu").eval(), draft)
    os.replace(draft, output)


@contextmanager
def _quietly() -> Iterator[None]:
    """Silence what Lightning says and warns of and is meant here."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        for logger in loggers:
            logger.setLevel(logging.WARNING)
        for message in (
            "The '.*' does not have many workers",
            "The number of training batches .* is smaller than the logging interval",
            "Found .* module\\(s\\) in eval mode at the start of training",
            "Experiment logs directory .* exists and is not empty",
            "GPU available but not used",
        ):
            warnings.filterwarnings("ignore", message=message)
        warnings.filterwarnings("ignore", message=".*LeafSpec", category=FutureWarning)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
