package text_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/base/text"
)

func TestCell(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "a": "a", "=cmd()": "'=cmd()", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\t=x": "'\t=x", "\r=x": "'\r=x", "\n=x": "'\n=x",
		"'=x": "''=x", "'": "''", "a=b": "a=b", "ä": "ä", "'x": "''x"} {
		got := text.Cell(in)
		if got != want {
			t.Errorf("%q is the cell %q, want %q", in, got, want)
		}
		if back := text.FromCell(got); back != in {
			t.Errorf("the cell %q is %q again, want %q", got, back, in)
		}
	}
	if got := text.FromCell("'s wonderful"); got != "'s wonderful" {
		t.Errorf("what others wrote is %q", got)
	}
}
