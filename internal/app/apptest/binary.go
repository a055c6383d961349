package apptest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Build makes the program in a folder and returns its path, or that of one which
// PLAZA_TEST_BINARY names: all tests of a run have the same.
func Build(dir string) (plaza string, err error) {
	if made := os.Getenv("PLAZA_TEST_BINARY"); made != "" {
		return made, nil
	}
	plaza = filepath.Join(dir, "plaza")
	if out, err := exec.Command("go", "build", "-o", plaza, "github.com/plaza-social/plaza/cmd/plaza").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build plaza: %w\n%s", err, out)
	}
	return plaza, nil
}

// Binary is the program, for one test.
func Binary(t testing.TB) string {
	t.Helper()
	plaza, err := Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return plaza
}
