#!/bin/sh
# Installs into .venv what is missing, then does the main job once: a georeferenced scene, a phrase, its polygons.
# Usage: sh scripts/demo.sh
. "$(dirname "$0")/environment.sh"
prepare run

phrase="the red roofs"
start=$(date +%s)
mkdir -p demo
.venv/bin/geoseg-text scene demo/town.tif --seed 3 --size 512 512 --gsd 0.3 --crs EPSG:32635 --overwrite
.venv/bin/geoseg-text segment demo/town.tif -p "$phrase" -o demo/found.geojson --plot demo/found.png --overwrite
echo "Imagery demo/town.tif, phrase \"$phrase\", polygons demo/found.geojson, picture demo/found.png"
echo "Time after installation: $(($(date +%s) - start)) s"
