"""A COG by URL, from a server on this machine: ranges are read, and a server that fails is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from affine import Affine

from geoseg_text.errors import RasterError
from geoseg_text.imagery import open_imagery
from geoseg_text.values.windows import Window

from .conftest import WriteRaster, speckle, upright


class Server:
    """Serves the files of a folder by range, and fails when told to."""

    def __init__(self, folder: Path) -> None:
        self.failing = False
        self.bytes_sent = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(with_body=False)

            def do_GET(self) -> None:
                self.answer(with_body=True)

            def answer(self, *, with_body: bool) -> None:
                path = folder / self.path.lstrip("/")
                if outer.failing or not path.is_file():
                    self.send_error(503 if outer.failing else 404)
                    return
                body = path.read_bytes()
                asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
                part = body[int(asked[1]) : int(asked[2]) + 1] if asked else body
                self.send_response(206 if asked else 200)
                if asked:
                    stop = int(asked[1]) + len(part) - 1
                    self.send_header("Content-Range", f"bytes {asked[1]}-{stop}/{len(body)}")
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Length", str(len(part)))
                self.end_headers()
                if with_body:
                    self.wfile.write(part)
                    outer.bytes_sent += len(part)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("GDAL_HTTP_MAX_RETRY", "0")
    monkeypatch.setattr("geoseg_text.imagery.native._REMOTE_PAUSE_S", 0.0)
    running = Server(tmp_path)
    yield running
    running.stop()


def test_a_window_of_a_cog_costs_its_tiles(server: Server, write_raster: WriteRaster) -> None:
    pixels = speckle((3, 1024, 1024))
    path = write_raster("a.tif", pixels, tiled=True, blockxsize=128, blockysize=128)
    with open_imagery(f"{server.url}/a.tif") as imagery:
        chip = imagery.read(Window(256, 256, 128, 128))
        assert (chip.image == pixels[:, 256:384, 256:384]).all()
        assert chip.valid.all()
        assert imagery.fingerprints[0].name == f"/vsicurl/{server.url}/a.tif"
    assert server.bytes_sent < path.stat().st_size / 4


def test_a_missing_url_is_an_error(server: Server) -> None:
    with pytest.raises(RasterError, match="404"):
        open_imagery(f"{server.url}/missing.tif")


def test_a_vrt_by_url_is_refused(server: Server, tmp_path: Path, write_raster: WriteRaster) -> None:
    write_raster("b.tif", speckle((3, 20, 30)))
    (tmp_path / "b.vrt").write_text(
        '<VRTDataset rasterXSize="30" rasterYSize="20"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="0">{tmp_path / "b.tif"}</SourceFilename></SimpleSource>'
        "</VRTRasterBand></VRTDataset>"
    )
    with pytest.raises(RasterError, match="VRT by URL"):
        open_imagery(f"{server.url}/b.vrt")


def test_a_server_that_fails_halfway_is_named(server: Server, write_raster: WriteRaster) -> None:
    pixels = speckle((3, 512, 512))
    write_raster("c.tif", pixels, tiled=True, blockxsize=256, blockysize=256)
    with open_imagery(f"{server.url}/c.tif") as imagery:
        assert imagery.read(Window(0, 0, 100, 100)).valid.all()
        server.failing = True
        chip = imagery.read(Window(200, 200, 300, 300))
        assert not chip.valid.all()
        assert chip.failures
        assert {failure.source for failure in chip.failures} == {imagery.names[0]}
        assert (chip.image[:, chip.valid] == pixels[:, 200:500, 200:500][:, chip.valid]).all()
        assert np.count_nonzero(chip.valid) < 300 * 300


def test_a_mosaic_of_urls_is_that_of_the_files(server: Server, write_raster: WriteRaster) -> None:
    pixels = speckle((3, 60, 200))
    names = [f"{place}.tif" for place in range(20)]
    for place, name in enumerate(names):
        part = pixels[:, :, place * 10 : place * 10 + 10]
        write_raster(name, part, affine=upright() @ Affine.translation(place * 10, 0))
    with open_imagery([f"{server.url}/{name}" for name in names]) as imagery:
        seen = imagery.read(imagery.grid.window).image
    assert (seen == pixels).all()
    with pytest.raises(RasterError, match=r"gone\.tif"):
        open_imagery([f"{server.url}/{name}" for name in [*names[:3], "gone.tif", *names[3:]]])
