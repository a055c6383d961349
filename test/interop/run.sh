#!/usr/bin/env bash
# Tries two existing clients against a server of their own: toot (the Debian
# package) and masto (from npm). Each is installed where that is allowed.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/postgres.sh # for as_root and may_install

dir=$(mktemp -d)
port=9137
export PLAZA_DATA=$dir/data URL=http://localhost:$port XDG_CONFIG_HOME=$dir/config
plaza=$PWD/bin/plaza
"$plaza" serve --listen 127.0.0.1:$port >"$dir/log" 2>&1 &
server=$!
trap 'kill $server; wait $server || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do curl -fs "$URL/healthz" >/dev/null && break; sleep 0.1; done
for name in ada ben; do
	"$plaza" account create --username $name --email $name@example.com --password interop-password >/dev/null
done

if ! command -v toot >/dev/null && may_install; then
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq toot </dev/null >/dev/null
fi
if command -v toot >/dev/null; then
	python3 test/interop/toot.py "localhost:$port"
else
	echo "skipped: toot, because it is not installed and may not be installed from here"
fi

cp test/interop/masto.mjs test/interop/package.json "$dir"
if command -v npm >/dev/null && (cd "$dir" && npm install --silent --no-audit --no-fund >/dev/null); then
	TOKEN=$("$plaza" token create --account ada) OTHER=$("$plaza" token create --account ben) node "$dir/masto.mjs"
else
	echo "skipped: masto, because npm or its packages cannot be had here"
fi
