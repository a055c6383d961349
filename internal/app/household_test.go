package app

import "testing"

func TestHousehold(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"198.51.100.7:80":           "198.51.100.7:80",
		"127.0.0.1:80":              "127.0.0.1:80",
		"[::1]:80":                  "[::1]:80",
		"[::ffff:198.51.100.7]:80":  "[::ffff:198.51.100.7]:80",
		"[2001:db8:1:2:3:4:5:6]:80": "[2001:db8:1:2::]:80",
		"[fe80::1%eth0]:80":         "[fe80::]:80",
		"@":                         "@",
	} {
		if got := household(remote); got != want {
			t.Errorf("household(%q) = %q, want %q", remote, got, want)
		}
	}
}
