#!/usr/bin/env bash
# Has existing clients do, each against a server of its own, nearly all that
# they can: toot (the Debian package), masto and megalodon (from npm) and
# go-mastodon (a Go module). They are installed where that is allowed. A script
# counts its calls, looks at every answer, and fails if it makes fewer than 40.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/postgres.sh # for as_root, may_install and free_port

dir=$(mktemp -d)
plaza=$PWD/bin/plaza
export XDG_CONFIG_HOME=$dir/config
close() {
	[ -z "${server:-}" ] && return
	kill "$server" || true
	wait "$server" || true
	server=""
}
trap 'close; rm -rf "$dir"' EXIT
ROUTES=$("$plaza" routes --json | python3 -c 'import json, sys; print("\n".join(r["method"] + " " + r["path"] for r in json.load(sys.stdin)))')
export ROUTES

# house opens an empty server with ada, ben and cleo, and olga who looks after it.
house() {
	close
	local port role
	port=$(free_port)
	HOUSE=localhost:$port
	URL=http://$HOUSE
	PLAZA_DATA=$dir/of-$1
	export HOUSE URL PLAZA_DATA
	"$plaza" serve --listen 127.0.0.1:$port --url "$URL" >"$dir/$1.log" 2>&1 &
	server=$!
	for _ in $(seq 100); do curl -fs "$URL/healthz" >/dev/null && break; sleep 0.1; done
	for name in ada ben cleo olga; do
		role=user
		[ $name = olga ] && role=admin
		"$plaza" account create --username $name --email $name@example.com --password interop-password --role $role >/dev/null
	done
	local scopes="read write follow push"
	ADA=$("$plaza" token create --account ada --scopes "$scopes")
	BEN=$("$plaza" token create --account ben --scopes "$scopes")
	CLEO=$("$plaza" token create --account cleo --scopes "$scopes")
	OLGA=$("$plaza" token create --account olga --scopes "$scopes admin:read admin:write")
	export ADA BEN CLEO OLGA
}

skipped=""
missing() { skipped="$skipped
skipped: $1, because $2"; }

printf 'client\tversion\tcalls\t\n' >"$dir/table"

if ! command -v toot >/dev/null && may_install; then
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq toot </dev/null >/dev/null 2>&1 || true
fi
if command -v toot >/dev/null; then
	house toot
	/usr/bin/python3 test/interop/toots.py "$HOUSE" >>"$dir/table"
else
	missing toot "it is not installed and may not be installed from here"
fi

mkdir "$dir/npm"
cp test/interop/*.mjs test/interop/package.json "$dir/npm"
if command -v npm >/dev/null && (cd "$dir/npm" && npm install --silent --no-audit --no-fund --package-lock=false >/dev/null); then
	for client in masto megalodon; do
		house $client
		node "$dir/npm/$client.mjs" >>"$dir/table"
	done
else
	missing "masto and megalodon" "npm or its packages cannot be had here"
fi

if (cd test/interop/gomastodon && go build -o "$dir/go-mastodon" . 2>"$dir/go.log"); then
	house go-mastodon
	"$dir/go-mastodon" >>"$dir/table"
else
	missing go-mastodon "it does not build here: $(tail -n 1 "$dir/go.log")"
fi

echo
column -t -s "$(printf '\t')" "$dir/table"
echo "$skipped"
