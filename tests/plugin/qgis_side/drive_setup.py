"""Drives the window of the engine in a real QGIS, as a user does: types, clicks, waits, closes.

Told on standard input, as JSON: ``plugins`` (folder of the plugin), ``profile``, ``environment`` (one that
has the engine), ``bare`` (a Python without it), ``base`` (to make environments from), ``wheel``, ``newer``
(wheels of it), ``project`` (one whose building hangs), ``work`` (folder to work in), ``shots`` (folder for
pictures), ``translations`` (folder, or None). Says on its last line what each step saw.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from pathlib import Path

told = json.load(sys.stdin)
os.environ["QGIS_CUSTOM_CONFIG_PATH"] = told["profile"]
sys.path.append(told["plugins"])

from qgis.core import QgsApplication, QgsNetworkAccessManager, QgsSettings  # noqa: E402
from qgis.gui import QgsFileWidget  # noqa: E402
from qgis.PyQt.QtCore import Qt, QTimer  # noqa: E402
from qgis.PyQt.QtTest import QTest  # noqa: E402
from qgis.PyQt.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QTabWidget  # noqa: E402

QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], True)
application.initQgis()
proxy = {"Enabled": True, "Type": "HttpProxy", "Host": "proxy.example.org", "Port": 3128, "User": "ann"}
for key, value in {**proxy, "Password": "word"}.items():
    QgsSettings().setValue(f"proxy/proxy{key}", value)
QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()

from geoseg_qgis import settings, translating  # noqa: E402
from geoseg_qgis.setup.dialog import EngineDialog  # noqa: E402
from geoseg_qgis.setup.jobs import proxy_of_qgis  # noqa: E402

work = Path(told["work"])
dialog = EngineDialog()
chosen, ticks = [], [time.monotonic()]
dialog.chosen.connect(chosen.append)
clock = QTimer()
clock.timeout.connect(lambda: ticks.append(time.monotonic()))
clock.start(20)


def part(kind, name):
    found = dialog.findChild(kind, name)
    assert found is not None, name
    return found


def wait(until, seconds=240.0):
    limit = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < limit, (said(), details())
        QTest.qWait(20)


def idle():
    return dialog._work is None


def click(name):
    button = part(QPushButton, name)
    assert button.isEnabled() or name == "cancel", name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def write(field, text):
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)


def path_of(name):
    return part(QgsFileWidget, name).lineEdit()


def said():
    return dialog._said.text


def details():
    return part(QPlainTextEdit, "details").toPlainText()


def shoot(name):
    QTest.qWait(100)
    dialog.grab().save(os.path.join(told["shots"], f"engine-{name}.png"))


def turn_to(index):
    part(QTabWidget, "ways").setCurrentIndex(index)


def processes(folder):
    """Those whose command line names a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path.parent.name] * (os.fsencode(folder) in path.read_bytes())
        except OSError:
            continue
    return found


def open_it():
    dialog.show()
    combo = part(QComboBox, "python")
    wait(lambda: combo.currentData())
    shoot("empty")
    return {"state": dialog._state.text, "pythons": combo.count(), "proxy": proxy_of_qgis()}


def use(place, *, by_key=False):
    write(path_of("place"), place)
    if by_key:
        QTest.keyClick(path_of("place"), Qt.Key.Key_Return)
    else:
        click("use")
    wait(idle)
    return said()


def wrong_places():
    turn_to(1)
    (work / "empty").mkdir()
    found = [use(place) for place in ("", str(work / "nowhere"), str(work / "empty"))]
    found.append(use(told["bare"], by_key=True))
    assert dialog.isVisible(), "Enter has closed it"
    shoot("wrong")
    return {"lines": found, "chosen": list(chosen), "kept": settings.engine_python()}


def an_environment_that_is_there():
    line = use(told["environment"])
    shoot("sound")
    click("copy")
    return {
        "line": line, "state": dialog._state.text, "chosen": list(chosen), "kept": settings.engine_python(),
        "copied": QgsApplication.clipboard().text(),
    }  # fmt: skip


def order(folder, requirement):
    turn_to(0)
    combo = part(QComboBox, "python")
    combo.addItem(told["base"], told["base"])
    combo.setCurrentIndex(combo.count() - 1)
    write(path_of("folder"), str(folder))
    write(part(QLineEdit, "requirement"), requirement)
    click("make")


def refused():
    found = []
    for folder, requirement in ((work / "new", ""), (work / "new", "geoseg-text"), ("", told["wheel"])):
        order(folder, requirement)
        wait(idle)
        found.append(said())
    return {"lines": found, "made": (work / "new").exists()}


def made():
    ticks[:] = [time.monotonic()]
    order(work / "made", told["wheel"])
    busy = part(QTabWidget, "ways").isEnabled(), part(QPushButton, "cancel").isVisible()
    wait(lambda: details())
    shoot("making")
    wait(idle)
    gap = max(later - former for former, later in itertools.pairwise(ticks))
    shoot("made")
    return {
        "busy": busy, "line": said(), "state": dialog._state.text, "chosen": chosen[-1], "log": details(),
        "kept": settings.engine_python(), "making": list(vars(settings.making()).values()), "gap": gap,
    }  # fmt: skip


def brought_up_to_date():
    order(work / "made", told["newer"])
    wait(idle)
    return {"line": said(), "state": dialog._state.text}


def beside_the_variable():
    """Choose one where the variable names another."""
    turn_to(1)
    os.environ[settings.PYTHON_VARIABLE] = told["bare"]
    chosen_before = len(chosen)
    line = use(str(work / "made"))
    click("again")
    wait(idle)
    del os.environ[settings.PYTHON_VARIABLE]
    return {
        "line": line, "state": dialog._state.text, "chosen": len(chosen) - chosen_before,
        "kept": settings.engine_python(),
    }  # fmt: skip


def in_the_middle(name, stop):
    """Begin to make an environment, stop while its package is built, and see what is left."""
    folder, mark = work / name, Path(told["project"]) / "building"
    mark.unlink(missing_ok=True)
    order(folder, told["project"])
    wait(lambda: mark.exists() and mark.read_text())
    builder = Path("/proc", mark.read_text(), "cmdline")

    def runs():
        return builder.exists() and bool(
            builder.read_bytes()
        )  # a process that is gone but not buried has none

    running, began = runs() and bool(processes(folder)), time.monotonic()
    stop()
    wait(lambda: not folder.exists() and not processes(folder) and not runs(), 10)
    return {"running": running, "seconds": time.monotonic() - began, "chosen": chosen[-1]}


def cancelled():
    seen = in_the_middle("cancelled", lambda: click("cancel"))
    wait(idle)
    return {**seen, "line": said()}


def closed():
    seen = in_the_middle("closed", lambda: QTest.keyClick(dialog, Qt.Key.Key_Escape))
    wait(idle)
    hidden = not dialog.isVisible()
    dialog.show()
    wait(idle)
    return {**seen, "hidden": hidden, "state": dialog._state.text}


def shut_down():
    left = []

    def stop():
        dialog.shutdown()
        left.extend(processes(work / "shut"))  # at once: no event was handled meanwhile

    return {**in_the_middle("shut", stop), "left": left}


def translated():
    if not told["translations"]:
        return None
    translating.FOLDER = told["translations"]
    before = translating.install()
    QgsSettings().setValue("locale/overrideFlag", True)
    QgsSettings().setValue("locale/userLocale", "de_AT")
    translator = translating.install()
    found = [before, translating.tr("Copy"), translating.tr("Browse")]
    translating.remove(translator)
    return [*found, translating.tr("Copy")]


steps = (
    open_it, wrong_places, an_environment_that_is_there, refused, made, brought_up_to_date,
    beside_the_variable, cancelled, closed, shut_down, translated,
)  # fmt: skip
print(json.dumps({step.__name__: step() for step in steps}))
dialog.deleteLater()
application.exitQgis()
