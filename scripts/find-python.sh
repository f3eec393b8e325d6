#!/bin/sh
# Prints the path of a working Python 3.13 or newer; where there is none, lets uv fetch one.
set -eu
. "$(dirname "$0")/install.sh"

# A shim or a leftover link may carry the right name and still not run, so a candidate counts only once it has answered.
probe() {
    "$1" -I -c '
import struct, sys
version = "%d.%d" % sys.version_info[:2]
if sys.version_info < (3, 13):
    print("old " + version)
elif struct.calcsize("P") < 8:
    print("narrow " + version)
else:
    try:
        import ensurepip, venv
        print("good " + (getattr(sys, "_base_executable", "") or sys.executable))
    except ImportError:
        print("bare " + version)
' 2>/dev/null </dev/null || echo "broken"
}

# Remembers the candidate that came nearest, because its fault is the one worth telling.
bare='' narrow='' old=''
try() {
    answer=$(probe "$1")
    case $answer in
        good\ *) echo "${answer#good }"; exit 0 ;;
        bare\ *) bare=${bare:-"$1 ${answer#bare }"} ;;
        narrow\ *) narrow=${narrow:-$1} ;;
        old\ *) old=${old:-"$1 ${answer#old }"} ;;
    esac
}

try_path() {
    rest=$PATH:
    while [ -n "$rest" ]; do
        folder=${rest%%:*} rest=${rest#*:}
        if [ -x "${folder:-.}/$1" ]; then try "${folder:-.}/$1"; fi
    done
}

refuse_bare() {
    mend="Install the venv module of Python ${1##* }"
    if command -v apt-get >/dev/null; then mend="Run: apt install python${1##* }-venv"; fi
    fail "${1% *}" "can't make a virtual environment, its venv module is missing" "$mend"
}

if [ -n "${SCREENER_PYTHON:-}" ]; then
    try "$SCREENER_PYTHON"
    [ -z "$bare" ] || refuse_bare "$bare"
    [ -z "$narrow" ] || fail "SCREENER_PYTHON" "$narrow is a 32-bit Python" "Name a 64-bit one"
    [ -z "$old" ] || fail "SCREENER_PYTHON" "${old% *} is Python ${old##* }" "Name one of 3.13 or newer"
    fail "SCREENER_PYTHON" "$SCREENER_PYTHON does not run" "Name a working Python 3.13 or newer"
fi

for name in python3.14 python3.13 python3; do try_path "$name"; done
for candidate in "${PYENV_ROOT:-${HOME:-/}/.pyenv}"/versions/3.1[3-9]*/bin/python; do
    if [ -x "$candidate" ]; then try "$candidate"; fi
done

# Better to name the one missing package than to fetch a second Python beside a good one.
[ -z "$bare" ] || refuse_bare "$bare"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    maker='' venvless=''
    for name in python3 python3.12 python3.11 python3.10 python3.9; do
        found=$(command -v "$name" || true)
        if [ -n "$found" ] && "$found" -I -c 'import venv' 2>/dev/null; then
            if "$found" -I -c 'import ensurepip' 2>/dev/null; then maker=$found; break; fi
            venvless=$found
        fi
    done
    if [ -n "$maker" ]; then
        say "No Python 3.13 here; asking uv to fetch one."
        awk '/^uv==/ { on = 1 } on { print } on && !/\\$/ { exit }' "$(dirname "$0")/../requirements-dev.lock" >"$scratch/uv.lock"
        if "$maker" -I -m venv "$scratch/venv" >"$scratch/log" 2>&1 &&
            "$scratch/venv/bin/python" -I -m pip install --disable-pip-version-check --no-input --require-hashes --no-deps \
                -r "$scratch/uv.lock" >>"$scratch/log" 2>&1; then
            uv=$scratch/venv/bin/uv
        else
            fail "Python" "3.13 or newer is not here, and uv, which could fetch it, did not install ($(last_words "$scratch/log"))" "$python_mend"
        fi
    elif [ -n "$venvless" ]; then
        fail "$venvless" "is older than 3.13 and its venv module is missing, so that a newer one can't be fetched" \
            "Install Python 3.13, or run: apt install python3-venv"
    fi
fi

if [ -n "$uv" ]; then
    UV_PYTHON_DOWNLOADS=never "$uv" python find --no-project --system '>=3.13' >"$scratch/found" 2>/dev/null || true
    found=$(cat "$scratch/found")
    if [ -n "$found" ]; then try "$found"; fi
    if UV_PYTHON_DOWNLOADS=automatic "$uv" python install 3.13 >"$scratch/log" 2>&1; then
        found=$(UV_PYTHON_PREFERENCE=only-managed UV_PYTHON_DOWNLOADS=never "$uv" python find --no-project 3.13 2>/dev/null || true)
        if [ -n "$found" ]; then try "$found"; fi
    fi
    fail "Python" "3.13 or newer is not here, and uv could not fetch it ($(last_words "$scratch/log"))" "$python_mend"
fi

[ -z "$narrow" ] || fail "$narrow" "is a 32-bit Python" "Screener needs a 64-bit system"
[ -z "$old" ] || fail "${old% *}" "is Python ${old##* }, and Screener needs 3.13 or newer" "$python_mend"
fail "Python" "none was found" "$python_mend"
