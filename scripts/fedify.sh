# Sourced. find_fedify installs fedify, beside whose servers test/peers has
# Plaza live, in a folder that is removed at the end, and names that in
# PLAZA_TEST_FEDIFY.

FEDIFY_WHY=""
FEDIFY_VERSION=""

find_fedify() {
	if [ -n "${PLAZA_TEST_FEDIFY:-}" ]; then
		FEDIFY_VERSION="at PLAZA_TEST_FEDIFY"
		return
	fi
	if ! command -v npm >/dev/null; then
		FEDIFY_WHY="npm is not installed"
		return
	fi
	FEDIFY_DIR=$(mktemp -d /tmp/plaza-fedify.XXXXXX)
	trap 'stop_postgres; rm -rf "$FEDIFY_DIR"' EXIT
	cp test/peers/fedify/package.json "$FEDIFY_DIR"
	echo "installing fedify for the tests"
	if ! (cd "$FEDIFY_DIR" && npm install --silent --no-audit --no-fund --package-lock=false >/dev/null 2>&1); then
		FEDIFY_WHY="npm does not get it from here"
		return
	fi
	export PLAZA_TEST_FEDIFY=$FEDIFY_DIR
	FEDIFY_VERSION=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).version' "$FEDIFY_DIR/node_modules/@fedify/fedify/package.json")
}
