package conf

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// MaxReplicas is how many copies of the house there can be.
const MaxReplicas = 4

// A Place is where objects are kept elsewhere.
type Place struct {
	URL     string // s3://…, sftp://… or file:///…
	Key     string // of a store that speaks S3
	Secret  Secret // what belongs to Key; the password for SFTP
	HostKey string // of the SFTP server, as in known_hosts without the name
	KeyFile string // a private key for SFTP
}

// A Replica is a place where a copy of everything is kept.
type Replica struct {
	Place
	Recipient string // age1…: for whom it is sealed
}

// Lease is who may write, where several hosts could: a place that all of them
// reach, and that is on none of them.
type Lease struct {
	Place
	TTL time.Duration // how long others wait for one that is gone
}

// The bounds of a lease.
const (
	MinLease = time.Second
	MaxLease = 10 * time.Minute
)

// When a write is answered.
const (
	Local  = "local"   // when it is on this machine's disk
	Copied = "replica" // when a copy elsewhere has it, too
)

// The bounds of how often copies are brought up to date.
const (
	MinReplicaEvery = 50 * time.Millisecond
	MaxReplicaEvery = time.Hour
)

// MaxDailyKeep is for how many days daily copies are kept, at most.
const MaxDailyKeep = 366

// Copies are the replicas that are set.
func (c Config) Copies() (set []Replica) {
	for _, r := range c.Replicas {
		if r != (Replica{}) {
			set = append(set, r)
		}
	}
	return set
}

// replicaSettings are those of [[replica]]: the first has the names
// replica.1.url and PLAZA_REPLICA_1_URL, and so on. And those of [lease].
func replicaSettings() (all []setting) {
	for i := range MaxReplicas {
		unset := func(c Config) bool { return c.Replicas[i] == Replica{} }
		name, env := fmt.Sprint("replica.", i+1, "."), fmt.Sprint("PLAZA_REPLICA_", i+1, "_")
		recipient := text(name+"recipient", env+"RECIPIENT", func(c *Config) *string { return &c.Replicas[i].Recipient }, func(c Config) string {
			if unset(c) {
				return ""
			}
			return checkRecipient(c.Replicas[i])
		})
		recipient.unset = unset
		all = append(append(all, placeSettings(name, env, func(c *Config) *Place { return &c.Replicas[i].Place }, unset)...), recipient)
	}
	noLease := func(c Config) bool { return c.Lease.Place == Place{} }
	all = append(all, placeSettings("lease.", "PLAZA_LEASE_", func(c *Config) *Place { return &c.Lease.Place }, noLease)...)
	ttl := duration("lease.ttl", "PLAZA_LEASE_TTL", func(c *Config) *time.Duration { return &c.Lease.TTL }, checkLease)
	ttl.unset = noLease
	return append(all, ttl,
		duration("replica_every", "PLAZA_REPLICA_EVERY", func(c *Config) *time.Duration { return &c.ReplicaEvery }, checkReplicaEvery),
		number("daily_keep", "PLAZA_DAILY_KEEP", func(c *Config) *int { return &c.DailyKeep }, checkDailyKeep),
		text("durability", "PLAZA_DURABILITY", func(c *Config) *string { return &c.Durability }, checkDurability),
		text("on_promote", "PLAZA_ON_PROMOTE", func(c *Config) *string { return &c.OnPromote }, checkOnPromote))
}

func checkOnPromote(c Config) string {
	if c.OnPromote != "" && !filepath.IsAbs(c.OnPromote) {
		return "this is not the path of a program; write one that begins with /, such as /etc/plaza/on-promote"
	}
	return ""
}

// placeSettings are those of a place, which is checked only where it is set.
func placeSettings(name, env string, of func(*Config) *Place, unset func(Config) bool) []setting {
	url := text(name+"url", env+"URL", func(c *Config) *string { return &of(c).URL }, func(c Config) string {
		if unset(c) {
			return ""
		}
		return checkPlace(c, *of(&c))
	})
	url.unset = unset
	return append([]setting{url}, waySettings(name, env, of, unset)...)
}

// waySettings are how we are let in at a place.
func waySettings(name, env string, of func(*Config) *Place, unset func(Config) bool) []setting {
	field := func(part func(*Place) *string) func(*Config) *string {
		return func(c *Config) *string { return part(of(c)) }
	}
	some := []setting{
		text(name+"key", env+"KEY", field(func(p *Place) *string { return &p.Key }), nil),
		hide(name+"secret", env+"SECRET", func(c *Config) *Secret { return &of(c).Secret }, nil),
		text(name+"host_key", env+"HOST_KEY", field(func(p *Place) *string { return &p.HostKey }), nil),
		text(name+"key_file", env+"KEY_FILE", field(func(p *Place) *string { return &p.KeyFile }), nil),
	}
	for i := range some {
		some[i].unset = unset
	}
	return some
}

func duration(name, env string, field func(*Config) *time.Duration, ok check) setting {
	return setting{
		name: name, env: env, check: ok,
		set: func(c *Config, v string) string {
			d, err := time.ParseDuration(v)
			if err != nil {
				return fmt.Sprintf("%q is not a time; write one such as 1s, 200ms or 5m", v)
			}
			*field(c) = d
			return ""
		},
		get: func(c Config) string { return field(&c).String() },
	}
}

func checkPlace(c Config, p Place) string {
	if problem := checkAddress(p.URL, "file", "s3", "sftp", "plaza", "plaza+http"); problem != "" {
		return problem
	}
	if strings.HasPrefix(c.Database(), "postgres") {
		return "copies of this kind are of the embedded database; replicate PostgreSQL with its own means, and leave this out"
	}
	return ""
}

func checkAddress(address string, schemes ...string) string {
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		return "this is not a place for copies; write one such as s3://bucket/plaza?endpoint=https://s3.example.org, sftp://plaza@example.org/srv/plaza or " +
			"file:///mnt/copy/plaza"
	}
	if _, has := u.User.Password(); has {
		return "there is a password in it; write that in secret"
	}
	return ""
}

// checkMirror takes a folder as it is typed, too.
func checkMirror(c Config) string {
	if !strings.Contains(c.Mirror.To, "://") {
		return ""
	}
	return checkAddress(c.Mirror.To, "file", "s3", "sftp")
}

// recipientForm is that of an X25519 recipient, see https://age-encryption.org/v1.
var recipientForm = regexp.MustCompile(`^age1[02-9ac-hj-np-z]{58}$`)

func checkRecipient(r Replica) string {
	if !recipientForm.MatchString(r.Recipient) {
		return fmt.Sprintf("%q is not a recipient; plaza replica keygen makes one, which begins with age1. Keep its other half where this machine is not", r.Recipient)
	}
	return ""
}

func checkLease(c Config) string {
	if c.Lease.TTL < MinLease || c.Lease.TTL > MaxLease {
		return fmt.Sprintf("it is out of range; write a time from %s to %s, such as 6s", MinLease, MaxLease)
	}
	return ""
}

func checkReplicaEvery(c Config) string {
	if c.ReplicaEvery < MinReplicaEvery || c.ReplicaEvery > MaxReplicaEvery {
		return fmt.Sprintf("it is out of range; write a time from %s to %s, such as 1s", MinReplicaEvery, MaxReplicaEvery)
	}
	return ""
}

func checkDailyKeep(c Config) string {
	if c.DailyKeep < 0 || c.DailyKeep > MaxDailyKeep {
		return fmt.Sprintf("it is out of range; write a number of days from 1 to %d, or 0 for no daily copies", MaxDailyKeep)
	}
	return ""
}

func checkDurability(c Config) string {
	switch {
	case c.Durability != Local && c.Durability != Copied:
		return fmt.Sprintf("%q is neither; write local, or replica for nothing to be answered before a copy elsewhere has it", c.Durability)
	case c.Durability == Copied && len(c.Copies()) == 0:
		return "there is no replica to wait for; write one as [[replica]], or local here"
	}
	return ""
}
