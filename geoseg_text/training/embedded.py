"""The recipe of the embedded model: ``python -m geoseg_text.training.embedded --help``."""

from __future__ import annotations

from multiprocessing import Value
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
import numpy as np

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

    from geoseg_text.language.referring import Kind
    from geoseg_text.models.mafn import MAFN

SHARES = {
    "syn": 0.56,
    "dubai": 0.15,
    "kampala": 0.09,
    "estonia": 0.06,
    "urban_trees": 0.06,
    "aerial_cars": 0.02,
    "gsi_road": 0.02,
    "gsi_solar": 0.01,
    "ucmerced": 0.03,
}
"""How often each origin is drawn."""
ZOOMS = {"syn": (0.7, 1.5), "kampala": (0.6, 1.6), "dubai": (0.7, 1.5)}


@click.command()
@click.option("--pool", "pools", type=click.Path(path_type=Path, exists=True), multiple=True, required=True)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder of checkpoints and of the model."
)
@click.option("--minutes", type=float, default=150, show_default=True, help="Length by the clock.")
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="Model folder to start from.")
@click.option("--resume", type=click.Path(path_type=Path, exists=True), help="Checkpoint to go on from.")
@click.option("--rate", type=float, default=1e-3, show_default=True)
@click.option("--batch", type=int, default=8, show_default=True, help="Views in a batch.")
@click.option("--phrases", type=int, default=4, show_default=True, help="Phrases of a view.")
@click.option(
    "--plain", type=float, default=0.35, show_default=True, help="Share of plain nouns among phrases."
)
@click.option("--kind", "kinds", multiple=True, help="Kinds of the other phrases; all by default.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--threads", type=int, default=2, show_default=True)
def main(  # noqa: PLR0913, PLR0917 - one parameter an option
    pools: tuple[Path, ...],
    out: Path,
    minutes: float,
    start: Path | None,
    resume: Path | None,
    rate: float,
    batch: int,
    phrases: int,
    plain: float,
    kinds: tuple[Kind, ...],
    seed: int,
    threads: int,
) -> None:
    """Train mafn-tiny on pools of scenes and write a model folder."""
    import lightning as L
    import torch
    from lightning.pytorch.callbacks import ModelCheckpoint
    from lightning.pytorch.loggers import CSVLogger
    from torch.utils.data import DataLoader

    from geoseg_text.models import load_model, save_model
    from geoseg_text.training.module import ReferringModule, Schedule
    from geoseg_text.training.samples import PhraseSamples, pool_sources

    L.seed_everything(seed)
    torch.set_num_threads(threads)
    side_px = cast("Synchronized[int]", Value("i", 128))
    model = load_model(start) if start else _untrained(pools)
    schedule = Schedule(minutes=minutes, rate=rate)
    module = ReferringModule(model.train(), schedule, side_px)
    samples = PhraseSamples(
        pool_sources(pools, SHARES, ZOOMS),
        model.text_encoder.tokenizer,
        phrases=phrases,
        plain=plain,
        kinds=kinds or None,
        tokens=32,
        side_px=side_px,
        seed=seed + int(resume is not None),
    )
    trainer = L.Trainer(
        accelerator="auto",
        devices=1,
        precision="bf16-mixed",
        max_epochs=-1,
        gradient_clip_val=1.0,
        logger=CSVLogger(out, name="", version="log"),
        log_every_n_steps=20,
        callbacks=[
            ModelCheckpoint(out, filename="last", every_n_train_steps=200, enable_version_counter=False)
        ],
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    loader = DataLoader(samples, batch_size=batch, num_workers=1, prefetch_factor=3)
    trainer.fit(module, loader, ckpt_path=resume)
    averaged = cast("MAFN", module.average.module)
    averaged.text_encoder.tokenizer = model.text_encoder.tokenizer
    save_model(averaged.eval(), out / "model", dtype=torch.float16)


def _untrained(pools: tuple[Path, ...]) -> MAFN:
    """A fresh network whose vocabulary holds every piece of the lexicon and of phrases over some scenes."""
    from geoseg_text.language.lexicon import wordlist
    from geoseg_text.language.referring import compose
    from geoseg_text.training.text_start import start_from_minilm
    from geoseg_text.values.scene import Scene

    rng = np.random.default_rng(0)
    files = sorted(path for pool in pools for path in pool.glob("syn_*.npz"))[:60]
    phrases = [case.phrase for path in files for case in compose(Scene.load(path), rng, 60)]
    return start_from_minilm([*wordlist(), *phrases])


if __name__ == "__main__":
    main()
