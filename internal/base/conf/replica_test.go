package conf

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const recipient = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"

func TestReplicasInTheFile(t *testing.T) {
	t.Parallel()
	path := file(t, fmt.Sprintf(`
durability = "replica"
replica_every = "200ms"
daily_keep = 3
[[replica]]
url = "s3://bucket/plaza?endpoint=https://s3.example.org"
recipient = %q
key = "me"
secret = "hush"
[[replica]]
url = "file:///mnt/other"
recipient = %q
[lease]
url = "sftp://plaza@third.example/srv/lease"
ttl = "9s"
`, recipient, recipient))
	c, err := Load(env("PLAZA_CONFIG", path, "PLAZA_REPLICA_2_URL", "file:///mnt/elsewhere"), Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	copies := c.Copies()
	if len(copies) != 2 || copies[0].Key != "me" || copies[0].Secret.Reveal() != "hush" || copies[1].URL != "file:///mnt/elsewhere" || copies[1].Recipient != recipient {
		t.Errorf("copies: %+v", copies)
	}
	if c.Durability != Copied || c.ReplicaEvery != 200*time.Millisecond || c.DailyKeep != 3 || c.Lease.URL != "sftp://plaza@third.example/srv/lease" || c.Lease.TTL != 9*time.Second {
		t.Errorf("%v", c)
	}
	if all := c.String(); strings.Contains(all, "hush") || strings.Contains(all, "replica.3") || !strings.Contains(all, "replica.1.secret=[hidden]") {
		t.Errorf("what is shown: %s", all)
	}
}

func TestWrongReplicas(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		env  []string
		want string // parts of the one line, "" for no error
	}{
		{[]string{"PLAZA_REPLICA_4_URL", "file:///copy", "PLAZA_REPLICA_4_RECIPIENT", recipient}, ""},
		{[]string{"PLAZA_REPLICA_1_URL", "sftp://me@other:2222/x", "PLAZA_REPLICA_1_RECIPIENT", recipient}, ""},
		{[]string{"PLAZA_REPLICA_1_URL", "ftp://copy", "PLAZA_REPLICA_1_RECIPIENT", recipient}, "replica.1.url|not a place for copies|s3://"},
		{[]string{"PLAZA_REPLICA_1_URL", "sftp://me:pw@host/x", "PLAZA_REPLICA_1_RECIPIENT", recipient}, "replica.1.url|password in it"},
		{[]string{"PLAZA_REPLICA_1_URL", "file:///copy"}, "replica.1.recipient|plaza replica keygen"},
		{[]string{"PLAZA_REPLICA_1_RECIPIENT", recipient}, "replica.1.url|not a place"},
		{[]string{"PLAZA_REPLICA_1_URL", "file:///copy", "PLAZA_REPLICA_1_RECIPIENT", recipient[:61]}, "is not a recipient"},
		{[]string{"PLAZA_REPLICA_1_URL", "file:///copy", "PLAZA_REPLICA_1_RECIPIENT", recipient, "PLAZA_DB", "postgres://localhost/plaza"}, "replica.1.url|embedded database"},
		{[]string{"PLAZA_DURABILITY", "replica"}, "durability|no replica to wait for"},
		{[]string{"PLAZA_DURABILITY", "both"}, `durability|"both" is neither`},
		{[]string{"PLAZA_REPLICA_EVERY", "50ms"}, ""},
		{[]string{"PLAZA_REPLICA_EVERY", "49ms"}, "replica_every|out of range"},
		{[]string{"PLAZA_REPLICA_EVERY", "1h"}, ""},
		{[]string{"PLAZA_REPLICA_EVERY", "1h1s"}, "replica_every|out of range"},
		{[]string{"PLAZA_REPLICA_EVERY", "often"}, `"often" is not a time|such as 1s`},
		{[]string{"PLAZA_DAILY_KEEP", "0"}, ""},
		{[]string{"PLAZA_DAILY_KEEP", "-1"}, "daily_keep|out of range|0 for no daily copies"},
		{[]string{"PLAZA_DAILY_KEEP", "366"}, ""},
		{[]string{"PLAZA_DAILY_KEEP", "367"}, "daily_keep|out of range"},
		{[]string{"PLAZA_DAILY_KEEP", "a week"}, `"a week" is not a whole number`},
		{[]string{"PLAZA_LEASE_TTL", "1s"}, ""},
		{[]string{"PLAZA_LEASE_TTL", "999ms"}, "lease.ttl|out of range"},
		{[]string{"PLAZA_LEASE_TTL", "10m"}, ""},
		{[]string{"PLAZA_LEASE_TTL", "10m1s"}, "lease.ttl|out of range"},
		{[]string{"PLAZA_ON_PROMOTE", "/etc/plaza/on-promote"}, ""},
		{[]string{"PLAZA_ON_PROMOTE", "on-promote"}, "on_promote|begins with /"},
		{[]string{"PLAZA_LEASE_URL", "gopher://x"}, "lease.url|not a place"},
	} {
		_, err := Load(env(test.env...), Overrides{})
		if test.want == "" {
			if err != nil {
				t.Errorf("%v: %v", test.env, err)
			}
			continue
		}
		for _, part := range strings.Split(test.want, "|") {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%v: %v, want %q", test.env, err, part)
			}
		}
	}
	path := file(t, strings.Repeat("[[replica]]\nurl = \"file:///x\"\nrecipient = \""+recipient+"\"\n", MaxReplicas+1))
	if _, err := Load(env("PLAZA_CONFIG", path), Overrides{}); err == nil || !strings.Contains(err.Error(), "replica.5.") {
		t.Errorf("%d replicas: %v", MaxReplicas+1, err)
	}
}

// TestCarried leaves out of settings that came with a copy what would be run here.
func TestCarried(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		left       bool
		refused    bool
	}{
		{"none", "url = \"https://a.example\"\n", false, false},
		{"plain", "url = \"https://a.example\"\n  on_promote=\"/bin/evil\" # here\n[lease]\nurl = \"file:///x\"\n", true, false},
		{"quoted", "\"on_promote\" = \"/bin/evil\"\n", true, true},
		{"escaped", "\"on\\u005fpromote\" = \"/bin/evil\"\n", true, true},
		{"of many lines", "on_promote = \"\"\"\n/bin/evil\"\"\"\n", true, true},
		{"not TOML", "on_promote", true, true},
	} {
		kept, left, err := Carried([]byte(c.text))
		if left != c.left || (err != nil) != c.refused {
			t.Errorf("%s: left out %v, %v", c.name, left, err)
		}
		if err != nil {
			continue
		}
		data := t.TempDir()
		if err := os.WriteFile(filepath.Join(data, fileName), kept, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Load(func(string) string { return "" }, Overrides{Data: data})
		if err != nil || got.OnPromote != "" || got.URL != "https://a.example" {
			t.Errorf("%s: %v, on_promote %q, url %q", c.name, err, got.OnPromote, got.URL)
		}
	}
}
