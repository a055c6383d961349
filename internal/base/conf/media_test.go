package conf

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
)

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"10GB": 10 * gigabyte, "1mb": megabyte, "2 TB": 2000 * gigabyte, "1500000B": 1_500_000, "100000GB": MaxRemoteBudget} {
		c, err := Load(env("PLAZA_MEDIA_REMOTE_BUDGET", text), Overrides{})
		if err != nil || c.Media.RemoteBudget != want {
			t.Errorf("%s: %d, %v; want %d", text, c.Media.RemoteBudget, err, want)
		}
	}
	for _, text := range []string{"10", "-1GB", "1.5GB", "GB", "999KB", "100001GB", "999999999999999TB", "0B"} {
		if _, err := Load(env("PLAZA_MEDIA_REMOTE_BUDGET", text), Overrides{}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, want Invalid", text, err)
		}
	}
	for n, want := range map[int64]string{10 * gigabyte: "10GB", 1_500 * megabyte: "1500MB", 1001: "1001B", 1000 * gigabyte: "1TB"} {
		if got := formatSize(n); got != want {
			t.Errorf("formatSize(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestStoreElsewhere(t *testing.T) {
	t.Parallel()
	whole := []string{"PLAZA_MEDIA_ENDPOINT", "https://S3.example.org/", "PLAZA_MEDIA_BUCKET", "plaza-media", "PLAZA_MEDIA_KEY", "k", "PLAZA_MEDIA_SECRET", "hush"}
	c, err := Load(env(whole...), Overrides{})
	if err != nil || c.Media.Endpoint != "https://s3.example.org" || c.Media.Secret.Reveal() != "hush" {
		t.Errorf("%v, %v", c.Media, err)
	}
	if strings.Contains(c.String(), "hush") {
		t.Error("the secret is shown")
	}
	for name, change := range map[string][]string{
		"media.endpoint": {"PLAZA_MEDIA_ENDPOINT", ""}, "media.bucket": {"PLAZA_MEDIA_BUCKET", ""}, "media.key": {"PLAZA_MEDIA_KEY", ""},
		"media.secret": {"PLAZA_MEDIA_SECRET", ""}, "media.endpoint ": {"PLAZA_MEDIA_ENDPOINT", "https://s3.example.org/bucket"}, "media.endpoint  ": {"PLAZA_MEDIA_ENDPOINT", "s3.example.org"},
		"media.bucket ": {"PLAZA_MEDIA_BUCKET", "Plaza_Media"}, "media.region": {"PLAZA_MEDIA_REGION", "a b"}, "media.prefix": {"PLAZA_MEDIA_PREFIX", "../x"},
	} {
		_, err := Load(env(append(append([]string{}, whole...), change...)...), Overrides{})
		if lines := strings.Split(errs.Public(err), "\n"); len(lines) != 1 || !strings.HasPrefix(lines[0], strings.TrimSpace(name)) {
			t.Errorf("%v: %q, want a line about %s", change, lines, name)
		}
	}
}
