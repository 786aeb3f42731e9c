"""A training by the clock from pools of scenes: what is seen, for how long, and how it is run and resumed."""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import lightning as L
import numpy as np
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader

from geoseg_text.datasets.labelled.pool import write_pool
from geoseg_text.datasets.listing import told
from geoseg_text.language.lexicon import wordlist
from geoseg_text.language.referring import compose
from geoseg_text.models import save_model
from geoseg_text.models.base import ModelConfig
from geoseg_text.models.mafn import MAFN
from geoseg_text.progress import Cancellation, ProgressCallback
from geoseg_text.scenes import render_scene
from geoseg_text.training.pools.module import ReferringModule, Schedule
from geoseg_text.training.pools.own_layers import POOL
from geoseg_text.training.pools.reading import teach_reading
from geoseg_text.training.pools.samples import Asking, Pace, PhraseSamples, Sample, pool_sources
from geoseg_text.training.pools.teacher import Teacher, tuned_teacher
from geoseg_text.training.pools.text_start import start_from_minilm
from geoseg_text.training.pools.threshold import best_threshold
from geoseg_text.training.pools.watching import Watch, heeding
from geoseg_text.values.scene import Scene

SHARES = {
    "scene": 0.42,
    "dubai": 0.34,
    "kampala": 0.20,
    "estonia": 0.06,
    "urban_trees": 0.05,
    "aerial_cars": 0.02,
    "gsi_road": 0.03,
    "gsi_solar": 0.03,
    "ucmerced": 0.06,
}
"""How often each origin is drawn for the embedded model."""
ZOOMS = {"scene": (0.7, 1.5), "kampala": (0.6, 1.6), "dubai": (0.7, 1.5)}
"""Scene pixels per view pixel, where not the usual ones."""
LIGHTS = {"dubai": 1.7}
"""How far light may differ, where not as usual: of these tiles few are alike, and no label is a colour."""
SCENE_PX = 448
CHECKPOINT = "last.ckpt"
CALIBRATION_VIEWS = 100
CALIBRATION_SEED = 1_000_000
"""Added to the seed: what the threshold is chosen on was not drawn in the training."""


@dataclass(frozen=True)
class Recipe:
    """One training."""

    work: Path
    """Folder of the pools, the checkpoint and the log."""
    schedule: Schedule
    views: int = 4
    """Views in a batch."""
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    """How often each origin is drawn."""
    asking: Asking = field(default_factory=Asking)
    """What each view is asked."""
    reading_minutes: float = 0.0
    """How long the text encoder learns what descriptions claim before the training begins."""
    teacher_minutes: float = 0.0
    """How long a teacher is tuned before the training begins, where ``work`` holds none; no teacher if 0."""
    seed: int = 0


def draw_pool(
    folder: Path, scenes: int, first_seed: int = 100_000, progress: ProgressCallback | None = None
) -> None:
    """Draw synthetic scenes as ``scene_<seed>.npz``; those that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in told(range(first_seed, first_seed + scenes), "scenes", progress):
        path = folder / f"scene_{seed}.npz"
        if not path.exists():
            gsd_m = float(np.exp(np.random.default_rng((7, seed)).uniform(np.log(0.2), 0.0)))
            partial = folder / f".scene_{seed}.part.npz"
            render_scene(seed, (SCENE_PX, SCENE_PX), gsd_m).save(partial)
            os.replace(partial, path)


def fill_pools(work: Path, scenes: int, labelled: Path | None) -> None:
    """Make the pools under ``work`` that are not there yet: drawn scenes, and labelled imagery if given."""
    draw_pool(work / "scenes", scenes)
    if labelled is not None and not (work / "labelled").is_dir():
        partial = work / "labelled.part"
        write_pool(labelled, partial, "train")
        os.replace(partial, work / "labelled")


def train(
    recipe: Recipe,
    out: Path,
    *,
    start: MAFN | None = None,
    resume: bool = False,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> None:
    """Train mafn-tiny on the pools under ``recipe.work`` and write a model folder.

    Args:
        recipe: see `Recipe`.
        out: model folder to write; the averaged weights, in half precision.
        start: where to start from; a new network where None.
        resume: go on from the checkpoint under ``recipe.work``.
        progress: called after each step, in seconds done of seconds planned, and as the threshold is chosen.
        cancellation: ends the training after the step; the checkpoint is kept, and no folder is written.

    Raises:
        Cancelled: the caller asked to stop.
    """
    L.seed_everything(recipe.seed)
    pools = [recipe.work / name for name in ("scenes", "labelled", POOL)]
    model = new_network(pools[0]) if start is None else start
    pace = Pace.start(recipe.schedule.small_px)
    sources = pool_sources(pools, recipe.shares, ZOOMS, LIGHTS)
    tokenizer = model.text_encoder.tokenizer
    samples = PhraseSamples(sources, tokenizer, recipe.asking, pace, recipe.seed + int(resume))
    loader = DataLoader(samples, batch_size=recipe.views, num_workers=1, prefetch_factor=3)
    teacher = _teacher(recipe, loader, model.config) if recipe.teacher_minutes else None
    if recipe.reading_minutes and not resume:
        teach_reading(model, recipe.reading_minutes, np.random.default_rng(recipe.seed))
    module = ReferringModule(model.train(), recipe.schedule, pace, teacher)
    with warnings.catch_warnings():
        # meant: the checkpoint's folder holds the pools, one worker draws enough; the last is Lightning's
        warnings.filterwarnings("ignore", message="Checkpoint directory .* exists and is not empty")
        warnings.filterwarnings("ignore", message="The '.*' does not have many workers")
        warnings.filterwarnings("ignore", message=".*LeafSpec", category=FutureWarning)
        trainer = _trainer(recipe.work, Watch(progress, cancellation))
        trainer.fit(module, loader, ckpt_path=recipe.work / CHECKPOINT if resume else None)
    trainer.save_checkpoint(recipe.work / CHECKPOINT)  # so that more minutes can follow
    if cancellation is not None:
        cancellation.check()
    averaged = cast(MAFN, module.average.module)
    averaged.text_encoder.tokenizer = tokenizer
    pace.side_px.value, pace.asks.value = averaged.config.window_px, 1
    fresh = PhraseSamples(sources, tokenizer, recipe.asking, pace, recipe.seed + CALIBRATION_SEED)
    views = told(range(CALIBRATION_VIEWS), "threshold", heeding(progress, cancellation))
    threshold = best_threshold(averaged.eval(), (view for _, view in zip(views, fresh, strict=False)))
    averaged.config = dataclasses.replace(averaged.config, threshold=threshold)
    save_model(averaged, out, dtype=torch.float16)


def _teacher(recipe: Recipe, loader: DataLoader[Sample], config: ModelConfig) -> Teacher:
    mean, std = (255 * torch.tensor(v).view(3, 1, 1) for v in (config.mean, config.std))
    return tuned_teacher(recipe.work, loader, mean, std, recipe.teacher_minutes)


def _trainer(work: Path, watch: Watch) -> L.Trainer:
    parts = len(list(work.glob("log_*")))  # a resumed training leaves the log of its first part alone
    checkpoint = ModelCheckpoint(
        work, filename=Path(CHECKPOINT).stem, every_n_train_steps=200, enable_version_counter=False
    )
    return L.Trainer(
        accelerator="auto",
        devices=1,
        precision="bf16-mixed",
        max_epochs=-1,
        gradient_clip_val=1.0,
        logger=CSVLogger(work, name="", version=f"log_{parts + 1}", flush_logs_every_n_steps=20),
        log_every_n_steps=20,
        callbacks=[checkpoint, watch],
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def new_network(scenes: Path) -> MAFN:
    """A fresh network whose vocabulary holds every piece of the lexicon and of phrases over some scenes."""
    rng = np.random.default_rng(0)
    files = sorted(scenes.glob("scene_*.npz"))[:60]
    phrases = [case.phrase for path in files for case in compose(Scene.load(path), rng, 60)]
    return start_from_minilm([*wordlist(), *phrases])
