// Package conf is what a server is told before it starts: where its data is,
// where it listens, how it sends mail. It is read once into one struct,
// checked, and handed down in pieces; nobody asks a global.
//
// It is not for what admins change while the server runs: that lives in the
// database.
package conf

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Config is all settings, after Load in a form that can be used as it is.
type Config struct {
	Data           string         // the folder of everything we keep
	Listen         string         // host:port
	URL            string         // how the world reaches us: scheme and host, no slash at the end
	DB             string         // postgres://… or a file; empty is plaza.db in Data, see Database
	HandleHost     string         // the part after the second @ of our people's handles
	RateLimits     bool           // off only for tests and for moving in
	SignedOnly     bool           // other servers are shown nothing unless they say who they are
	MaxPost        int            // characters of a post
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Private        []netip.Prefix // networks in which other servers may be, also without https: for tests and closed networks
	MetricsToken   Secret         // lets a caller from elsewhere read /metrics
	FactorKey      Secret         // seals secrets of apps that make codes; empty is that of a file in Data
	FactorBefore   Secret         // opens what another one sealed before; empty is none
	Mail           Mail
	Media          Media
	Mirror         Mirror
	Stores         [MaxStores]Place     // see MediaStores
	Replicas       [MaxReplicas]Replica // see Copies
	Lease          Lease                // who may write; without a URL nobody asks
	ReplicaEvery   time.Duration        // how often they are brought up to date
	DailyKeep      int                  // for how many days the daily ones are kept; zero is that there are none
	Durability     string               // Local or Copied
	Evidence       Evidence
	OnPromote      string // the program that is run when this house has taken over from another
	Log            Log

	file []byte            // what the settings file says
	from map[string]string // where each setting came from, by name
}

// Mail is how letters leave. Without a Host they stay in the outbox.
type Mail struct {
	From     string // the sender, an address with or without a name
	Host     string
	Port     int
	User     string
	Password Secret
	TLS      string // StartTLS, TLS or NoTLS
}

// The ways of securing the connection to the mail server.
const (
	StartTLS = "starttls"
	TLS      = "tls"
	NoTLS    = "none"
)

// Media is where the files that people attach are kept, and how much of what
// other servers show is. Without a Bucket files are in the data folder.
type Media struct {
	Endpoint     string // of a store that speaks S3: scheme and host
	Bucket       string
	Region       string
	Key          string
	Secret       Secret
	Prefix       string // what the names of our files in the bucket begin with
	RemoteBudget int64  // bytes of this machine's disk for what other servers show
	MaxVideo     int64  // bytes of a video or a sound that somebody attaches
}

// Mirror is a copy of the public pages, as plain files, that a server keeps by
// itself. Without To there is none.
type Mirror struct {
	To  string // where: a folder, s3://… or sftp://…
	Say string // what its status page says when nothing else is said there
	Way Place  // how we are let in there, without a URL
	// Lead has its pages lead to the house: for one that stands at a name that
	// the house had before.
	Lead bool
}

// At is the place to, with how we are let in.
func (m Mirror) At(to string) Place {
	p := m.Way
	p.URL = to
	return p
}

// Log is what is written to the log, and how.
type Log struct {
	Level  slog.Level
	Format string // "text" or "json"
}

// Overrides are the flags of the command line. Empty ones were not given.
type Overrides struct {
	Data, Listen, URL, DB string
}

// Default is what holds where nothing else is said.
func Default() Config {
	return Config{
		Data:           "./data",
		Listen:         "127.0.0.1:8080",
		RateLimits:     true,
		MaxPost:        1000,
		TrustedProxies: loopback(),
		Mail:           Mail{TLS: StartTLS},
		Media:          Media{RemoteBudget: 10 * gigabyte, MaxVideo: 99 * megabyte},
		Lease:          Lease{TTL: 6 * time.Second},
		ReplicaEvery:   time.Second,
		DailyKeep:      7,
		Durability:     Local,
		Log:            Log{Level: slog.LevelInfo, Format: "text"},
		from:           map[string]string{},
	}
}

// Load reads the settings: defaults, then the file, then the environment, then
// flags; the later one wins. The file is the one PLAZA_CONFIG names, or else
// plaza.toml in the data folder, or else plaza.toml here, if there is one.
//
// The error is Invalid and has one line for each thing that is wrong.
func Load(getenv func(string) string, o Overrides) (Config, error) {
	c := Default()
	file, wrong := readFile(getenv, o)
	c.file = file.text
	flags := map[string]string{"data": o.Data, "listen": o.Listen, "url": o.URL, "db": o.DB}
	for _, s := range settings {
		for _, l := range []struct{ value, from string }{
			{file.values[s.name], "file " + file.path},
			{getenv(s.env), "environment, " + s.env},
			{flags[s.name], "flag, --" + s.name},
		} {
			if l.value == "" {
				continue
			}
			if problem := s.set(&c, l.value); problem != "" {
				wrong = append(wrong, line(s.name, l.from, problem))
				continue
			}
			c.from[s.name] = l.from
		}
	}
	c.derive()
	wrong = append(wrong, c.problems()...)
	return c, invalid(wrong)
}

// Check says all that is wrong with c, a line for each, as an Invalid error.
// What Load returned without an error has been checked.
func (c Config) Check() error { return invalid(c.problems()) }

// Database is the URL or the file of the database.
func (c Config) Database() string {
	if c.DB == "" {
		return filepath.Join(c.Data, "plaza.db")
	}
	return c.DB
}

// File is what stands in the settings file; nil if there is none.
func (c Config) File() []byte { return c.file }

// derive fills in what follows from other settings.
func (c *Config) derive() {
	if c.URL == "" {
		c.from["url"] = derived("listen")
		if _, port, err := net.SplitHostPort(c.Listen); err == nil {
			c.URL = "http://localhost:" + port
		}
	}
	if c.HandleHost == "" {
		c.from["handle_host"] = derived("url")
		if u, err := url.Parse(c.URL); err == nil {
			c.HandleHost = u.Host
		}
	}
	if c.Mail.Port == 0 {
		c.from["mail.port"] = derived("mail.tls")
		c.Mail.Port = map[string]int{StartTLS: 587, TLS: 465, NoTLS: 25}[c.Mail.TLS]
	}
}

func derived(name string) string { return "default, from " + name }

func (c Config) problems() (wrong []string) {
	follows := map[string]bool{} // what would only repeat a problem told already
	for _, s := range settings {
		if s.check == nil {
			continue
		}
		problem := s.check(c)
		if problem == "" {
			continue
		}
		follows[derived(s.name)] = true
		if !follows[c.from[s.name]] {
			wrong = append(wrong, line(s.name, c.from[s.name], problem))
		}
	}
	return wrong
}

func line(name, from, problem string) string {
	if from == "" {
		return name + ": " + problem
	}
	return fmt.Sprintf("%s (%s): %s", name, from, problem)
}

func invalid(wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	return errs.New(errs.Invalid, strings.Join(wrong, "\n"))
}
