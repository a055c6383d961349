//go:build !linux

package main

import (
	"os"
	"testing"
)

func terminal(t *testing.T) (screen, keys *os.File) {
	t.Skip("terminals are made on Linux only")
	return nil, nil
}
