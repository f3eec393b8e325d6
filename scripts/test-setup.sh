#!/bin/sh
# Makes a machine ready for every test: the test lock, Chromium, and the environments of the independent clients.
set -eu
scripts=$(cd "$(dirname "$0")" && pwd -P)
root=${scripts%/*}
. "$scripts/install.sh"

python=$root/.venv/bin/python
cd "$root"
"$scripts/setup.sh" test

apt_install() {
    say "Installing $* with apt"
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
        >"$root/.venv/apt.log" 2>&1 </dev/null; then
        fail "apt" "$* did not install ($(last_words "$root/.venv/apt.log"))" "The whole story is in $root/.venv/apt.log"
    fi
}

may_use_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

if ! trouble=$("$python" -m tests.browser 2>&1 >/dev/null); then
    if [ -n "${SCREENER_CHROMIUM:-}" ]; then say "$trouble"; exit 1; fi
    if may_use_apt; then
        apt_install chromium libnss3-tools
    else
        say "Downloading Chromium with Playwright"
        "$python" -m playwright install chromium >"$root/.venv/playwright.log" 2>&1 </dev/null ||
            fail "Chromium" "was not found, and Playwright could not download it ($(last_words "$root/.venv/playwright.log"))" \
                "Install Chromium, or name one in SCREENER_CHROMIUM"
    fi
    "$python" -m tests.browser >/dev/null
fi

# Chromium trusts what stands in its NSS store, and certutil is what writes there.
if ! command -v certutil >/dev/null; then
    may_use_apt || fail "certutil" "was not found, and the browser tests need it" "Run: apt install libnss3-tools"
    apt_install libnss3-tools
fi

# A home of network namespaces is a router with these, and phones that dial in.
if [ "$(uname)" = Linux ]; then
    for need in nft:nftables dnsmasq:dnsmasq-base ip:iproute2 wg:wireguard-tools wireguard-go:wireguard-go systemd-analyze:systemd; do
        if ! command -v "${need%%:*}" >/dev/null; then
            if may_use_apt; then apt_install "${need#*:}"; else say "${need%%:*}: not found; the router's tests need it"; fi
        fi
    done
fi

# Firefox keeps a store of its own, and says no in its own way.
if ! command -v firefox-esr >/dev/null && ! command -v firefox >/dev/null && [ -z "${SCREENER_FIREFOX:-}" ]; then
    may_use_apt || fail "Firefox" "was not found, and the browser tests need it" "Install Firefox, or name one in SCREENER_FIREFOX"
    apt_install firefox-esr
fi

for lock in "$root"/tests/clients/*/requirements.lock; do
    if [ -f "$lock" ]; then
        client=${lock%/*}
        "$scripts/client-setup.sh" "${client##*/}" >/dev/null
    fi
done
