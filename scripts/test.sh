#!/bin/sh
# Installs into .venv what is missing, then passes every check: lint, format, types, layers, tests.
# Usage: sh scripts/test.sh [fast] [PYTEST ARGUMENT...]      fast: without the tests marked slow
. "$(dirname "$0")/environment.sh"
prepare test
qgis

if [ "${1:-}" = fast ]; then
    shift
    # A process for each core and a thread in each; what a module makes once is made by one of them.
    OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
    export OMP_NUM_THREADS
    set -- -m "not slow" -n auto --maxprocesses 4 --dist loadfile "$@"
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
