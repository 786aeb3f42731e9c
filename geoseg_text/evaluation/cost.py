"""What systems cost, as values, as JSON and as a table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from geoseg_text.errors import InputError

FLOPS = (
    "FLOPs are 2 x multiply-accumulates of matrix products, convolutions and attention, of image and phrase, "
    "as torch.utils.flop_counter.FlopCounterMode counts them; element-wise work, normalisation, softmax, "
    "pooling, resampling and look-ups are not counted."
)
"""The one convention for FLOPs."""

DTYPES = {"float32": "float32", "bf16": "bfloat16"}
"""Precisions by the names that users give, as torch calls them."""


@dataclass(frozen=True)
class Settings:
    """How a system is measured."""

    small: bool = False
    """At a small size, to try the command."""
    device: str = "cpu"
    dtype: str = "float32"
    """A key of `DTYPES`."""
    threads: int | None = None
    """Threads on the CPU; torch's own choice where None."""
    runs: int = 5
    """Timed answers, after one that warms up."""


@dataclass(frozen=True)
class Cost:
    """What one system costs."""

    name: str
    parameters: int
    flops: int
    """Of one image and one phrase; see `FLOPS`."""
    seconds: tuple[float, ...]
    """Of each timed answer: one image, one phrase."""
    peak_bytes: int | None
    """Of the process with everything in it, or of the CUDA device; None where the system does not tell."""
    bare_bytes: int | None
    """What of it was held before the network was built: Python and the libraries."""
    input_px: int
    tokens: int
    threads: int

    def __str__(self) -> str:
        """One line."""
        size, work = f"{self.parameters / 1e6:.2f} M parameters", f"{self.flops / 1e9:.1f} GFLOP"
        return f"{self.median_seconds:.3g} s per image, {work}, {size}"

    @property
    def median_seconds(self) -> float:
        """Seconds per image."""
        return median(self.seconds)


@dataclass(frozen=True)
class Report:
    """What was measured, and what could not be."""

    settings: Settings
    machine: dict[str, Any]
    costs: list[Cost] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    """Why, by the name of the system."""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Report:
        """What `to_json` gave; failures are left out, so that they are tried again.

        Raises:
            InputError: the values are no such report.
        """
        try:
            costs = [
                Cost(
                    **{name: system[name] for name in Cost.__dataclass_fields__}
                    | {"seconds": tuple(system["seconds"])}
                )
                for system in values["systems"].values()
            ]
            return cls(Settings(**values["settings"]), dict(values["machine"]), costs)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError("this is no report of models bench; choose another file for --json") from error

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON can hold it."""
        systems = {cost.name: asdict(cost) | {"median_seconds": cost.median_seconds} for cost in self.costs}
        return {
            "flops_convention": FLOPS,
            "machine": self.machine,
            "settings": asdict(self.settings),
            "systems": systems,
            "failures": self.failures,
        }

    def to_markdown(self) -> str:
        """The table, and under it what it was measured with."""
        return "\n".join(_markdown(self))


def machine_facts(device: str) -> dict[str, Any]:
    """Where and when something was measured."""
    info = Path("/proc/cpuinfo")
    names = (line.split(":", 1)[1] for line in _lines(info) if line.startswith("model name"))
    return {
        "processor": next(names, platform.processor()).strip(),
        "cores": os.cpu_count(),
        "device": device,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "date": datetime.now(UTC).date().isoformat(),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _markdown(report: Report) -> Iterator[str]:
    where = "CUDA memory" if report.settings.device.startswith("cuda") else "memory"
    yield f"| system | parameters | GFLOP | s per image | peak {where} | input | tokens |"
    yield "|---|---|---|---|---|---|---|"
    for cost in report.costs:
        peak = "unknown" if cost.peak_bytes is None else f"{cost.peak_bytes / 2**20:,.0f} MiB"
        work = f"{cost.parameters / 1e6:.2f} M | {cost.flops / 1e9:.1f} | {cost.median_seconds:.3g}"
        yield f"| {cost.name} | {work} | {peak} | {cost.input_px} px | {cost.tokens} |"
    settings, machine = report.settings, report.machine
    threads = ", ".join(sorted({str(cost.threads) for cost in report.costs}))
    yield ""
    yield (
        f"Batch 1, {settings.dtype}, median of {settings.runs} runs on {machine['device']}"
        f"{', at small sizes' if settings.small else ''}; {machine['processor']}, {machine['cores']} cores, "
        f"{threads or 'no'} threads, torch {machine['torch']}, {machine['date']}. Peak memory is all that "
        f"{'the device' if where.startswith('CUDA') else 'the process'} held{_bare(report)}."
    )
    yield FLOPS


def _bare(report: Report) -> str:
    held = [cost.bare_bytes for cost in report.costs if cost.bare_bytes]
    return f", {median(held) / 2**20:,.0f} MiB of it libraries, before a network was built" if held else ""
