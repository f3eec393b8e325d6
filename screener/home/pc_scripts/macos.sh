#!/bin/sh
# Screener on a Mac: has this Mac's browsers ask Screener about the watched sites, and trust its certificate.
# It changes nothing else, says what it does, and may ask for your password. To undo all of it:  sh FILE undo
set -eu
PAC='@@PAC@@'
NAME='@@CA_NAME@@'
kept="$HOME/Library/Application Support/Screener"
certificate="$kept/certificate.pem"

services() { networksetup -listallnetworkservices | sed -e 1d -e '/^\*/d'; }

do_it() {
    mkdir -p "$kept"
    cat >"$certificate" <<'CERTIFICATE'
@@CERTIFICATE@@CERTIFICATE
    security add-trusted-cert -r trustRoot -p ssl -k "$HOME/Library/Keychains/login.keychain-db" "$certificate"
    echo "trusted: $NAME"
    services | while read -r service; do
        networksetup -setautoproxyurl "$service" "$PAC"
        networksetup -setautoproxystate "$service" on
        echo "proxy: $service"
    done
    echo "Done. Open https://screener.home.arpa/"
}

undo() {
    services | while read -r service; do
        if networksetup -getautoproxyurl "$service" | grep -qF "$PAC"; then
            networksetup -setautoproxystate "$service" off
            echo "proxy taken out: $service"
        fi
    done
    if [ -f "$certificate" ]; then
        security remove-trusted-cert "$certificate" || true
        security delete-certificate -Z '@@SHA1@@' "$HOME/Library/Keychains/login.keychain-db" || true
    fi
    rm -rf "$kept"
    echo "Undone."
}

case "${1:-do}" in
    do) do_it ;;
    undo) undo ;;
    *) echo "usage: sh $0 [undo]"; exit 2 ;;
esac
