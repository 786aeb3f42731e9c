"""Requests about imagery and layers: answered as the library answers, with progress, and stopped."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pytest
import rasterio
from shapely import box

import geoseg_text as gt
from geoseg_text.errors import InputError
from geoseg_text.worker.answers import Teller, answer
from geoseg_text.worker.protocol import Evaluate, Evaluated, Message, Note, Progress, Train, decode, encode

PHRASE = "the red roofs"


@pytest.fixture
def half(town: Path, tmp_path: Path) -> str:
    """Return a layer of the left half of the town."""
    with rasterio.open(town) as raster:
        left, bottom, right, top = raster.bounds
        frame = geopandas.GeoDataFrame(geometry=[box(left, bottom, (left + right) / 2, top)], crs=raster.crs)
    frame.to_file(tmp_path / "half.gpkg")
    return str(tmp_path / "half.gpkg")


def ask(request: Evaluate | Train, cancellation: gt.Cancellation | None = None) -> list[Message]:
    """All that is said to a request, as it comes over the line."""
    said: list[Message] = []
    said.append(answer(request, Teller(request.id, said.append, cancellation or gt.Cancellation())))
    return [decode(encode(message)) for message in said]


def test_an_evaluation_is_that_of_the_library(town: Path, half: str, model_folder: Path) -> None:
    request = Evaluate("1", [str(town)], [half], PHRASE, model=str(model_folder), threshold=0.0)
    *before, last = ask(request)
    own = gt.evaluate_layer(town, half, PHRASE, model=model_folder, threshold=0.0)
    assert last == Evaluated("1", own.to_json())
    assert own.iou == own.precision == pytest.approx(0.5, abs=0.02)
    assert {message.stage for message in before if isinstance(message, Progress)} >= {"segment", "compare"}


def test_a_warning_is_told_once(town: Path, half: str, model_folder: Path) -> None:
    said = ask(Evaluate("1", [str(town)], [half], "top road", model=str(model_folder), window_px=32))
    notes = [message.text for message in said if isinstance(message, Note)]
    assert len(notes) == len(set(notes)) == 1
    assert "'top' is answered in each of" in notes[0]


def test_what_is_wrong_is_stated(town: Path, half: str, model_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bounds of 3 numbers"):
        ask(Evaluate("1", [str(town)], [half], PHRASE, model=str(model_folder), bounds=[1, 2, 3]))
    with pytest.raises(InputError, match="state their category"):
        ask(Train("2", [str(town)], [half], str(tmp_path / "model"), start=str(model_folder)))
    assert not (tmp_path / "model").exists()


def test_both_can_be_stopped(town: Path, half: str, model_folder: Path, tmp_path: Path) -> None:
    stop = gt.Cancellation()
    stop.cancel()
    with pytest.raises(gt.Cancelled):
        ask(Evaluate("1", [str(town)], [half], PHRASE, model=str(model_folder)), stop)
    request = Train("2", [str(town)], [half], str(tmp_path / "model"), ["lakes"], start=str(model_folder))
    with pytest.raises((gt.Cancelled, InputError)):
        ask(request, stop)
    assert not (tmp_path / "model").exists()
