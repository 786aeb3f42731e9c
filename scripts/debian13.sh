#!/bin/sh
# Passes the test command on Debian 13, whose QGIS (3.40) and Python (3.13) are newer, in a folder of its own.
# Usage, as root: sh scripts/debian13.sh FOLDER [ARGUMENT OF test.sh...]      e.g. -m slow tests/plugin
# FOLDER is made where it is missing (about 12 GB) and kept; tested is a clone of the last commit.
# The variables PIP_*, *_proxy and GEOSEG_SHARED are heeded; DEBIAN_MIRROR says where packages come from, and
# BINDS which other folders of this machine are seen, say those of a local package index.
set -eu
fail() {
    echo "$*" >&2
    exit 1
}
if [ $# = 0 ]; then fail "Usage: sh scripts/debian13.sh FOLDER [ARGUMENT OF test.sh...]"; fi
if [ "$(id -u)" != 0 ]; then fail "Only root may enter another Debian: sudo sh scripts/debian13.sh $*"; fi
command -v debootstrap >/dev/null || fail "Missing: apt-get install -y debootstrap"

if [ "${DEBIAN13_INSIDE:-}" = "" ]; then # mounts end with this run, whatever happens
    DEBIAN13_INSIDE=1 exec unshare --mount --pid --fork --kill-child sh "$0" "$@"
fi

checkout=$(cd "$(dirname "$0")/.." && pwd)
shared=${GEOSEG_SHARED:-$checkout/../shared}
mkdir -p "$1"
debian=$(cd "$1" && pwd)
shift
if [ ! -e "$debian/usr/bin/git" ]; then
    debootstrap --variant=minbase --include=ca-certificates,git,procps trixie "$debian" \
        "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
fi
cp /etc/resolv.conf /etc/hosts "$debian/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$debian/etc/ssl/certs/"
mount -t proc proc "$debian/proc"
mount --rbind /dev "$debian/dev"
for folder in ${BINDS:-}; do
    mkdir -p "$debian$folder"
    mount --bind "$folder" "$debian$folder"
done

project=$debian/root/project
if [ ! -e "$project" ]; then git clone -q "$checkout" "$project"; fi
git -C "$project" fetch -q origin HEAD
git -C "$project" reset -q --hard FETCH_HEAD
if [ -d "$shared" ]; then
    mkdir -p "$debian/root/shared"
    mount --bind "$shared" "$debian/root/shared"
fi
env | grep -E '^(PIP_[A-Z_]*|[a-z]*_proxy)=' | sed "s/=\(.*\)/='\1'/; s/^/export /" >"$debian/root/variables"
# shellcheck disable=SC2016
exec chroot "$debian" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    sh -c '. /root/variables; exec sh /root/project/scripts/test.sh "$@"' test.sh "$@"
