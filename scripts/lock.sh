#!/bin/sh
# Compiles every lock again (--upgrade takes newer releases); --check only says whether they are current. Needs the package index.
set -eu
scripts=$(cd "$(dirname "$0")" && pwd -P)
root=${scripts%/*}
. "$scripts/install.sh"

check='' upgrade='' changed=''
for word in "$@"; do
    case $word in
        --check) check=yes ;;
        --upgrade) upgrade=--upgrade ;;
        *) fail "lock.sh" "\"$word\" is not an option" "Use --check or --upgrade" ;;
    esac
done

uv=$root/.venv/bin/uv
[ -x "$uv" ] || uv=$(command -v uv) || fail "uv" "was not found" "Run: sh scripts/setup.sh test"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The present lock goes in as a preference: what it pins stays, so a new release elsewhere does not make it stale.
compile() {
    lock=$1
    shift
    rm -f "$scratch/new.lock"
    if [ -f "$lock" ]; then cp "$lock" "$scratch/new.lock"; fi
    if ! UV_PYTHON_DOWNLOADS=never "$uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
        --python-version 3.13 $upgrade --output-file "$scratch/new.lock" "$@" >/dev/null 2>"$scratch/log"; then
        fail "$lock" "could not be compiled ($(last_words "$scratch/log"))" "Check the requirements and that the package index can be reached"
    fi
    if grep -q '://' "$scratch/new.lock"; then fail "$lock" "would hold an address" "Require packages by name only"; fi
    if cmp -s "$lock" "$scratch/new.lock"; then return; fi
    if [ -n "$check" ]; then
        fail "$lock" "is not what its requirements ask for" "Run: make lock"
    fi
    cp "$scratch/new.lock" "$lock"
    changed="$changed $lock"
}

cd "$root"
compile requirements.lock --group build pyproject.toml
compile requirements-dev.lock --group build --group dev --constraint requirements.lock pyproject.toml
for client in tests/clients/*/; do
    client=${client%/}
    if [ -f "$client/build.in" ]; then compile "$client/build.lock" "$client/build.in"; fi
    if [ -f "$client/requirements.in" ]; then compile "$client/requirements.lock" "$client/requirements.in"; fi
done
[ -n "$check" ] || echo "changed:${changed:- nothing}"
