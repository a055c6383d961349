package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Finding is one thing the doctor looked at.
type Finding struct {
	What string
	OK   bool
	Says string // what was found
	Mend string // what to do about it, if it is not OK
}

// Limits of what the doctor takes for healthy.
const (
	leastDisk   = 1 << 30 // bytes free
	leastInodes = 10_000
	mostSkew    = 10 * time.Second
	callWait    = 5 * time.Second
)

// Examine looks at everything a server needs, and says how to mend what is
// wrong. The settings have been checked already.
func Examine(ctx context.Context, c conf.Config, now func() time.Time) []Finding {
	out := []Finding{{What: "settings", OK: true, Says: "understood"}, limits(c), closed(c), folder(c), disk(c), makers()}
	if _, err := os.Stat(c.Data); err == nil {
		out = append(out, files(ctx, c))
	}
	out = append(out, database(ctx, c)...)
	out = append(append(out, elsewhere(ctx, c)...), hook(c)...)
	return append(out, reachable(ctx, c, now)...)
}

func limits(c conf.Config) Finding {
	if c.RateLimits {
		return Finding{What: "rate limits", OK: true, Says: "on"}
	}
	return Finding{What: "rate limits", Says: "OFF: anybody may try anything as often as they like",
		Mend: "Remove PLAZA_RATE_LIMITS=off, and rate_limits from plaza.toml. It is for tests only."}
}

func closed(c conf.Config) Finding {
	if len(c.Private) == 0 {
		return Finding{What: "private networks", OK: true, Says: "strangers cannot have this server call into them"}
	}
	return Finding{What: "private networks", Says: fmt.Sprintf("OPEN: other servers may have this one call machines in %v, and are believed without https", c.Private),
		Mend: "Remove PLAZA_PRIVATE_NETWORKS, and private_networks from plaza.toml, unless this is a test or a network of your own."}
}

func folder(c conf.Config) Finding {
	f := Finding{What: "data folder", Says: c.Data}
	probe := filepath.Join(c.Data, ".doctor")
	if _, err := os.Stat(c.Data); os.IsNotExist(err) {
		f.Says += " is not there"
		f.Mend = "Check that this is the right folder (--data); plaza serve makes it."
		return f
	}
	if err := os.WriteFile(probe, []byte("?"), 0o600); err != nil {
		f.Says += ": " + err.Error()
		f.Mend = "Let the user that plaza runs as write there, or choose another folder with --data."
		return f
	}
	os.Remove(probe)
	f.OK = true
	if info, err := os.Stat(c.Data); err == nil && info.Mode().Perm()&0o077 != 0 {
		f.OK, f.Says = false, fmt.Sprintf("%s may be read by other users of this machine (%v)", c.Data, info.Mode().Perm())
		f.Mend = "Run: chmod 700 " + c.Data
	}
	return f
}

func disk(c conf.Config) Finding {
	var st syscall.Statfs_t
	if err := syscall.Statfs(c.Data, &st); err != nil {
		return Finding{What: "disk", Says: err.Error(), Mend: "Check that the disk of the data folder is there."}
	}
	free := int64(st.Bavail) * int64(st.Bsize)
	f := Finding{What: "disk", OK: true, Says: fmt.Sprintf("%.1f GB free", float64(free)/1e9)}
	if free < leastDisk || st.Files > 0 && st.Ffree < leastInodes {
		f.OK = false
		f.Mend = "Make room: when the disk is full nothing can be saved."
	}
	return f
}

func database(ctx context.Context, c conf.Config) []Finding {
	f := Finding{What: "database", Says: "SQLite"}
	if strings.HasPrefix(c.DB, "postgres") {
		f.Says = "PostgreSQL"
	}
	if _, err := os.Stat(c.Database()); c.DB == "" && os.IsNotExist(err) {
		f.Says, f.Mend = "there is none in "+c.Data+" yet", "Check that this is the right folder (--data); plaza serve makes a new house in it."
		return []Finding{f}
	}
	s, err := store.Open(ctx, store.Options{URL: c.Database(), Clock: time.Now})
	if err != nil {
		f.Says, f.Mend = f.Says+": "+reason(err), "The line above says what is wrong."
		return []Finding{f}
	}
	defer s.Close()
	var stats []store.JobStat
	var sent social.Queues
	var owned bool
	err = s.Read(ctx, func(v *store.View) error {
		_, err := v.Owner(ctx)
		owned = err == nil
		if stats, err = v.JobStats(ctx); err != nil {
			return err
		}
		sent, err = v.Queues(ctx, s.Now())
		return err
	})
	if err != nil {
		f.Says, f.Mend = f.Says+": "+reason(err), "Restore a backup if the file is damaged."
		return []Finding{f}
	}
	f.OK, f.Says = true, f.Says+" opens and reads"
	out := []Finding{f, {What: "owner", OK: owned, Says: map[bool]string{true: "there is one", false: "nobody owns this house yet"}[owned]}}
	if !owned {
		out[1].Mend = "Open the link that plaza serve prints, or run: plaza account create --username NAME --email ADDRESS --role owner"
	}
	if sent.Met > 0 {
		out = append(out, deliveries(sent))
	}
	out = append(out, recovery(ctx, c, s)...)
	if f, told := factorsFinding(ctx, c, s); told {
		out = append(out, f)
	}
	for _, st := range stats {
		if st.Buried > 0 {
			out = append(out, Finding{What: "jobs", Says: fmt.Sprintf("%d of kind %q were given up", st.Buried, st.Kind),
				Mend: "The log says why; letters that cannot be sent are the usual reason."})
		}
	}
	return out
}

// deliveries tells how what is sent to other servers is doing. Some of them are
// always down; if most are, it is us.
func deliveries(q social.Queues) Finding {
	f := Finding{What: "other servers", OK: q.Failing*2 <= q.Met,
		Says: fmt.Sprintf("%d were met; %d do not answer, %d of them for so long that nothing is queued for them; %d deliveries wait", q.Met, q.Failing, q.Parked, q.Waiting)}
	if !f.OK {
		f.Mend = "Most of them cannot be reached from here: check this machine's way out, DNS and firewall. plaza peers list --failing says what is wrong with each."
	}
	return f
}

func reason(err error) string {
	if p := errs.Public(err); p != "" {
		return p
	}
	return err.Error()
}

// reachable calls our own URL, and compares clocks with whatever answers.
func reachable(ctx context.Context, c conf.Config, now func() time.Time) []Finding {
	f := Finding{What: "address", Says: c.URL}
	ctx, stop := context.WithTimeout(ctx, callWait)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/healthz", nil)
	if err != nil {
		f.Mend = "Write url as https://your.domain"
		return []Finding{f}
	}
	resp, err := http.DefaultClient.Do(req) // our own address, which the owner wrote
	if err != nil {
		f.Says += " cannot be reached from here: " + strings.TrimPrefix(err.Error(), "Get ")
		f.Mend = "Start the server (plaza serve). If it runs, check the domain's DNS entry, the proxy in front and the firewall."
		return []Finding{f}
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
	say := strings.TrimSpace(string(body))
	if resp.StatusCode != http.StatusOK || say != "ok" && say != sayReadOnly {
		f.Says += fmt.Sprintf(" answers, but not as a healthy Plaza (status %d)", resp.StatusCode)
		f.Mend = "Check that the proxy in front leads to " + c.Listen + ", and the server's log."
		return []Finding{f}
	}
	f.OK, f.Says = true, f.Says+" answers"
	if say == sayReadOnly {
		f.Says += "; at the moment it can only be read"
	}
	clock := Finding{What: "clock", OK: true, Says: now().UTC().Format(time.RFC3339)}
	if theirs, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		if skew := now().Sub(theirs).Abs(); skew > mostSkew {
			clock.OK, clock.Says = false, fmt.Sprintf("%s apart from what answers at our address", skew.Round(time.Second))
			clock.Mend = "Set the clock by NTP (timedatectl set-ntp true)."
		}
	}
	return []Finding{f, clock}
}
