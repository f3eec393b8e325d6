# How every set-up script here speaks, makes a virtual environment and fills it from a lock; sourced, never run.

# One language for the tools' messages, because the reasons below are found in them.
export LC_ALL=C PIP_USER=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1

python_mend='Install Python 3.13 with its venv module, or name one in SCREENER_PYTHON'

say() {
    echo "$1" >&2
}

fail() {
    say "$1: $2. $3."
    exit 1
}

# The last line of a log that says what went wrong, short enough for one line on a screen.
last_words() {
    { grep -iE 'error|fail|cause:' "$1" || cat "$1"; } | grep -vE '^[[:space:]]*$|^\[notice\]|note: This' | tail -n 1 |
        sed -e 's/^[[:space:]]*//' -e 's/[[:space:].]*$//' | cut -c 1-200
}

# A virtual environment that was moved, or left half made, still has a bin/python; so we note where it was made, last.
usable_venv() {
    [ -x "$1/bin/python" ] && [ "$(cat "$1/.made-at" 2>/dev/null)" = "$1" ] &&
        SCREENER_WANTED="${SCREENER_PYTHON:-}" "$1/bin/python" -I -c '
import os, subprocess, sys
wanted = os.environ["SCREENER_WANTED"]
if wanted:
    ask = "import os, sys; print(os.path.realpath(sys._base_executable))"
    wanted = subprocess.run([wanted, "-I", "-c", ask], capture_output=True, text=True).stdout.strip()
base = os.path.realpath(sys._base_executable)
sys.exit(sys.version_info < (3, 13) or bool(wanted and wanted != base))
' 2>/dev/null </dev/null
}

writable_folder() {
    if [ -e "$1" ] && [ ! -d "$1" ]; then fail "$1" "is in the way, and is not a folder" "Move it elsewhere and run again"; fi
    if trouble=$( { mkdir -p "$1" && touch "$1/.setup" && rm -f "$1/.setup"; } 2>&1); then return; fi
    case $trouble in
        *"No space left"* | *"quota"*) fail "$1" "the disk is full" "Free about 1 GB and run again" ;;
    esac
    fail "$1" "can't be written" "Copy the project to a folder of your own and run it there"
}

make_venv() {
    python=$("$scripts/find-python.sh") || exit 1
    # Emptied, not removed and remade whole, so that a folder that may not be replaced can still be used.
    find "$1" -mindepth 1 -delete
    say "Making $1 with $python"
    "$python" -I -m venv "$1" >"$1/setup.log" 2>&1 || explain "$1/setup.log" "$python"
    echo "$1" >"$1/.made-at"
}

# Installs exactly what the lock pins, by hash. uv is only quicker: where it is absent or fails, pip does the same.
install_lock() {
    count=$(grep -c '==' "$2")
    say "Installing what $2 pins ($count)"
    if [ "$count" -gt 50 ]; then say "The first time this takes a minute or two"; fi
    if command -v uv >/dev/null && UV_PYTHON_DOWNLOADS=never \
        uv pip install --python "$1/bin/python" --require-hashes --no-deps --compile-bytecode ${3:-} -r "$2" >"$1/setup.log" 2>&1; then
        return
    fi
    "$1/bin/python" -I -m pip install --require-hashes --no-deps ${3:-} -r "$2" >"$1/setup.log" 2>&1 || explain "$1/setup.log" "$2"
}

# Turns pages of an installer's output into one line: where, what, mend.
explain() {
    log=$1
    if grep -qiE 'no space left|disk quota' "$log"; then
        fail "${log%/*}" "the disk is full" "Free about 1 GB and run again"
    fi
    if grep -qE 'DO NOT MATCH THE HASHES|Hash mismatch' "$log"; then
        fail "$2" "a downloaded file is not the one that was pinned" "Try again; if it stays so, don't use it and report it"
    fi
    if grep -qE "command '[^']*(cc|clang|\+\+)' failed|No such file.*'[^']*(cc|clang|\+\+)'|Python\.h|error: linker|Unable to find a compiler|rustc|cargo" "$log"; then
        name=$(sed -nE 's/.*(Failed building wheel for |Failed to build [^(]*[(`]|build wheel for )([A-Za-z0-9._-]+).*/\2/p' "$log" | tail -n 1)
        name=${name:-$(sed -nE 's/^Collecting ([A-Za-z0-9._-]+).*/\1/p' "$log" | tail -n 1)}
        fail "${name:-a package}" "has no ready-made build for this machine, and there is no compiler to make one" \
            "Run: apt install build-essential python3-dev (or your system's like), then again"
    fi
    if grep -qiE 'NewConnectionError|name resolution|Max retries|ReadTimeout|Connection(Reset|Refused|Error)|connection (refused|reset|timed)|dns error|SSLError|ProxyError|No matching distribution' "$log"; then
        fail "${2##*/}" "the packages can't be downloaded ($(last_words "$log"))" "Check the network and pip's settings (pip config list), then run again"
    fi
    if grep -qiE 'Permission denied|Read-only file system' "$log"; then
        fail "${log%/*}" "can't be written" "Copy the project to a folder of your own and run it there"
    fi
    fail "$2" "the installation failed ($(last_words "$log"))" "The whole story is in $log"
}
