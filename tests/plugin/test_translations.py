"""Every text of the plugin reaches translators: what is collected, what is refused, and that it is fresh."""

from __future__ import annotations

import ast
import importlib.util
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest
from geoseg_qgis import translating

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    """Return the script that writes the template."""
    spec = importlib.util.spec_from_file_location("translations", ROOT / "scripts" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_template_is_fresh(translations: ModuleType) -> None:
    template = translations.TEMPLATE.read_text(encoding="utf-8")
    assert template == translations.template(translations.collected()), "make translations"
    root = ET.fromstring(template)
    assert [name.text for name in root.iter("name")] == [translating.CONTEXT]
    sources = [source.text for source in root.iter("source")]
    assert sources == list(translations.collected())
    assert "Segment by phrase" in sources


def test_each_text_is_collected_once_with_the_modules_that_say_it(
    translations: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.py").write_text(
        "HELP = '''two\nlines'''\ntr(HELP)\nprint(tr('{n} < “red” & '\n   'more').format(n=tr('x')))\n",
        encoding="utf-8",
    )
    (tmp_path / "b" / "c.py").write_text("def f():\n    return tr('x')\n", encoding="utf-8")
    found = translations.collected(tmp_path)
    assert found == {
        "two\nlines": ["a.py"], "{n} < “red” & more": ["a.py"], "x": ["a.py", "b/c.py"],
    }  # fmt: skip
    root = ET.fromstring(translations.template(found))
    assert [source.text for source in root.iter("source")] == list(found)
    assert len(root.findall(".//message[source='x']/location")) == 2


@pytest.mark.parametrize(
    "code", ["tr(f'{x} trees')", "tr(text)", "tr('a' + b)", "tr('a', 'b')", "tr()", "tr('')", "tr(3)"]
)
def test_what_cannot_be_collected_is_refused(translations: ModuleType, tmp_path: Path, code: str) -> None:
    (tmp_path / "a.py").write_text(f"\n{code}\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"a\.py:2: tr\(\) takes one literal"):
        translations.collected(tmp_path)


def test_no_text_of_the_window_goes_around_translation() -> None:
    """Literals with a space in them that widgets are given, other than docstrings, are within ``tr()``."""
    setup = ROOT / "plugins" / "qgis" / "geoseg_qgis" / "setup"
    for path in setup.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        translated, told = set(), set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                literals = {arg for arg in node.args if isinstance(arg, ast.Constant)}
                (translated if name == "tr" else told).update(literals)
        around = {
            node.value
            for node in told
            if isinstance(node.value, str) and " " in node.value and node not in translated
        }
        assert around <= {"", "background: transparent"}, path


def test_outside_qgis_texts_stay_as_they_are() -> None:
    assert translating.tr("Copy") == "Copy"
