package store

import (
	"context"
	"fmt"
)

// namedFiles is every place where a row names a file of the blob store. A file
// that none of them has is an orphan, and is removed: who adds a column adds
// it here. The pictures of accounts elsewhere are addresses.
const namedFiles = `
	SELECT file FROM media WHERE file <> '' AND file IN %[1]s
	UNION SELECT preview FROM media WHERE preview <> '' AND preview IN %[1]s
	UNION SELECT captions FROM media WHERE captions <> '' AND captions IN %[1]s
	UNION SELECT avatar FROM accounts WHERE avatar <> '' AND host = '' AND avatar IN %[1]s
	UNION SELECT header FROM accounts WHERE header <> '' AND host = '' AND header IN %[1]s
	UNION SELECT image FROM links WHERE image <> '' AND image IN %[1]s
	UNION SELECT file FROM emojis WHERE file IN %[1]s
	UNION SELECT still FROM emojis WHERE still IN %[1]s`

// NamedFiles returns those of names that some row names, in no order.
func (v *View) NamedFiles(ctx context.Context, names []string) ([]string, error) {
	return list[string](ctx, v, fmt.Sprintf(namedFiles, v.d.strList(1)), asJSON(names))
}
