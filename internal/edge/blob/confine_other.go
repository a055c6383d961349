//go:build !linux

package blob

func (c cell) lock() error { return nil }

func (t tool) lock() error { return nil }

// Confinement says what shuts makers in on this machine, and what is missing.
func Confinement() (has, missing []string) {
	return nil, []string{"limits of memory and time", "Landlock", "seccomp"}
}
