#!/bin/sh
# Makes .venv and installs Screener into it from the hash-pinned lock; `setup.sh test` adds what the tests need.
set -eu
scripts=$(cd "$(dirname "$0")" && pwd -P)
root=${scripts%/*}
. "$scripts/install.sh"

venv=$root/.venv
kind=${1:-run}
cd "$root"

case $kind in
    run) lock=$root/requirements.lock ;;
    test) lock=$root/requirements-dev.lock ;;
    *) fail "setup.sh" "\"$kind\" is not a set-up" "Use run or test" ;;
esac

# What an installed set is known by. The lock of the tests holds that of a run, so a current test set serves both.
stamp_of() {
    case $1 in
        run) cat requirements.lock pyproject.toml | cksum ;;
        test) cat requirements.lock requirements-dev.lock pyproject.toml | cksum ;;
    esac
}

current() {
    [ -x "$venv/bin/screener" ] && [ "$(cat "$venv/.stamp-$1" 2>/dev/null)" = "$(stamp_of "$1")" ]
}

writable_folder "$venv"
if ! usable_venv "$venv"; then make_venv "$venv"; fi
if current test; then exit 0; fi
if [ "$kind" = run ] && current run; then exit 0; fi

# Gone before we begin, so that an installation broken off half-way is never taken for a whole one.
rm -f "$venv/.stamp-run" "$venv/.stamp-test"
install_lock "$venv" "$lock"
"$venv/bin/python" -I -m pip install --no-index --no-deps --no-build-isolation --editable "$root" >>"$venv/setup.log" 2>&1 ||
    explain "$venv/setup.log" "$root"
"$venv/bin/screener" --help >>"$venv/setup.log" 2>&1 ||
    fail "$venv/bin/screener" "was installed but does not start ($(last_words "$venv/setup.log"))" "The whole story is in $venv/setup.log"
stamp_of "$kind" >"$venv/.stamp-$kind"
say "Screener is installed in $venv"
