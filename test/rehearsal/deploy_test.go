package rehearsal

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/plaza-social/plaza/internal/base/conf"
)

var units = []string{"one-server/plaza.service", "standby/plaza-standby.service", "three-hosts/plaza.service"}

// maxExposure is what systemd may think of a unit, of ten; without hardening
// it is 9.6.
const maxExposure = 2.0

// TestUnits has systemd look at the units.
func TestUnits(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze here")
	}
	root := t.TempDir()
	for _, unit := range units {
		text, err := os.ReadFile(filepath.Join("../../deploy", unit))
		if err != nil {
			t.Fatal(err)
		}
		// The program and its user are not on this machine.
		changed := strings.NewReplacer("/usr/local/bin/plaza", "/bin/true", "User=plaza\n", "User=daemon\n", "Group=plaza\n", "Group=daemon\n").Replace(string(text))
		file := filepath.Join(root, filepath.Base(unit))
		if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(analyze, "verify", "--man=no", file).CombinedOutput(); err != nil || strings.Contains(string(out), filepath.Base(unit)) {
			t.Errorf("%s: %v %s", unit, err, out)
		}
		out, err := exec.Command(analyze, "security", "--offline=yes", "--no-pager", file).CombinedOutput()
		level := regexp.MustCompile(`Overall exposure level for .*: ([0-9.]+)`).FindSubmatch(out)
		if level == nil {
			t.Logf("%s: this systemd does not say how exposed it is: %v %s", unit, err, out)
			continue
		}
		if n, err := strconv.ParseFloat(string(level[1]), 64); err != nil || n > maxExposure {
			t.Errorf("%s: exposure %s, %v; want at most %.1f", unit, level[1], err, maxExposure)
		} else {
			t.Logf("%s: exposure %s", unit, level[1])
		}
	}
}

// TestSettings reads the settings that are proposed.
func TestSettings(t *testing.T) {
	t.Parallel()
	for name, lease := range map[string]bool{"one-server": false, "standby": true} {
		file, err := filepath.Abs(filepath.Join("../../deploy", name, "plaza.toml"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := conf.Load(func(name string) string {
			if name == "PLAZA_CONFIG" {
				return file
			}
			return ""
		}, conf.Overrides{Data: t.TempDir()})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(c.Copies()) != 2 || (c.Lease.URL != "") != lease || (c.OnPromote != "") != lease {
			t.Errorf("%s: %d copies, lease %q, on_promote %q", name, len(c.Copies()), c.Lease.URL, c.OnPromote)
		}
	}
}

// TestSettingsOfThree reads those of three hosts, as they are once filled in.
func TestSettingsOfThree(t *testing.T) {
	t.Parallel()
	const from = "../../deploy/three-hosts"
	text, err := os.ReadFile(filepath.Join(from, "values.example"))
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	values := filepath.Join(to, "values")
	secret := strings.Repeat("aB3", 11)
	if err := os.WriteFile(values, regexp.MustCompile(`(?m)(PASSWORD|KEY)=$`).ReplaceAll(text, []byte("${1}="+secret)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(filepath.Join(from, "fill"), values, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for host, address := range map[string]string{"alder": "10.77.0.11", "birch": "10.77.0.12", "cedar": "10.77.0.13"} {
		c, err := conf.Load(func(name string) string {
			if name == "PLAZA_CONFIG" {
				return filepath.Join(to, host, "plaza.toml")
			}
			return ""
		}, conf.Overrides{Data: t.TempDir()})
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		db, err := pgconn.ParseConfig(c.DB)
		if err != nil || len(db.Fallbacks) != 2 || db.Password != secret {
			t.Errorf("%s: the database %q: %v", host, c.DB, err)
		}
		if c.FactorKey.Reveal() != secret || c.URL != "https://example.org" || c.Listen != address+":8080" || len(c.TrustedProxies) != 2 {
			t.Errorf("%s: url %q, listen %q, proxies %v", host, c.URL, c.Listen, c.TrustedProxies)
		}
	}
}
