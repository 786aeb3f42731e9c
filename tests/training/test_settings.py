"""Settings are read strictly: what is wrong is one line that names its place and the nearest word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from geoseg_text.cli.main import main
from geoseg_text.errors import InputError
from geoseg_text.training.config import Cosine, CrossEntropy, read_config

GOOD = """
model: {system: lavt, tokenizer: somewhere}
data: {name: RRSIS-D, root: there}
loss: {name: cross-entropy, weights: [0.9, 1.1]}
optimiser: {rate: 3e-5, groups: [{parts: [decoder], rate: 0.001}]}
schedule: {name: cosine, final_share: 0.1}
run: {epochs: 3}
"""

WRONG = [
    ("lavt", "lavd", "model.system: no system 'lavd'; did you mean 'lavt'?"),
    ("RRSIS-D", "rrsis-e", "data.name: no data set 'rrsis-e'; did you mean 'RRSIS-D'?"),
    ("name: cross-entropy", "name: cross-entropi", "loss.name: 'cross-entropi' is unknown; did you mean"),
    ("weights:", "weight:", "loss.weight: no such setting; did you mean 'weights'?"),
    ("[0.9, 1.1]", "[0.9]", "loss.weights: 1 values where 2 are due"),
    ("[0.9, 1.1]", "[0.9, -1]", "loss.weights: -1.0 must be greater than 0"),
    ("[0.9, 1.1]", "0.9", "loss.weights: '0.9' where a list is due"),
    ("3e-5", "fast", "optimiser.rate: 'fast' where a number is due"),
    ("3e-5", "'nan'", "optimiser.rate: 'nan' is not finite"),
    ("rate: 3e-5, ", "", "optimiser.rate: missing; it has no default"),
    ("rate: 0.001", "rat: 0.001", "optimiser.groups[0].rat: no such setting; did you mean 'rate'?"),
    ("run:", "optimizer: {rate: 1}\nrun:", "optimizer: no such setting; did you mean 'optimiser'?"),
    ("run: {epochs: 3}", "run: 3", "run: '3' where settings (key: value) are due"),
    ("run: {epochs: 3}", "", "run: missing; it has no default"),
    ("epochs: 3", "epochs: three", "run.epochs: 'three' where a whole number is due"),
    ("epochs: 3", "epochs: true", "run.epochs: 'True' where a whole number is due"),
    ("epochs: 3", "epochs: 0", "run.epochs: 0 must be at least 1"),
    ("epochs: 3", "epochs: 3, steps: 4", "run.epochs and run.steps: both are given; keep one"),
    ("epochs: 3", "batch: 3", "run.epochs and run.steps: neither is given; give one"),
    ("epochs: 3", "epochs: 3, epochs: 4", "line 7: 'epochs' stands twice"),
    ("epochs: 3", "epochs: 3, precision: bf16", "run.precision: 'bf16' is unknown; did you mean 'bfloat16'?"),
    ("root: there", "validate: test", "data.validate: weights that the test split taught or chose cannot"),
    ("root: there", "train: test", "data.train: weights that the test split taught or chose cannot"),
    ("system: lavt,", "", "model.system and model.folder: neither is given; give one"),
    ("system: lavt", "folder: mine", "model.tokenizer: a saved model (model.folder) brings its own"),
    ("model: {", "model: [", "line 2: "),
    (GOOD, "just words", "'just words' where settings (key: value) are due"),
    (GOOD, "", "nothing where settings (key: value) are due"),
    (GOOD, "a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
]


def written(folder: Path, text: str) -> Path:
    path = folder / "training.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_are_read_as_their_types(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, GOOD))
    assert config.loss == CrossEntropy(weights=(0.9, 1.1))
    assert config.schedule == Cosine(final_share=0.1)
    assert config.optimiser.rate == 3e-5  # which YAML takes for a word
    assert config.optimiser.groups[0].parts == ("decoder",)
    assert config.validation is not None
    assert config.augmentation.points is None
    unjudged = read_config(written(tmp_path, GOOD + "validation: null\n"))
    assert unjudged.validation is None


@pytest.mark.parametrize(("old", "new", "said"), WRONG, ids=[said for *_, said in WRONG])
def test_what_is_wrong_is_one_line_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(InputError) as error:
        read_config(path)
    message = str(error.value)
    assert message.startswith(str(path))
    assert said in message
    assert "\n" not in message


def test_a_file_that_is_not_there_or_too_large_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file; give a YAML file"):
        read_config(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read_config(written(tmp_path, "#" * 2**21))
    with pytest.raises(InputError, match=r"nested too deeply|no such setting"):
        read_config(written(tmp_path, "[" * 2000))


def test_the_command_reads_before_it_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, GOOD.replace("epochs", "epoch"))
    assert main(["train", str(path), "-o", str(tmp_path / "out")]) == 1
    assert "run.epoch: no such setting; did you mean 'epochs'?" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def test_reading_settings_loads_no_torch() -> None:
    code = "import sys, geoseg_text.training.config; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
