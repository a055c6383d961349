#!/usr/bin/env bash
# Runs all tests, with the real engines and a real browser. What is missing is
# installed where that is allowed; what could not be had is said at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/memory.sh
. scripts/postgres.sh
. scripts/chromium.sh
. scripts/media.sh
. scripts/fedify.sh
. scripts/axe.sh
export GOFLAGS="-tags=nodynamic ${GOFLAGS:-}" # the decoders we bring along, not what the machine has
find_memory
start_postgres
find_chromium
find_media_tools
find_fedify
find_axe
BINARY_DIR=$(mktemp -d "${GOTMPDIR:-${TMPDIR:-/tmp}}/plaza-binary.XXXXXX") # where programs may be run
chmod 755 "$BINARY_DIR"
trap 'stop_postgres; rm -rf "${FEDIFY_DIR:-}" "$BINARY_DIR"; forget_memory' EXIT
go vet ./...
export PLAZA_TEST_BINARY=$BINARY_DIR/plaza # several tests run it
go build -ldflags=-w -o "$PLAZA_TEST_BINARY" ./cmd/plaza
# Looked at already, and without what a debugger needs: some seventy programs are linked.
quick="-p 2 -vet=off -ldflags=-w"
go test $quick ./cmd/... ./internal/...
go test $quick -count=1 -timeout 20m ./test/... # these run the program, which the test cache does not see
echo
echo "ran: SQLite (embedded)${PLAZA_TEST_POSTGRES:+, PostgreSQL $PG_VERSION}${PLAZA_TEST_CHROMIUM:+, $CHROMIUM_VERSION}${PLAZA_TEST_FEDIFY:+, fedify $FEDIFY_VERSION}${PLAZA_TEST_AXE:+, axe-core $AXE_VERSION}"
if [ -z "${PLAZA_TEST_POSTGRES:-}" ]; then
	echo "skipped: everything on PostgreSQL, because $PG_WHY"
fi
if [ -z "${PLAZA_TEST_CHROMIUM:-}" ]; then
	echo "skipped: everything in a browser, because $CHROMIUM_WHY"
fi
if [ -n "$MEDIA_WHY" ]; then
	echo "skipped: some or all of test/media, because $MEDIA_WHY"
fi
if [ -z "${PLAZA_TEST_FEDIFY:-}" ]; then
	echo "skipped: test/peers, because $FEDIFY_WHY"
fi
if [ -z "${PLAZA_TEST_AXE:-}" ]; then
	echo "skipped: axe-core in test/browser, because $AXE_WHY"
fi
