package conf

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// The bounds of how much disk is for what other servers show.
const (
	MinRemoteBudget = megabyte
	MaxRemoteBudget = 100_000 * gigabyte
)

// The bounds of how large a video or a sound may be.
const (
	MinMaxVideo = megabyte
	MaxMaxVideo = gigabyte
)

const (
	megabyte = 1_000_000
	gigabyte = 1_000 * megabyte
)

// units are what a size may end with, the largest first: that is how it is
// shown.
var units = []struct {
	name  string
	bytes int64
}{{"TB", 1_000 * gigabyte}, {"GB", gigabyte}, {"MB", megabyte}, {"KB", 1_000}, {"B", 1}}

// size is a number of bytes with a unit: "10GB".
func size(name, env string, field func(*Config) *int64, ok check) setting {
	return setting{
		name: name, env: env, check: ok,
		set: func(c *Config, v string) string {
			n, err := ParseSize(v)
			if err != nil {
				return fmt.Sprintf("%q is not a size; write a number and KB, MB, GB or TB, such as %s", v, formatSize(*field(c)))
			}
			*field(c) = n
			return ""
		},
		get: func(c Config) string { return formatSize(*field(&c)) },
	}
}

var sizeForm = regexp.MustCompile(`^([0-9]{1,15}) ?([KMGT]?B)$`)

// ParseSize reads a number of bytes with a unit, such as 10GB.
func ParseSize(v string) (int64, error) {
	m := sizeForm.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(v)))
	if m == nil {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	for _, u := range units {
		if u.name == m[2] && n > MaxRemoteBudget/u.bytes {
			return MaxRemoteBudget + 1, nil // check says what is possible
		}
		if u.name == m[2] {
			n *= u.bytes
		}
	}
	return n, err
}

func formatSize(n int64) string {
	for _, u := range units {
		if n%u.bytes == 0 && n > 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return "0B"
}

func checkRemoteBudget(c Config) string {
	if n := c.Media.RemoteBudget; n < MinRemoteBudget || n > MaxRemoteBudget {
		return fmt.Sprintf("it is out of range; write a size from %s to %s, such as 10GB", formatSize(MinRemoteBudget), formatSize(MaxRemoteBudget))
	}
	return ""
}

func checkMaxVideo(c Config) string {
	if n := c.Media.MaxVideo; n < MinMaxVideo || n > MaxMaxVideo {
		return fmt.Sprintf("it is out of range; write a size from %s to %s, such as 99MB", formatSize(MinMaxVideo), formatSize(MaxMaxVideo))
	}
	return ""
}

func checkMediaEndpoint(c Config) string {
	m := c.Media
	if m.Endpoint == "" {
		if m.Bucket != "" {
			return "there is a bucket and no store; write the store's address, such as https://s3.example.org"
		}
		return ""
	}
	u, err := url.Parse(m.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || !hostAndPort(u.Host) {
		return "this is not the address of a store; write only https:// and its host, such as https://s3.example.org, and the bucket in media.bucket"
	}
	return ""
}

// bucketForm is what every store takes.
var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func checkMediaBucket(c Config) string {
	m := c.Media
	if m.Bucket == "" {
		if m.Endpoint != "" || m.Key != "" || m.Secret != "" || m.Region != "" || m.Prefix != "" {
			return "there is a store and no bucket; write the name of a bucket that is there, or leave the store out to keep files in the data folder"
		}
		return ""
	}
	if !bucketForm.MatchString(m.Bucket) {
		return fmt.Sprintf("%q is not a bucket; write a name of 3 to 63 small letters, digits, dots and hyphens", m.Bucket)
	}
	return ""
}

var regionForm = regexp.MustCompile(`^[A-Za-z0-9-]{0,40}$`)

func checkMediaRegion(c Config) string {
	if !regionForm.MatchString(c.Media.Region) {
		return fmt.Sprintf("%q is not a region; write one such as eu-central-1, or leave it out", c.Media.Region)
	}
	return ""
}

func checkMediaKey(c Config) string {
	if m := c.Media; m.Bucket != "" && m.Key == "" {
		return "there is a bucket and no key; write the access key of a user who may read and write there"
	}
	return ""
}

func checkMediaSecret(c Config) string {
	if m := c.Media; m.Bucket != "" && m.Secret == "" {
		return "there is a bucket and no secret; write the one that belongs to media.key"
	}
	return ""
}

var prefixForm = regexp.MustCompile(`^[A-Za-z0-9_./-]{0,200}$`)

func checkMediaPrefix(c Config) string {
	if p := c.Media.Prefix; !prefixForm.MatchString(p) || strings.Contains(p, "..") || strings.Contains(p, "//") {
		return fmt.Sprintf("%q cannot begin names; write letters, digits and slashes, such as media, or leave it out", p)
	}
	return ""
}
