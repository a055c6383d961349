package conf

import (
	"strings"
	"testing"
)

func TestUnknownVariables(t *testing.T) {
	got := Unknown([]string{"PATH=/bin", "PLAZA_MAX_POST=5", "PLAZA_CONFIG=x", "PLAZA_TEST_POSTGRES=y", "PLAZA_MAXPOST=5", "PLAZA_LITSEN"})
	if len(got) != 2 || !strings.Contains(got[0], "PLAZA_MAX_POST") || !strings.Contains(got[1], "PLAZA_LISTEN") {
		t.Errorf("got %q", got)
	}
}
