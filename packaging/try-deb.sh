#!/bin/sh
# Installs the built package in a bare Debian, looks whether it runs, removes it, and compares what is left; needs root.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
release=${1:-bookworm}
deb=$(find "${here%/*}/dist" -name 'screener_*.deb' | head -n 1)
say() { echo "$1" >&2; }
[ -n "$deb" ] || { say "dist: there is no package. Run: make deb"; exit 1; }
command -v debootstrap >/dev/null || { say "debootstrap: was not found. Run: apt install debootstrap"; exit 1; }

root=${2:-$(mktemp -d)}
mkdir -p "$root"
chmod 755 "$root"  # its own "/", which everybody in it must pass
if [ ! -e "$root/bin/sh" ]; then
    say "Making a bare $release in $root"
    debootstrap --variant=minbase "$release" "$root" >"$root.log" 2>&1
fi
tidy() { umount "$root/proc" 2>/dev/null || true; }
trap tidy EXIT
mount -t proc proc "$root/proc"
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
# What apt and dpkg write about themselves is not ours.
listed() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./var/lib/dpkg -o -path ./var/cache -o -path ./var/lib/apt \
    -o -path ./var/log -o -path ./tmp -o -path ./dev -o -path ./sys -o -path ./run \) -prune -o -print | sort); }

in_root apt-get update >/dev/null
cp "$deb" "$root/tmp/screener.deb"
# Its libraries first, so that what is compared is the package alone.
needs=$(dpkg-deb --field "$deb" Depends | tr -d ',' | sed 's/([^)]*)//g')
# shellcheck disable=SC2086
in_root apt-get install -y --no-install-recommends nftables $needs >"$root/tmp/log" 2>&1 || { tail -5 "$root/tmp/log"; exit 1; }
listed >"$root/tmp/before"
in_root dpkg -i /tmp/screener.deb
in_root screener --version
in_root stat -c '%U %a %n' /var/lib/screener
in_root screener router on --dry-run --home /var/lib/screener 2>&1 | head -n 3 || true
in_root su screener -s /bin/sh -c 'export SCREENER_HOME=/var/lib/screener; echo $$ >/tmp/pid; exec timeout 240 /usr/lib/screener/bin/screener up' \
    >"$root/tmp/up" 2>&1 &
up=$!
for _ in $(seq 1 480); do
    if grep -q 'Screener is running' "$root/tmp/up"; then break; fi
    sleep 0.5
done
grep 'Screener is running' "$root/tmp/up" || { cat "$root/tmp/up"; exit 1; }
kill "$(cat "$root/tmp/pid")" 2>/dev/null || true
wait "$up" || true
in_root dpkg --purge screener
listed >"$root/tmp/after"
diff "$root/tmp/before" "$root/tmp/after" && say "Nothing is left of it"
