# Sourced. start_postgres gives the tests a PostgreSQL of their own, in a
# folder that is removed at the end, and names it in PLAZA_TEST_POSTGRES. It
# leaves any cluster of the machine's alone.

PG_WHY=""
PG_VERSION=""

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

may_install() {
	command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

find_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$*"; else sh -c "$*"; fi; }

start_postgres() {
	if [ -n "${PLAZA_TEST_POSTGRES:-}" ]; then
		PG_VERSION="at PLAZA_TEST_POSTGRES"
		return
	fi
	local bin
	bin=$(find_postgres)
	if [ -z "$bin" ] && may_install; then
		echo "installing PostgreSQL for the tests"
		as_root apt-get update -qq </dev/null &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql </dev/null >/dev/null || true
		bin=$(find_postgres)
	fi
	if [ -z "$bin" ]; then
		PG_WHY="it is not installed and may not be installed from here"
		return
	fi
	PG_DIR=$(mktemp -d "${MEMORY:-/tmp}/plaza-pg.XXXXXX")
	[ "$(id -u)" = 0 ] && chown postgres "$PG_DIR"
	trap stop_postgres EXIT
	if ! as_postgres "$bin/initdb -D $PG_DIR/data -U plaza --auth=trust -E UTF8 --no-sync" >"$PG_DIR.log" 2>&1; then
		PG_WHY="initdb failed: $(tail -n 1 "$PG_DIR.log")"
		return
	fi
	PG_BIN=$bin
	PG_PORT=$(free_port)
	# fsync stays on: what these tests prove is what survives. Torn pages, which only
	# a power cut makes, and room to win back are no matter in some minutes.
	as_postgres "$bin/pg_ctl -D $PG_DIR/data -w -l $PG_DIR/log -o '-p $PG_PORT -k $PG_DIR -h 127.0.0.1 -c max_connections=200 -c full_page_writes=off -c autovacuum=off' start" >/dev/null
	export PLAZA_TEST_POSTGRES="postgres://plaza@127.0.0.1:$PG_PORT/postgres?sslmode=disable"
	PG_VERSION=$("$bin/postgres" --version | awk '{print $3}')
}

free_port() {
	local p
	while :; do
		p=$((20000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo "$p"; return; }
	done
}

stop_postgres() {
	[ -n "${PG_BIN:-}" ] && as_postgres "$PG_BIN/pg_ctl -D $PG_DIR/data -m immediate stop" >/dev/null 2>&1
	[ -n "${PG_DIR:-}" ] && rm -rf "$PG_DIR" "$PG_DIR.log"
	true
}
