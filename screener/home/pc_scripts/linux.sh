#!/bin/sh
# Screener on a Linux computer: has this user's browsers ask Screener about the watched sites, and trust its certificate.
# It changes nothing else, needs no administrator, and says what it does. To undo all of it:  sh FILE undo
set -eu
PAC='@@PAC@@'
NAME='@@NAME@@'
kept="${XDG_CONFIG_HOME:-$HOME/.config}/screener"
certificate="$kept/certificate.pem"

stores() {
    for db in "$HOME/.pki/nssdb" "$HOME/snap/chromium/current/.pki/nssdb"; do
        if [ -d "$db" ]; then printf '%s\n' "$db"; fi
    done
    for base in "$HOME/.mozilla/firefox" "$HOME/snap/firefox/common/.mozilla/firefox" \
        "$HOME/.var/app/org.mozilla.firefox/.mozilla/firefox"; do
        for profile in "$base"/*/; do
            if [ -f "$profile/prefs.js" ]; then printf '%s\n' "${profile%/}"; fi
        done
    done
}

gnome() { command -v gsettings >/dev/null && gsettings writable org.gnome.system.proxy mode >/dev/null 2>&1; }

do_it() {
    command -v certutil >/dev/null || { echo "certutil is missing. Install it first: sudo apt install libnss3-tools"; exit 1; }
    [ -d "${kept%/*}" ] || first=yes
    mkdir -p "$kept"
    [ "${first:-}" != yes ] || : >"$kept/config"
    cat >"$certificate" <<'CERTIFICATE'
@@CERTIFICATE@@CERTIFICATE
    if [ ! -d "$HOME/.pki/nssdb" ]; then
        [ -d "$HOME/.pki" ] || : >"$kept/pki"
        : >"$kept/nssdb"
        mkdir -p "$HOME/.pki/nssdb"
        certutil -d "sql:$HOME/.pki/nssdb" -N --empty-password
    fi
    stores | while read -r db; do
        certutil -d "sql:$db" -A -t C,, -n "$NAME" -i "$certificate"
        echo "trusted: $db"
        if [ -f "$db/prefs.js" ]; then
            printf '%s\n' 'user_pref("network.proxy.type", 2); // screener' \
                "user_pref(\"network.proxy.autoconfig_url\", \"$PAC\"); // screener" >>"$db/user.js"
            echo "proxy: $db/user.js"
        fi
    done
    if gnome; then
        [ -f "$kept/gnome" ] || { gsettings get org.gnome.system.proxy mode; gsettings get org.gnome.system.proxy autoconfig-url; } >"$kept/gnome"
        gsettings set org.gnome.system.proxy autoconfig-url "$PAC"
        gsettings set org.gnome.system.proxy mode auto
        echo "proxy: GNOME"
    fi
    write=$(command -v kwriteconfig6 || command -v kwriteconfig5 || true)
    read=$(command -v kreadconfig6 || command -v kreadconfig5 || true)
    if [ -n "$write" ] && [ -n "$read" ]; then
        if [ ! -f "$kept/kde" ]; then
            [ -f "${kept%/*}/kioslaverc" ] || : >"$kept/kioslaverc"
            { "$read" --file kioslaverc --group 'Proxy Settings' --key ProxyType
                "$read" --file kioslaverc --group 'Proxy Settings' --key 'Proxy Config Script'; } >"$kept/kde"
        fi
        "$write" --file kioslaverc --group 'Proxy Settings' --key 'Proxy Config Script' "$PAC"
        "$write" --file kioslaverc --group 'Proxy Settings' --key ProxyType 2
        echo "proxy: KDE"
    fi
    echo "Done. Close the browsers and open them again, then open https://screener.home.arpa/"
}

back() {
    if [ -n "$3" ]; then "$1" --file kioslaverc --group 'Proxy Settings' --key "$2" "$3"
    else "$1" --file kioslaverc --group 'Proxy Settings' --key "$2" --delete; fi
}

undo() {
    stores | while read -r db; do
        certutil -d "sql:$db" -D -n "$NAME" 2>/dev/null && echo "no longer trusted: $db" || true
        for file in "$db/user.js" "$db/prefs.js"; do
            if [ -f "$file" ] && grep -q -e '// screener$' -e "$PAC" "$file"; then
                sed -i -e '/\/\/ screener$/d' -e '/"network.proxy.autoconfig_url"/d' -e '/"network.proxy.type", 2)/d' "$file"
                [ -s "$file" ] || rm "$file"
                echo "proxy taken out: $file"
            fi
        done
    done
    if [ -f "$kept/gnome" ]; then
        gsettings set org.gnome.system.proxy mode "$(sed -n 1p "$kept/gnome")"
        gsettings set org.gnome.system.proxy autoconfig-url "$(sed -n 2p "$kept/gnome")"
    fi
    if [ -f "$kept/kde" ]; then
        write=$(command -v kwriteconfig6 || command -v kwriteconfig5)
        back "$write" ProxyType "$(sed -n 1p "$kept/kde")"
        back "$write" 'Proxy Config Script' "$(sed -n 2p "$kept/kde")"
        if [ -f "$kept/kioslaverc" ] && [ ! -s "${kept%/*}/kioslaverc" ]; then rm -f "${kept%/*}/kioslaverc"; fi
    fi
    # The store that was made goes again, unless others keep certificates there by now.
    if [ -f "$kept/nssdb" ] && ! certutil -d "sql:$HOME/.pki/nssdb" -L | sed 1,4d | grep -q .; then
        for file in cert9.db key4.db pkcs11.txt; do rm -f "$HOME/.pki/nssdb/$file"; done
        rmdir "$HOME/.pki/nssdb" 2>/dev/null || true
        if [ -f "$kept/pki" ]; then rmdir "$HOME/.pki" 2>/dev/null || true; fi
    fi
    if [ -f "$kept/config" ]; then made="${kept%/*}"; fi
    rm -rf "$kept"
    if [ -n "${made:-}" ]; then rmdir "$made" 2>/dev/null || true; fi
    echo "Undone. Close the browsers and open them again."
}

case "${1:-do}" in
    do) do_it ;;
    undo) undo ;;
    *) echo "usage: sh $0 [undo]"; exit 2 ;;
esac
