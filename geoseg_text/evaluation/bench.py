"""Measuring what each system costs: parameters, FLOPs, seconds for an image, peak memory.

A system is measured in a process of its own, so that peak memory is that system's alone. It answers one
phrase about one image of its published size, with random weights, which cost as much as learnt ones; only
what Grounding DINO hands to SAM 2 depends on what it finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, NamedTuple

from geoseg_text.errors import GeosegError, InputError
from geoseg_text.evaluation.cost import DTYPES, Cost, Report, Settings, machine_facts
from geoseg_text.process_memory import keep_freed_memory
from geoseg_text.progress import ProgressCallback, ProgressEvent

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from geoseg_text.models.base import ReferringNetwork

TOKENS = 20
"""Tokens of the phrase, as LAVT's family was published with; fewer where a system reads fewer."""


def bench(
    names: Sequence[str],
    settings: Settings,
    *,
    kept: Report | None = None,
    each: Callable[[Report, str], None] | None = None,
    progress: ProgressCallback | None = None,
) -> Report:
    """Measure systems, each in a process of its own.

    Args:
        names: registered names.
        settings: the same for all.
        kept: an earlier report; what it holds is not measured again.
        each: told of the report so far and the system just measured, so that a long run loses nothing.
        progress: told of each system that begins.

    Returns:
        The costs in the order of the names; a system that fails (its process was ended for want of memory, it
        does not run on this device) is named among the failures and stops no other.

    Raises:
        InputError: the earlier report is of other settings or another machine.
    """
    report = _begin(settings, kept)
    left = [name for name in names if name not in {cost.name for cost in report.costs}]
    for done, name in enumerate(left):
        if progress is not None:
            progress(ProgressEvent("bench", done, len(left), f"measuring {name}"))
        try:
            alone = ProcessPoolExecutor(
                1, mp_context=get_context("spawn"), initializer=_own_process, initargs=(settings.threads,)
            )
            with alone:
                report.costs.append(alone.submit(measure, name, settings).result())
        except (GeosegError, RuntimeError, MemoryError) as error:
            report.failures[name] = next(iter(str(error).splitlines()), type(error).__name__)
        if each is not None:
            each(report, name)
    if progress is not None:
        progress(ProgressEvent("bench", len(left), len(left)))
    report.costs.sort(key=lambda cost: names.index(cost.name) if cost.name in names else len(names))
    return report


def _begin(settings: Settings, kept: Report | None) -> Report:
    """An empty report, or the earlier one if figures of both may stand in one table."""
    report = Report(settings, machine_facts(settings.device))
    if kept is None:
        return report
    changed = [
        f"{name} was {value}"
        for name, value in asdict(kept.settings).items()
        if value != asdict(settings)[name]
    ]
    changed += [
        f"{name} was {kept.machine.get(name)}"
        for name, value in report.machine.items()
        if name != "date" and kept.machine.get(name) != value
    ]
    if changed:
        raise InputError(f"the earlier report cannot go on: {'; '.join(changed)}; write to another file")
    return replace(report, costs=list(kept.costs))


def _own_process(threads: int | None) -> None:
    import torch

    keep_freed_memory()
    if threads is not None:
        torch.set_num_threads(threads)


def measure(name: str, settings: Settings) -> Cost:
    """Cost of one system in this process, with the threads that the process has.

    Raises:
        InputError: the name or the device is unknown.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from geoseg_text.evaluation.peak_memory import forget_peak
    from geoseg_text.models.registry import config_of
    from geoseg_text.predict import choose_device

    device = choose_device(settings.device)
    config_of(name)  # loads the libraries
    bare = _peak(device)
    question = Question.to(name, settings)
    forget_peak()
    question.seconds()  # warms up
    seconds = tuple(question.seconds() for _ in range(settings.runs))
    peak = _peak(device)
    with FlopCounterMode(display=False) as counter:
        question.answer()  # outside of inference: what is written down, not how it is sped up there
    return Cost(
        name=name,
        parameters=sum(weight.numel() for weight in question.network.parameters()),
        flops=counter.get_total_flops(),
        seconds=seconds,
        peak_bytes=peak,
        bare_bytes=bare,
        input_px=question.image.shape[-1],
        tokens=question.network.count_tokens(question.phrase),
        threads=torch.get_num_threads(),
    )


class Question(NamedTuple):
    """One phrase about one image, for a network that is ready to answer."""

    network: ReferringNetwork
    image: Tensor
    phrase: str

    @classmethod
    def to(cls, name: str, settings: Settings) -> Question:
        """A question to an untrained network of a registered name, about an image of its own size.

        Raises:
            InputError: the name or the device is unknown.
        """
        import torch

        from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
        from geoseg_text.models.registry import build_model
        from geoseg_text.models.small_sizes import small_sizes
        from geoseg_text.predict import choose_device

        device, dtype = choose_device(settings.device), getattr(torch, DTYPES[settings.dtype])
        torch.manual_seed(0)
        network = build_model(name, **(small_sizes(name) if settings.small else {})).to(device, dtype)
        network.requires_grad_(False)  # counting follows gradients where there are any
        reader: Any = network.text_encoder  # where every system holds its tokenizer
        reader.tokenizer = PhraseTokenizer.from_vocabulary([*SPECIAL_TOKENS, "road"])
        side = network.config.window_px
        return cls(network, torch.randn(1, 3, side, side, device=device, dtype=dtype), _phrase(network))

    def answer(self) -> Tensor:
        """Ask."""
        logits: Tensor = self.network(self.image, self.network.encode_text([self.phrase]))
        return logits

    def seconds(self) -> float:
        """Ask, and say how long the answer took."""
        import torch

        start = time.perf_counter()
        with torch.inference_mode():
            self.answer()
        if self.image.device.type != "cpu":
            torch.accelerator.synchronize(self.image.device)
        return time.perf_counter() - start


def _phrase(network: ReferringNetwork) -> str:
    """A phrase of `TOKENS` tokens, or of the most that the network reads."""
    limit, phrase = min(TOKENS, network.config.tokens), "road"
    while network.count_tokens(longer := f"{phrase} road") <= limit:
        phrase = longer
    return phrase


def _peak(device: torch.device) -> int | None:
    import torch

    from geoseg_text.evaluation.peak_memory import peak_resident_bytes

    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else peak_resident_bytes()
