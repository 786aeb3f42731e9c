"""The examples for clusters: executed where this machine can, read by the command's own parser where not."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from geoseg_text.cli.segment import command


@pytest.fixture
def examples(root: Path) -> Path:
    return root / "examples" / "cluster"


@pytest.mark.slow
def test_every_task_of_the_array_does_its_share(examples: Path, tmp_path: Path) -> None:
    program = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{program}{os.pathsep}{os.environ['PATH']}", "BLOCK_PX": "256"}

    def run(*words: str, **more: str) -> str:
        done = subprocess.run(
            words, cwd=tmp_path, env=environment | more, capture_output=True, text=True, check=True
        )
        return done.stderr

    run("geoseg-text", "scene", "town.tif", "--seed", "3", "--size", "300", "400", "--gsd", "0.3")
    for task in ("2", "1"):
        said = run(
            "bash", str(examples / "array.sbatch"), "town.tif", "the red roofs", "job", "2",
            SLURM_ARRAY_TASK_ID=task,
        )  # fmt: skip
    assert "4 of 4 blocks" in said
    run("geoseg-text", "merge", "job", "-o", "found.geojson")
    assert (tmp_path / "found.geojson").is_file()


def test_the_job_for_kubernetes_is_what_the_operator_and_the_command_read(examples: Path) -> None:
    job = yaml.safe_load((examples / "rayjob.yaml").read_text(encoding="utf-8"))
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    cluster = job["spec"]["rayClusterSpec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    for group in groups:
        (container,) = group["template"]["spec"]["containers"]
        assert {"cpu", "memory"} <= set(container["resources"]["limits"])
        assert all(isinstance(value, str) for value in group["rayStartParams"].values())
    for group in groups[1:]:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]
    name, verb, *words = shlex.split(job["spec"]["entrypoint"])
    assert (name, verb) == ("geoseg-text", "segment")
    context = command.make_context("segment", words)
    assert context.params["engine"] == "ray"
    assert context.params["resume"]
    assert str(context.params["job"]).startswith("/data/")  # on the volume that outlives the pods
