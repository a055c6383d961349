# Sourced. find_chromium names a browser for the tests in PLAZA_TEST_CHROMIUM,
# and installs one where that is allowed.

CHROMIUM_WHY=""
CHROMIUM_VERSION=""

find_chromium() {
	local found
	found=${PLAZA_TEST_CHROMIUM:-$(installed_chromium)}
	if [ -z "$found" ] && may_install; then
		echo "installing Chromium for the tests"
		as_root apt-get update -qq </dev/null &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium </dev/null >/dev/null || true
		found=$(installed_chromium)
	fi
	if [ -z "$found" ]; then
		CHROMIUM_WHY="Chromium is not installed and may not be installed from here"
		return
	fi
	if ! CHROMIUM_VERSION=$("$found" --version 2>/dev/null | awk '{print $1, $2}'); then
		CHROMIUM_WHY="$found does not start"
		return
	fi
	export PLAZA_TEST_CHROMIUM=$found
}

installed_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }
