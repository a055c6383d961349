package text

import "strings"

// formula is what programs take for the beginning of something to compute, and
// the sign that keeps them from it.
const formula = "=+-@\t\r\n'"

// Cell is s as a cell of a table: no spreadsheet computes what somebody wrote.
func Cell(s string) string {
	if s != "" && strings.Contains(formula, s[:1]) {
		return "'" + s
	}
	return s
}

// FromCell takes off again what Cell put before it.
func FromCell(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.Contains(formula, s[1:2]) {
		return s[1:]
	}
	return s
}
