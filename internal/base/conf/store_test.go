package conf

import (
	"strings"
	"testing"
)

func TestMediaStores(t *testing.T) {
	t.Parallel()
	path := file(t, `
db = "postgres://localhost/plaza"
[mirror]
to = "sftp://ada@web.example/srv/www"
secret = "hush"
host_key = "ssh-ed25519 AAAA"
[[media_store]]
url = "s3://one?endpoint=https://s3.example.org"
key = "me"
secret = "hush"
[[media_store]]
url = "sftp://plaza@other.example/srv/files"
`)
	c, err := Load(env("PLAZA_CONFIG", path), Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if all := c.MediaStores(); len(all) != 2 || all[0].Key != "me" || all[0].Secret.Reveal() != "hush" || all[1].URL != "sftp://plaza@other.example/srv/files" {
		t.Errorf("stores: %+v", all)
	}
	if at := c.Mirror.At("s3://x"); at.URL != "s3://x" || at.Secret.Reveal() != "hush" || at.HostKey == "" {
		t.Errorf("the mirror: %+v", at)
	}
	if all := c.String(); strings.Contains(all, "hush") {
		t.Errorf("what is shown: %s", all)
	}
	for _, test := range []struct {
		env  []string
		want string // parts of the one line, "" for no error
	}{
		{[]string{"PLAZA_MEDIA_STORE_4_URL", "file:///files"}, ""},
		{[]string{"PLAZA_MEDIA_STORE_1_URL", "plaza://other.example/files"}, ""},
		{[]string{"PLAZA_MEDIA_STORE_1_URL", "ftp://files"}, "media_store.1.url|not a place"},
		{[]string{"PLAZA_MEDIA_STORE_1_KEY", "me"}, "media_store.1.url|not a place"},
		{[]string{"PLAZA_MEDIA_STORE_1_URL", "sftp://me:pw@host/x"}, "password in it"},
		{[]string{"PLAZA_MEDIA_STORE_1_URL", "file:///a", "PLAZA_MEDIA_BUCKET", "files", "PLAZA_MEDIA_ENDPOINT", "https://s3.example.org", "PLAZA_MEDIA_KEY", "k", "PLAZA_MEDIA_SECRET", "s"}, "media.bucket already"},
		{[]string{"PLAZA_MEDIA_STORE_1_URL", "file:///a", "PLAZA_MEDIA_STORE_3_URL", "file:///a"}, "two stores"},
		{[]string{"PLAZA_MIRROR_TO", "plaza://other.example/mirror"}, "mirror.to|not a place"},
		{[]string{"PLAZA_MIRROR_TO", "s3://bucket?region=x"}, ""},
		{[]string{"PLAZA_MIRROR_TO", "/srv/mirror"}, ""},
		{[]string{"PLAZA_REPLICA_1_URL", "plaza://other.example/us", "PLAZA_REPLICA_1_RECIPIENT", recipient}, ""},
		{[]string{"PLAZA_LEASE_URL", "plaza://third.example/us"}, ""},
	} {
		_, err := Load(env(test.env...), Overrides{})
		if test.want == "" && err != nil {
			t.Errorf("%v: %v", test.env, err)
		}
		for part := range strings.SplitSeq(test.want, "|") {
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), part)) {
				t.Errorf("%v: %v, want %q", test.env, err, part)
			}
		}
	}
}
