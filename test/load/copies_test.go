package main

import "testing"

// Who comes back too late is told so by how the program ends.
func TestMissed(t *testing.T) {
	in, late := restoring{Write: maxBack}, restoring{Write: maxBack + .1}
	if err := (copies{Restores: []restoring{in, in}}).missed(); err != nil {
		t.Errorf("in time: %v", err)
	}
	if err := (copies{Restores: []restoring{late, in}}).missed(); err == nil {
		t.Error("one is late, and it is no error")
	}
}
