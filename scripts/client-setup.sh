#!/bin/sh
# Makes the environment of one independent client library, tests/clients/NAME/.venv, and prints the path of its Python.
set -eu
scripts=$(cd "$(dirname "$0")" && pwd -P)
. "$scripts/install.sh"

case ${1:-} in
    '' | */* | .*) fail "client-setup.sh" "\"${1:-}\" names no client" "Name a folder of tests/clients" ;;
esac
client=${scripts%/*}/tests/clients/$1
[ -f "$client/requirements.lock" ] || fail "$client" "has no requirements.lock" "Write requirements.in and run: make lock"

venv=$client/.venv
# Some libraries come as source only. What builds them is pinned too, and installed first.
build=$client/build.lock
isolation=''
stamp=$(cat "$client"/*.lock | cksum)

writable_folder "$venv"
if ! usable_venv "$venv"; then make_venv "$venv"; fi
if [ "$(cat "$venv/.stamp" 2>/dev/null)" != "$stamp" ]; then
    rm -f "$venv/.stamp"
    if [ -f "$build" ]; then
        install_lock "$venv" "$build"
        isolation=--no-build-isolation
    fi
    install_lock "$venv" "$client/requirements.lock" "$isolation"
    echo "$stamp" >"$venv/.stamp"
fi
echo "$venv/bin/python"
