#!/bin/sh
# Builds a Debian package from the hash-pinned lock: `make deb`, into dist/. It runs on the release it was built on.
#
# Everything lies in /usr/lib/screener. Where the system has a Python 3.13 of its own, that one is used and depended on;
# else the one that builds is taken along.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
root=${here%/*}
scripts=$root/scripts
. "$scripts/install.sh"

for tool in dpkg-deb dpkg fakeroot; do
    [ "$tool" = fakeroot ] && [ "$(id -u)" = 0 ] && continue
    command -v "$tool" >/dev/null || fail "$tool" "was not found" "Run: apt install dpkg-dev fakeroot"
done
cd "$root"
python=$("$scripts/find-python.sh") || exit 1
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
arch=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
stage=$work/stage
lib=$stage/usr/lib/screener
mkdir -p "$lib/bin" "$root/dist"

base=$("$python" -I -c 'import sys; print(sys.base_prefix)')
if [ "$base" = /usr ]; then
    interpreter=/usr/bin/python3.13
    needs="python3.13"
else
    say "Taking along the Python of $base"
    interpreter=/usr/lib/screener/python/bin/python3.13
    mkdir -p "$lib/python/bin" "$lib/python/lib"
    cp "$base/bin/python3.13" "$lib/python/bin/"
    (cd "$base/lib" && tar cf - --exclude=test --exclude=tests --exclude=idlelib --exclude=turtledemo --exclude=tkinter \
        --exclude=ensurepip --exclude=site-packages --exclude=__pycache__ --exclude='config-3.13*' python3.13) |
        tar xf - -C "$lib/python/lib"
    mkdir -p "$lib/python/lib/python3.13/site-packages"
    rm -f "$lib/python/lib/python3.13/lib-dynload/"_tkinter* "$lib/python/lib/python3.13/lib-dynload/"_test*
    if [ -e "$base/lib/libpython3.13.so.1.0" ]; then
        command -v patchelf >/dev/null || fail "patchelf" "was not found, and this Python needs it" "Run: apt install patchelf"
        cp "$base/lib/libpython3.13.so.1.0" "$lib/python/lib/"
        patchelf --set-rpath "\$ORIGIN/../lib" "$lib/python/bin/python3.13"
    fi
    needs=
fi

say "Installing what requirements.lock pins into the package"
site=$lib/lib/python3.13/site-packages
mkdir -p "$site"
"$python" -I -m venv "$work/build" >"$work/log" 2>&1 || explain "$work/log" "$python"
install_lock "$work/build" "$root/requirements.lock"
(cd "$work/build/lib/python3.13/site-packages" && tar cf - --exclude=__pycache__ --exclude=pip --exclude='pip-*' \
    --exclude=hatchling --exclude='hatchling-*' --exclude=editables --exclude='editables-*' .) | tar xf - -C "$site"
"$work/build/bin/python" -I -m pip wheel --no-index --no-deps --no-build-isolation --wheel-dir "$work/wheel" "$root" \
    >"$work/log" 2>&1 || explain "$work/log" "$root"
"$work/build/bin/python" -I -m pip install --no-index --no-deps --no-compile --target "$site" "$work"/wheel/*.whl \
    >"$work/log" 2>&1 || explain "$work/log" "$root"
rm -rf "${site:?}/bin"
find "$site" -name direct_url.json -delete

# A virtual environment at its final place, without a trace of the place where it was built.
cat >"$lib/pyvenv.cfg" <<EOF
home = ${interpreter%/*}
include-system-site-packages = false
version = 3.13
EOF
ln -s "$interpreter" "$lib/bin/python"
cat >"$lib/bin/screener" <<'EOF'
#!/usr/lib/screener/bin/python -I
from screener.cli import main

main()
EOF
mkdir -p "$stage/usr/bin"
cat >"$stage/usr/bin/screener" <<'EOF'
#!/bin/sh
# The system's own Screener lives in /var/lib/screener; SCREENER_HOME or --home name another.
SCREENER_HOME=${SCREENER_HOME:-/var/lib/screener}
export SCREENER_HOME
exec /usr/lib/screener/bin/screener "$@"
EOF
chmod 755 "$lib/bin/screener" "$stage/usr/bin/screener"
"$python" -I -m compileall -q -j 0 -s "$stage" -p / "$lib" >"$work/log" 2>&1 || say "Some files could not be compiled"

mkdir -p "$stage/usr/lib/systemd/system" "$stage/usr/share/doc/screener"
cp "$here"/systemd/*.service "$stage/usr/lib/systemd/system/"
cp docs/router.md config.example.yaml CHANGELOG.md "$stage/usr/share/doc/screener/"
cp LICENSE "$stage/usr/share/doc/screener/copyright"

# What the compiled parts need of the system they were built on.
needed=$(find "$lib" -type f \( -name '*.so*' -o -name 'python3.13' \) -exec ldd {} + 2>/dev/null |
    sed -nE 's/.*=> (\/[^ ]+) \(.*/\1/p' | grep -v "^$work" | sort -u)
for file in $needed; do
    real=$(readlink -f "$file")
    dpkg -S "$file" 2>/dev/null || dpkg -S "$real" 2>/dev/null || dpkg -S "/usr$file" 2>/dev/null || true
done | sed 's/:.*//' | grep -E '^(lib|zlib)' | sort -u >"$work/libraries"
depends=$( (for each in $needs adduser; do echo "$each"; done; cat "$work/libraries") | paste -sd, | sed 's/,/, /g')

mkdir "$stage/DEBIAN"
size=$(du -sk --exclude=DEBIAN "$stage" | cut -f1)
cat >"$stage/DEBIAN/control" <<EOF
Package: screener
Version: $version
Architecture: $arch
Maintainer: Screener <screener@example.com>
Installed-Size: $size
Depends: $depends
Recommends: nftables, dnsmasq
Section: net
Priority: optional
Description: tells parents when a stranger on a social platform behaves like those in police reports
 A proxy copies what watched platforms tell the family's browsers, and rules weigh it. It never delays, blocks or
 alters traffic, everything stays at home, and whoever is looked after can see that they are.
EOF
cp "$here/debian/postinst" "$here/debian/prerm" "$here/debian/postrm" "$stage/DEBIAN/"
chmod 755 "$stage/DEBIAN/postinst" "$stage/DEBIAN/prerm" "$stage/DEBIAN/postrm"
find "$stage" -type d -exec chmod 755 {} +

deb=$root/dist/screener_${version}_$arch.deb
pack="dpkg-deb --root-owner-group -Zzstd -z9 --build"
$pack "$stage" "$deb" >"$work/log" 2>&1 || fail "dpkg-deb" "could not pack ($(last_words "$work/log"))" "Is the disk full?"
say "$deb ($(du -h "$deb" | cut -f1), $((size / 1024)) MB installed)"
