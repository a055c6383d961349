package replica

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// missingFile stands beside a database that was brought back, until all files
// have been, too.
func missingFile(db string) string { return filepath.Join(filepath.Dir(db), "files-missing") }

const saysMissing = "Not all files have come back yet since the house was brought back: until then none is removed from the copies. If nothing is bringing them, plaza restore --files does."

// saysLost tells of files that are in a copy only.
func saysLost(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d files that belong to posts or people are not on this machine, and are in this copy: plaza restore --files brings them back.", n)
}

func markMissing(db string) error { return os.WriteFile(missingFile(db), nil, 0o600) }

// Missing reports whether a house was brought back, and some of its files may
// still be in the copies only. None is removed from there then for not being
// here.
func Missing(db string) bool {
	_, err := os.Lstat(missingFile(db))
	return !errors.Is(err, os.ErrNotExist)
}

// Whole notes that no file is missing any more.
func Whole(db string) error { return remove(missingFile(db)) }
