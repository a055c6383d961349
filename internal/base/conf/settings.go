package conf

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// A setting is one thing that can be set. What set and check return says what
// is wrong and what to write instead, and is empty if all is well.
type setting struct {
	name   string // in the file, and of the flag if there is one
	env    string
	set    func(c *Config, value string) (problem string)
	get    func(c Config) string
	check  func(c Config) (problem string)
	secret bool
	unset  func(c Config) bool // whether it need not be shown; nil is no
}

// settings is every setting there is, in the order in which they are shown.
// What follows from another stands after it.
var settings = slices.Concat([]setting{
	text("data", "PLAZA_DATA", func(c *Config) *string { return &c.Data }, checkData),
	text("listen", "PLAZA_LISTEN", func(c *Config) *string { return &c.Listen }, checkListen),
	address("url", "PLAZA_URL", func(c *Config) *string { return &c.URL }, checkURL),
	database("db", "PLAZA_DB"),
	address("handle_host", "PLAZA_HANDLE_HOST", func(c *Config) *string { return &c.HandleHost }, checkHandleHost),
	toggle("rate_limits", "PLAZA_RATE_LIMITS", func(c *Config) *bool { return &c.RateLimits }),
	toggle("authorized_fetch", "PLAZA_AUTHORIZED_FETCH", func(c *Config) *bool { return &c.SignedOnly }),
	number("max_post", "PLAZA_MAX_POST", func(c *Config) *int { return &c.MaxPost }, checkMaxPost),
	prefixes("trusted_proxies", "PLAZA_TRUSTED_PROXIES", func(c *Config) *[]netip.Prefix { return &c.TrustedProxies }),
	prefixes("private_networks", "PLAZA_PRIVATE_NETWORKS", func(c *Config) *[]netip.Prefix { return &c.Private }),
	hide("metrics_token", "PLAZA_METRICS_TOKEN", func(c *Config) *Secret { return &c.MetricsToken }, checkMetricsToken),
	hide("factor_key", "PLAZA_FACTOR_KEY", func(c *Config) *Secret { return &c.FactorKey }, checkFactorKey),
	hide("factor_key_before", "PLAZA_FACTOR_KEY_BEFORE", func(c *Config) *Secret { return &c.FactorBefore }, checkFactorBefore),
	text("mail.from", "PLAZA_MAIL_FROM", func(c *Config) *string { return &c.Mail.From }, checkMailFrom),
	text("mail.host", "PLAZA_MAIL_HOST", func(c *Config) *string { return &c.Mail.Host }, checkMailHost),
	text("mail.tls", "PLAZA_MAIL_TLS", func(c *Config) *string { return &c.Mail.TLS }, checkMailTLS),
	number("mail.port", "PLAZA_MAIL_PORT", func(c *Config) *int { return &c.Mail.Port }, checkMailPort),
	text("mail.user", "PLAZA_MAIL_USER", func(c *Config) *string { return &c.Mail.User }, checkMailUser),
	hide("mail.password", "PLAZA_MAIL_PASSWORD", func(c *Config) *Secret { return &c.Mail.Password }, checkMailPassword),
	address("media.endpoint", "PLAZA_MEDIA_ENDPOINT", func(c *Config) *string { return &c.Media.Endpoint }, checkMediaEndpoint),
	text("media.bucket", "PLAZA_MEDIA_BUCKET", func(c *Config) *string { return &c.Media.Bucket }, checkMediaBucket),
	text("media.region", "PLAZA_MEDIA_REGION", func(c *Config) *string { return &c.Media.Region }, checkMediaRegion),
	text("media.key", "PLAZA_MEDIA_KEY", func(c *Config) *string { return &c.Media.Key }, checkMediaKey),
	hide("media.secret", "PLAZA_MEDIA_SECRET", func(c *Config) *Secret { return &c.Media.Secret }, checkMediaSecret),
	text("media.prefix", "PLAZA_MEDIA_PREFIX", func(c *Config) *string { return &c.Media.Prefix }, checkMediaPrefix),
	size("media.remote_budget", "PLAZA_MEDIA_REMOTE_BUDGET", func(c *Config) *int64 { return &c.Media.RemoteBudget }, checkRemoteBudget),
	size("media.max_video", "PLAZA_MEDIA_MAX_VIDEO", func(c *Config) *int64 { return &c.Media.MaxVideo }, checkMaxVideo),
	text("mirror.to", "PLAZA_MIRROR_TO", func(c *Config) *string { return &c.Mirror.To }, checkMirror),
	toggle("mirror.lead", "PLAZA_MIRROR_LEAD", func(c *Config) *bool { return &c.Mirror.Lead }),
	text("mirror.say", "PLAZA_MIRROR_SAY", func(c *Config) *string { return &c.Mirror.Say }, nil),
}, evidenceSettings(), storeSettings(), waySettings("mirror.", "PLAZA_MIRROR_", func(c *Config) *Place { return &c.Mirror.Way }, func(c Config) bool { return c.Mirror.Way == Place{} }), replicaSettings(), []setting{
	level("log.level", "PLAZA_LOG_LEVEL"),
	text("log.format", "PLAZA_LOG_FORMAT", func(c *Config) *string { return &c.Log.Format }, checkLogFormat),
})

type check func(c Config) string

func text(name, env string, field func(*Config) *string, ok check) setting {
	return setting{
		name: name, env: env, check: ok,
		set: func(c *Config, v string) string { *field(c) = v; return "" },
		get: func(c Config) string { return *field(&c) },
	}
}

// address is a text that means the same in capitals and with a slash behind.
func address(name, env string, field func(*Config) *string, ok check) setting {
	s := text(name, env, field, ok)
	s.set = func(c *Config, v string) string {
		*field(c) = strings.ToLower(strings.TrimSuffix(v, "/"))
		return ""
	}
	return s
}

func hide(name, env string, field func(*Config) *Secret, ok check) setting {
	return setting{
		name: name, env: env, check: ok, secret: true,
		set: func(c *Config, v string) string { *field(c) = Secret(v); return "" },
		get: func(c Config) string { return string(*field(&c)) },
	}
}

func number(name, env string, field func(*Config) *int, ok check) setting {
	return setting{
		name: name, env: env, check: ok,
		set: func(c *Config, v string) string {
			n, err := strconv.Atoi(v)
			if err != nil {
				return fmt.Sprintf("%q is not a whole number; write one such as %d", v, max(*field(c), 1))
			}
			*field(c) = n
			return ""
		},
		get: func(c Config) string { return strconv.Itoa(*field(&c)) },
	}
}

func toggle(name, env string, field func(*Config) *bool) setting {
	return setting{
		name: name, env: env,
		set: func(c *Config, v string) string {
			switch strings.ToLower(v) {
			case "on", "true":
				*field(c) = true
			case "off", "false":
				*field(c) = false
			default:
				return fmt.Sprintf("%q is neither; write on or off", v)
			}
			return ""
		},
		get: func(c Config) string { return onOff(*field(&c)) },
	}
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func level(name, env string) setting {
	return setting{
		name: name, env: env,
		set: func(c *Config, v string) string {
			for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
				if strings.EqualFold(v, l.String()) {
					c.Log.Level = l
					return ""
				}
			}
			return fmt.Sprintf("%q is not a level; write debug, info, warn or error", v)
		},
		get: func(c Config) string { return strings.ToLower(c.Log.Level.String()) },
	}
}

func database(name, env string) setting {
	s := text(name, env, func(c *Config) *string { return &c.DB }, checkDB)
	s.get = func(c Config) string { return hidePassword(c.Database()) }
	return s
}

const none = "none"

// prefixes is a list of networks or addresses, or the word loopback or none.
func prefixes(name, env string, field func(*Config) *[]netip.Prefix) setting {
	return setting{
		name: name, env: env,
		set: func(c *Config, v string) string {
			list, problem := networks(v)
			if problem == "" {
				*field(c) = list
			}
			return problem
		},
		get: func(c Config) string {
			var texts []string
			for _, p := range *field(&c) {
				texts = append(texts, p.String())
			}
			if len(texts) == 0 {
				return none
			}
			return strings.Join(texts, ",")
		},
	}
}

func networks(v string) (list []netip.Prefix, problem string) {
	if v == none {
		return nil, ""
	}
	for _, word := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
		if word == "loopback" {
			list = append(list, loopback()...)
			continue
		}
		p, err := netip.ParsePrefix(word)
		if a, single := netip.ParseAddr(word); single == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return nil, fmt.Sprintf("%q is not a network; write networks such as 10.0.0.0/8 with commas between them, or loopback, or none", word)
		}
		list = append(list, p.Masked())
	}
	return list, ""
}

func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}
