#!/bin/sh
# Makes the bundle of the rule page's editor anew and writes its hash down; needs Node and the package index.
set -eu
cd "$(dirname "$0")/editor"
npm ci --no-audit --no-fund --ignore-scripts
node node_modules/esbuild/install.js
npm run -s build
cd ../..
vendor=screener/web/static/vendor
mv scripts/editor/codemirror.min.js "$vendor/"
cp scripts/editor/node_modules/codemirror/LICENSE "$vendor/LICENSE.codemirror"
rm -rf scripts/editor/node_modules
for name in codemirror.min.js LICENSE.codemirror; do
  sed -i "/  $name\$/d" "$vendor/SHA256SUMS"
  (cd "$vendor" && sha256sum "$name") >>"$vendor/SHA256SUMS"
done
