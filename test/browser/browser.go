// Package browser tries the pages in a real browser: with the script and
// without it, on small and large screens, light and dark. Its tests are skipped
// where there is no browser; scripts/test.sh finds one or installs it.
package browser
