"""Write constraints.txt: the versions, in the running environment, of all that the README's commands install.

Run it in an environment in which every test passes: ``.venv/bin/python scripts/pin.py``.
"""

from __future__ import annotations

import tomllib
from importlib.metadata import distribution, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# What the README's commands install, pinned. Written by scripts/pin.py where every test passes.
# The CUDA packages and triton are not here: torch pins its own, and the CPU build has none.
"""
FROM_TORCH = ("nvidia-", "cuda-", "triton")


def closure(roots: list[Requirement]) -> set[str]:
    """Return the canonical names of `roots` and of everything they need on this platform."""
    seen: set[tuple[str, str]] = set()
    todo = [(requirement, extra) for requirement in roots for extra in ("", *requirement.extras)]
    while todo:
        requirement, extra = todo.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in seen or name.startswith(FROM_TORCH):
            continue
        seen.add((name, extra))
        for line in distribution(name).requires or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                todo += [(needed, wanted) for wanted in ("", *needed.extras)]
    return {name for name, _ in seen}


def main() -> None:
    """Write the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    lines = [*project["project"]["dependencies"], *extras["plot"], *extras["train"], *extras["cluster"]]
    lines += project["dependency-groups"]["dev"]
    pins = [f"{name}=={version(name)}" for name in sorted(closure([Requirement(line) for line in lines]))]
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
