# SPDX-License-Identifier: GPL-2.0-or-later
"""What the window has done in the background: look at an engine, make an environment for one."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Callable

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtNetwork import QNetworkProxy

from geoseg_qgis import engines
from geoseg_qgis.environment import Health, Interpreter, candidates, check, from_folder, make
from geoseg_qgis.settings import Making, engine_python
from geoseg_qgis.translating import tr

from .work import Do


@dataclass(frozen=True)
class Engine:
    """An engine that was looked at.

    Attributes:
        python: of its environment.
        health: what was found out.
    """

    python: str
    health: Health


def look(place: str) -> Do:
    """Look at the engine in an environment's folder, or of a Python."""

    def do(_on_line: Callable[[str], None], cancelled: Callable[[], bool]) -> Engine:
        python = from_folder(place)
        return Engine(python, check(python, cancelled=cancelled))

    return do


def make_and_look(base_python: str, making: Making, proxy: str) -> Do:
    """Make an environment, or bring one made before up to date, and look at the engine in it.

    Args:
        base_python: from which it is made.
        making: what is installed, and where.
        proxy: through which the network is reached; empty for that of the system.
    """

    def do(on_line: Callable[[str], None], cancelled: Callable[[], bool]) -> Engine:
        in_use = _is_in(engine_python(), making.folder)
        with engines.closed() if in_use else nullcontext():
            python = make(
                making.folder,
                base_python,
                making.requirement,
                on_line=on_line,
                cancelled=cancelled,
                proxy=proxy,
                certificates=making.certificates,
            )
        on_line(tr("Looking at the engine; the first time this takes a minute"))
        return Engine(python, check(python, cancelled=cancelled))

    return do


def search(_on_line: Callable[[str], None], cancelled: Callable[[], bool]) -> list[Interpreter]:
    """Find the Pythons from which an environment can be made."""
    return candidates(cancelled=cancelled)


def proxy_of_qgis() -> str:
    """URL of the proxy in QGIS's settings; empty where they name none or leave it to the system.

    It is asked in the thread of the window.
    """
    proxy = QgsNetworkAccessManager.instance().fallbackProxy()
    kind = QNetworkProxy.ProxyType
    schemes = {kind.HttpProxy: "http", kind.HttpCachingProxy: "http", kind.Socks5Proxy: "socks5"}
    if proxy.type() not in schemes or not proxy.hostName():
        return ""
    url = QUrl()
    url.setScheme(schemes[proxy.type()])
    url.setHost(proxy.hostName())
    url.setPort(proxy.port() or -1)
    url.setUserName(proxy.user())
    url.setPassword(proxy.password())
    return str(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))


def _is_in(python: str, folder: str) -> bool:
    places = [os.path.normcase(os.path.realpath(os.path.expanduser(folder)))]
    places.append(os.path.normcase(os.path.realpath(os.path.dirname(os.path.dirname(python)))))
    return bool(python) and places[0] == places[1]
