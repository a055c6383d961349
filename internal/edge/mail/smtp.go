package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"regexp"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
)

// SMTP hands letters to the mail server of conf. The admin chose that server,
// and it is often in our own network, so the calls do not go through netsafe.
type SMTP struct {
	conf    conf.Mail
	timeout time.Duration  // for each step
	roots   *x509.CertPool // nil are the machine's
}

const stepTimeout = 20 * time.Second

// NewSMTP is the sender for a checked c that has a Host.
func NewSMTP(c conf.Mail) *SMTP { return &SMTP{conf: c, timeout: stepTimeout} }

// How to sign in, the safest first. Over an open line the password itself is
// never sent, except to this machine, which PLAIN checks.
var (
	signInClosed = []gomail.SMTPAuthType{
		gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin,
	}
	signInOpen = []gomail.SMTPAuthType{
		gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain,
	}
)

// Send returns nil once the mail server has taken the letter. It is Gone if
// the server says that there is no such mailbox.
func (s *SMTP) Send(ctx context.Context, l auth.Letter) error {
	m, err := compose(s.conf.From, l, gomail.EncodingQP)
	if err != nil {
		return err
	}
	hangUp := func() {}
	// go-mail asks ctx only while it dials, and forgets a connection that did
	// not come as far as a session. So we dial, and hang up in any case.
	dial := func(dialling context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dial(dialling, network, address)
		if err == nil {
			stop := context.AfterFunc(ctx, func() { conn.Close() })
			hangUp = func() { stop(); conn.Close() }
		}
		return conn, err
	}
	c, err := gomail.NewClient(s.conf.Host, append(s.options(), gomail.WithDialContextFunc(dial))...)
	if err != nil {
		return fmt.Errorf("set up mail: %w", redact(err))
	}
	defer func() { hangUp() }()
	return deliver(ctx, c, m)
}

func (s *SMTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if s.conf.TLS == conf.TLS {
		return (&tls.Dialer{Config: s.tls()}).DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.conf.Host, MinVersion: tls.VersionTLS12, RootCAs: s.roots}
}

func (s *SMTP) options() []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(s.conf.Port),
		gomail.WithTimeout(s.timeout),
		gomail.WithTLSConfig(s.tls()),
		gomail.WithoutRset(), // the letter is with them by then; a fault there must not send it again
	}
	if a, err := oneAddress(s.conf.From); err == nil {
		options = append(options, gomail.WithHELO(domain(a)))
	}
	signIn := signInClosed
	switch s.conf.TLS {
	case conf.TLS:
		options = append(options, gomail.WithSSL())
	case conf.NoTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
		signIn = signInOpen
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.conf.User != "" {
		options = append(options, gomail.WithOpportunisticSMTPAuth(signIn...),
			gomail.WithUsername(s.conf.User), gomail.WithPassword(s.conf.Password.Reveal()))
	}
	return options
}

func deliver(ctx context.Context, c *gomail.Client, m *gomail.Msg) error {
	session, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return errs.Wrap(errs.Unavailable, "The mail server cannot be reached or does not let us in. Look at the settings mail.host, port, tls, user and password.", redact(err))
	}
	err = c.SendWithSMTPClient(session, m)
	if m.IsDelivered() {
		_ = c.CloseWithSMTPClient(session) // the letter is taken; a rude goodbye must not send it again
		return nil
	}
	return refusal(err)
}

// refusal tells a mailbox that is not there from a server that will not serve
// us (5.7: policy), which the admin can mend: only the first is final.
func refusal(err error) error {
	fault := (*gomail.SendError)(nil)
	if errors.As(err, &fault) && fault.Reason == gomail.ErrSMTPRcptTo && !policy.MatchString(err.Error()) {
		switch fault.ErrorCode() {
		case 550, 551, 553:
			return errs.Wrap(errs.Gone, "There is no such mailbox.", redact(err))
		}
	}
	return errs.Wrap(errs.Unavailable, "The mail server did not take the letter. It is tried again.", redact(err))
}

var policy = regexp.MustCompile(`(^|[\s"])5\.7\.`)

var anyAddress = regexp.MustCompile(`[^\s<>,;:"]+@[^\s<>,;:"]+`)

// redact keeps what the server said and drops the addresses in it, as it goes
// to the log.
func redact(err error) error {
	return errors.New(anyAddress.ReplaceAllString(err.Error(), "[address]"))
}
