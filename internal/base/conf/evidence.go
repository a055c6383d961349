package conf

import (
	"fmt"
	"net/url"
	"strings"
)

// MaxTimestamp is how many authorities there can be that stamp.
const MaxTimestamp = 4

// Evidence is who else vouches for the log of evidence.
type Evidence struct {
	Timestamp    []string // addresses of authorities that stamp (RFC 3161), the first that answers counts
	Certificates string   // a file (PEM) with their certificates, or of who vouches for them; empty is anybody's
}

func evidenceSettings() []setting {
	stamps := setting{
		name: "evidence.timestamp", env: "PLAZA_EVIDENCE_TIMESTAMP", check: checkTimestamp,
		set: func(c *Config, v string) string {
			c.Evidence.Timestamp = nil
			if v != none {
				c.Evidence.Timestamp = strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })
			}
			return ""
		},
		get: func(c Config) string { return strings.Join(c.Evidence.Timestamp, ",") },
	}
	return []setting{stamps, text("evidence.timestamp_certificates", "PLAZA_EVIDENCE_TIMESTAMP_CERTIFICATES", func(c *Config) *string { return &c.Evidence.Certificates }, nil)}
}

func checkTimestamp(c Config) string {
	for _, at := range c.Evidence.Timestamp {
		u, err := url.Parse(at)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return "this is not the address of an authority that stamps; write one such as https://stamps.example/tsr"
		}
	}
	if len(c.Evidence.Timestamp) > MaxTimestamp {
		return fmt.Sprintf("these are too many; write at most %d", MaxTimestamp)
	}
	return ""
}
