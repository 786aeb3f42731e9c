"""What a training is: the settings of ``geoseg-text train CONFIG.yaml``, read strictly. Loads no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from geoseg_text.datasets.benchmarks import BENCHMARKS
from geoseg_text.errors import InputError
from geoseg_text.models.cards import SYSTEMS
from geoseg_text.training.settings import bounded, read_settings, read_yaml, suggestion


@dataclass(frozen=True, kw_only=True)
class ModelChoice:
    """The network that learns: a registered system, or a saved model that learns on."""

    system: str = ""
    """Registered name; or"""
    folder: str = ""
    """a model folder or a hub id, with its weights and tokenizer."""
    name: str = ""
    """Name of the weights to come; the network's own where empty."""
    sizes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Fields of the system's configuration to change."""
    start: Mapping[str, str] | None = None
    """Arguments of the network's ``start_from``: where pretrained parts come from. Random where None."""
    tokenizer: str = ""
    """Hub id or folder of the tokenizer, where ``start`` brings none."""


@dataclass(frozen=True, kw_only=True)
class DataChoice:
    """What is learnt from."""

    name: str
    """A benchmark; data built by ``dataset build`` has the layout, and takes the name, of one."""
    root: str = ""
    """The folder it was unpacked into; ``--root`` gives it too."""
    train: str = "train"
    validate: str = "val"
    side_px: int | None = bounded(None, least=32)
    """Side of the square that the network sees; the system's own where None."""
    workers: int = bounded(0, least=0)
    """Processes that read samples."""


@dataclass(frozen=True, kw_only=True)
class CrossEntropy:
    """Pixels right or wrong (LAVT, LGCE, SBANet)."""

    name: Literal["cross-entropy"] = "cross-entropy"
    weights: tuple[float, float] = bounded((0.9, 1.1), above=0)
    """Of background and referent."""


@dataclass(frozen=True, kw_only=True)
class CrossEntropyDice:
    """Pixels and overlap (RMSIN, FIANet, MAFN; CADFormer equation 13)."""

    name: Literal["cross-entropy-dice"] = "cross-entropy-dice"
    weights: tuple[float, float] = bounded((0.9, 1.1), above=0)
    """Of background and referent, in the cross-entropy."""
    cross_entropy: float = bounded(0.9, least=0)
    dice: float = bounded(0.1, least=0)
    """Weight of the two classes' Dice losses, summed over classes and averaged over phrases."""


@dataclass(frozen=True, kw_only=True)
class FocalDiceIouPresence:
    """RSAM's: the mask, the quality and the presence that its decoder judges."""

    name: Literal["focal-dice-iou-presence"] = "focal-dice-iou-presence"
    focal: float = bounded(20.0, least=0)
    dice: float = bounded(1.0, least=0)
    iou: float = bounded(1.0, least=0)
    presence: float = bounded(1.0, least=0)
    alpha: float = bounded(0.25, least=0, most=1)
    gamma: float = bounded(2.0, least=0)


@dataclass(frozen=True, kw_only=True)
class GroupChoice:
    """Parts of the network that learn at their own rate; settings left out are the optimiser's."""

    parts: tuple[str, ...]
    """Dotted names of modules or parameters; the longest name that fits decides."""
    rate: float | None = bounded(None, above=0)
    weight_decay: float | None = bounded(None, least=0)
    undecayed: tuple[str, ...] | None = None
    final_share: float | None = bounded(None, least=0, most=1)
    """Rate at the end, as a share of the highest."""
    layer_decay: float = bounded(1.0, above=0, most=1)
    """Factor of the rate from each numbered layer down to the one before it."""
    undiminished: tuple[str, ...] = ()
    """Parameters whose names contain one of these are spared the layer decay."""


@dataclass(frozen=True, kw_only=True)
class OptimiserChoice:
    """How weights move."""

    name: Literal["adamw", "adam"] = "adamw"
    rate: float = bounded(above=0)
    """Highest learning rate."""
    weight_decay: float = bounded(0.01, least=0)
    betas: tuple[float, float] = bounded((0.9, 0.999), least=0, below=1)
    undecayed: tuple[str, ...] = ()
    """Parameters whose names contain one of these are not decayed."""
    groups: tuple[GroupChoice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Constant:
    """The rate stays."""

    name: Literal["constant"] = "constant"
    warmup_steps: int = bounded(0, least=0)


@dataclass(frozen=True, kw_only=True)
class Polynomial:
    """The rate falls as a power of what is left of the training (LAVT family)."""

    name: Literal["polynomial"] = "polynomial"
    power: float = bounded(0.9, above=0)
    final_share: float = bounded(0.0, least=0, most=1)
    warmup_steps: int = bounded(0, least=0)


@dataclass(frozen=True, kw_only=True)
class Cosine:
    """The rate falls along half a cosine (RSAM)."""

    name: Literal["cosine"] = "cosine"
    final_share: float = bounded(0.0, least=0, most=1)
    warmup_steps: int = bounded(0, least=0)


@dataclass(frozen=True, kw_only=True)
class BlackSquares:
    """Black squares over some of the images; what lies under them stays the referent's."""

    share: float = bounded(0.2, least=0, most=1)
    """Samples that get them."""
    fewest: int = bounded(20, least=1)
    most: int = bounded(60, least=1)
    side_px: int = bounded(32, least=1)
    """Side, in pixels of the image before it is resized."""
    same_samples: bool = True
    """Whether the same samples get them in every epoch, at other places each time."""


@dataclass(frozen=True, kw_only=True)
class PointGuidance:
    """Points at what the network's own answer gets wrong, for some of the phrases (RSAM)."""

    share: float = bounded(above=0, most=1)
    """Phrases that get points."""
    most: int = bounded(7, least=1)
    """Points of a phrase: one to so many."""


@dataclass(frozen=True, kw_only=True)
class AugmentationChoice:
    """What is done to samples; nothing by default."""

    black_squares: BlackSquares | None = None
    points: PointGuidance | None = None


@dataclass(frozen=True, kw_only=True)
class ValidationChoice:
    """When the network is judged on data that it does not learn from, and by what the best is chosen."""

    every_epochs: int | None = bounded(None, least=1)
    every_steps: int | None = bounded(None, least=1)
    """One of the two; each epoch where neither is given."""
    limit: int | None = bounded(None, least=1)
    """Samples, spread evenly over the split; all where None."""
    measure: Literal["mIoU", "oIoU"] = "mIoU"
    """At the network's size, as the papers count."""


@dataclass(frozen=True, kw_only=True)
class RunChoice:
    """How long, in what portions and on what the training runs."""

    epochs: int | None = bounded(None, least=1)
    steps: int | None = bounded(None, least=1)
    """Steps of the optimiser; either epochs or steps."""
    batch: int = bounded(8, least=1)
    """Samples that one device sees at once."""
    accumulation: int = bounded(1, least=1)
    """Batches in a step."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """Of what is computed; weights stay in float32."""
    clip: float | None = bounded(None, above=0)
    """Longest gradient."""
    average_decay: float | None = bounded(None, above=0, below=1)
    """Decay per step of averaged weights (EMA), which are then judged and written; none where None."""
    seed: int = bounded(0, least=0)
    """Orders all chance."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    devices: int = bounded(1, least=1)
    """Processes with a device each (DDP)."""
    launch: Literal["script", "fork"] = "script"
    """How the other processes begin: the command once more, or (not on Windows) copies of the running one."""
    synchronised_norms: bool = False
    """Whether batch norms count over all devices."""
    checkpoint_steps: int | None = bounded(None, least=1)
    """Steps between checkpoints, beside the one at the end of each epoch."""
    log: Literal["csv", "tensorboard"] = "csv"
    log_steps: int = bounded(20, least=1)


Loss = CrossEntropy | CrossEntropyDice | FocalDiceIouPresence
Schedule = Constant | Polynomial | Cosine


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """One training."""

    model: ModelChoice
    data: DataChoice
    loss: Loss
    optimiser: OptimiserChoice
    schedule: Schedule
    run: RunChoice
    validation: ValidationChoice | None = dataclasses.field(default_factory=ValidationChoice)
    """None judges nothing: the last weights are written."""
    augmentation: AugmentationChoice = dataclasses.field(default_factory=AugmentationChoice)
    frozen: tuple[str, ...] = ()
    """Dotted names of the parts that do not change; norm statistics and dropout rest too."""

    def __post_init__(self) -> None:
        """Refuses what fits its types and cannot be done.

        Raises:
            InputError: in one line.
        """
        _check_model(self.model)
        _check_data(self.data)
        _only_one(self.run.epochs, self.run.steps, "run.epochs and run.steps", needed=True)
        squares, judged = self.augmentation.black_squares, self.validation
        if judged is not None:
            places = "validation.every_epochs and validation.every_steps"
            _only_one(judged.every_epochs, judged.every_steps, places, needed=False)
        if squares is not None and squares.fewest > squares.most:
            raise InputError(
                f"augmentation.black_squares.fewest: {squares.fewest} is more than most, {squares.most}"
            )


def _check_model(model: ModelChoice) -> None:
    _only_one(model.system or None, model.folder or None, "model.system and model.folder", needed=True)
    if model.system and model.system not in SYSTEMS:
        raise InputError(f"model.system: no system {model.system!r}{suggestion(model.system, SYSTEMS)}")
    for key, given in (("sizes", model.sizes), ("start", model.start), ("tokenizer", model.tokenizer)):
        if model.folder and given:
            raise InputError(f"model.{key}: a saved model (model.folder) brings its own; leave it out")


def _check_data(data: DataChoice) -> None:
    if data.name.casefold() not in {name.casefold() for name in BENCHMARKS}:
        raise InputError(f"data.name: no data set {data.name!r}{suggestion(data.name, BENCHMARKS)}")
    for key, split in (("train", data.train), ("validate", data.validate)):
        if split == "test":
            raise InputError(
                f"data.{key}: weights that the test split taught or chose cannot be judged on it; "
                "give 'train' or 'val'"
            )
        if split not in ("train", "val"):
            raise InputError(f"data.{key}: no split {split!r}{suggestion(split, ('train', 'val'))}")


def _only_one(first: object, second: object, places: str, *, needed: bool) -> None:
    if first is not None and second is not None:
        raise InputError(f"{places}: both are given; keep one")
    if needed and first is None and second is None:
        raise InputError(f"{places}: neither is given; give one")


def read_config(path: Path) -> TrainingConfig:
    """The training that a YAML file describes.

    Raises:
        InputError: the file or one of its settings cannot be used; the message names file and place.
    """
    content = read_yaml(path)
    try:
        return read_settings(TrainingConfig, content)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
