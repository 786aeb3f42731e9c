# Sourced by demo.sh and test.sh: goes to the root of the checkout and makes .venv what they need.
# A virtual environment that is there already is kept (with its torch, say the CPU-only one, if it fits the pins).
set -eu
cd "$(dirname "$0")/.."

# Variables leaked by another GDAL, PROJ or Python would send ours to the wrong data and modules.
unset PROJ_DATA PROJ_LIB GDAL_DATA GDAL_DRIVER_PATH PYTHONPATH PYTHONHOME

fail() {
    echo "$*" >&2
    exit 1
}

# Whether this user may install Debian packages; says how in $as_root.
may_install() {
    command -v apt-get >/dev/null || return 1
    as_root=""
    if [ "$(id -u)" = 0 ]; then return 0; fi
    as_root="sudo -n"
    command -v sudo >/dev/null && sudo -n true 2>/dev/null
}

# Install Debian packages, or say which line is missing.
debian() {
    command -v apt-get >/dev/null || fail "Missing: Python 3.11 or later with its venv module; install them and try again."
    may_install || fail "Missing Debian packages, and this user may not install them. As root: apt-get install -y $*"
    echo "Installing Debian packages: $*"
    $as_root apt-get update -q || echo "apt-get update failed; trying with the package lists at hand" >&2
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# QGIS is for the tests of its plugin alone: they are skipped, and say so, where it is not there.
qgis() {
    if command -v qgis_process.bin >/dev/null && command -v xvfb-run >/dev/null && command -v xauth >/dev/null; then
        return
    fi
    if may_install; then
        debian qgis python3-qgis xvfb xauth
    else
        echo "Without QGIS its plugin's tests are skipped. As root: apt-get install -y qgis python3-qgis xvfb xauth" >&2
    fi
}

# Print the first Python >= 3.11; it has its venv module and pip's bootstrap if $1 is "whole".
find_python() {
    probe='import sys; assert sys.version_info >= (3, 11)'
    if [ "${1:-}" = whole ]; then probe="$probe; import ensurepip, venv"; fi
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c "$probe" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

make_venv() {
    if .venv/bin/python -c "" 2>/dev/null; then return; fi
    if ! python=$(find_python whole); then
        # Debian keeps venv and ensurepip apart from python3: one package for each version.
        if python=$(find_python) && [ "$python" != python3 ]; then debian "$python-venv"; else debian python3 python3-venv; fi
        python=$(find_python whole) || fail "Python 3.11 or later is needed; found: $(python3 --version 2>&1)"
    fi
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
}

# prepare run|test: install the package (with what the tests need), unless that was done for these very pins.
prepare() {
    make_venv
    stamp="$(pwd) $(cat pyproject.toml constraints.txt | cksum)"
    for done_for in test "$1"; do # what the tests need contains what a run needs
        if [ "$(cat ".venv/.prepared-$done_for" 2>/dev/null)" = "$stamp" ]; then return; fi
    done
    rm -f .venv/.prepared-*
    echo "Installing into .venv: with the CUDA build of torch several GB, some minutes. See the README for the CPU build."
    if [ -t 1 ]; then quiet=""; else quiet="-q"; fi
    pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install $quiet --retries 10 --timeout 60"
    $pip "pip>=25.1" # 25.1: the first that reads dependency groups
    if [ "$1" = test ]; then
        $pip -c constraints.txt -e ".[plot,train,cluster]" --group dev
    else
        $pip -c constraints.txt -e ".[plot]"
    fi
    echo "$stamp" >".venv/.prepared-$1"
}
