#!/bin/sh
# Installs into .venv what is missing, then passes every check: lint, format, types, layers, tests.
# Usage: sh scripts/test.sh [fast] [PYTEST ARGUMENT...]      fast: without the tests marked slow
. "$(dirname "$0")/environment.sh"
prepare test
qgis

if [ "${1:-}" = fast ]; then
    shift
    set -- -m "not slow" "$@"
fi
PATH="$(pwd)/.venv/bin:$PATH"
export PATH

ruff check .
ruff format --check .
mypy
lint-imports
bandit -q -r plugins/qgis/geoseg_qgis
detect-secrets-hook plugins/qgis/geoseg_qgis/*.py plugins/qgis/geoseg_qgis/*/*.py
exec python -m pytest "$@"
