# Sourced. find_axe gets axe-core, which looks over all pages in test/browser, and
# names its script in PLAZA_TEST_AXE. It is fetched once, compared with what it was
# when we began to use it, and kept.

AXE_VERSION=4.14.1
AXE_SHA256=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
AXE_WHY=""

find_axe() {
	if [ -n "${PLAZA_TEST_AXE:-}" ]; then
		return
	fi
	local dir=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/plaza-test kept
	kept=$dir/axe-core-$AXE_VERSION.min.js
	if ! same_axe "$kept"; then
		if ! command -v npm >/dev/null; then
			AXE_WHY="npm is not installed"
			return
		fi
		echo "fetching axe-core for the tests"
		if ! fetch_axe "$kept"; then
			AXE_WHY="npm does not get version $AXE_VERSION from here, or not as it was"
			return
		fi
	fi
	export PLAZA_TEST_AXE=$kept
}

# It is there only once it is whole and the same: two runs may fetch it at once.
fetch_axe() {
	local fresh
	fresh=$(mktemp -d) || return 1
	mkdir -p "$(dirname "$1")" &&
		(cd "$fresh" && npm pack --silent "axe-core@$AXE_VERSION" >/dev/null 2>&1 && tar -xzf axe-core-*.tgz package/axe.min.js) &&
		same_axe "$fresh/package/axe.min.js" && cp "$fresh/package/axe.min.js" "$1.$$" && mv "$1.$$" "$1"
	local failed=$?
	rm -rf "$fresh"
	return $failed
}

same_axe() { [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$AXE_SHA256" ]; }
