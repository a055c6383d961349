package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

// server is a small mail server on a real socket.
type server struct {
	tls     *tls.Config
	roots   *x509.CertPool
	offers  string            // the line of sign-ins, without TLS too
	answers map[string]string // by the command's first word: instead of yes
	silent  string            // the command that is never answered
	port    int

	mu   sync.Mutex
	said []string // the commands that came
	mail [][]byte
}

func (s *server) start(t *testing.T, mode string) *SMTP {
	t.Helper()
	https := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate of 127.0.0.1
	t.Cleanup(https.Close)
	s.tls, s.roots = https.TLS.Clone(), x509.NewCertPool()
	s.tls.NextProtos = nil
	s.roots.AddCert(https.Certificate())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if mode == conf.TLS {
		l = tls.NewListener(l, s.tls)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	sender := NewSMTP(conf.Mail{From: "Plaza <plaza@example.net>", Host: "127.0.0.1", Port: s.port, TLS: mode})
	sender.roots = s.roots
	return sender
}

func (s *server) serve(conn net.Conn) {
	defer func() { conn.Close() }()
	in := bufio.NewReader(conn)
	fmt.Fprint(conn, "220 mx.example.org ESMTP\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		s.mu.Lock()
		s.said = append(s.said, line)
		s.mu.Unlock()
		if word == s.silent {
			continue
		}
		if a := s.answers[word]; a != "" {
			fmt.Fprint(conn, a+"\r\n")
			continue
		}
		switch word {
		case "EHLO":
			fmt.Fprint(conn, "250-mx.example.org\r\n250-ENHANCEDSTATUSCODES\r\n250-STARTTLS\r\n"+s.offers+"250 HELP\r\n")
		case "STARTTLS":
			fmt.Fprint(conn, "220 go ahead\r\n")
			conn = tls.Server(conn, s.tls)
			in = bufio.NewReader(conn)
		case "AUTH":
			fmt.Fprint(conn, "235 2.7.0 welcome\r\n")
		case "DATA":
			fmt.Fprint(conn, "354 go ahead\r\n")
			s.keep(in)
			fmt.Fprint(conn, "250 2.0.0 taken\r\n")
		case "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 2.0.0 ok\r\n")
		}
	}
}

// keep reads to the lone dot and takes the dots away that were put in front.
func (s *server) keep(in *bufio.Reader) {
	var raw []byte
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			break
		}
		raw = append(raw, strings.TrimPrefix(line, ".")...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mail = append(s.mail, raw)
}

func (s *server) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.said, "\n")
}

func TestSMTP(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{conf.StartTLS, conf.TLS, conf.NoTLS} {
		s := &server{offers: "250-AUTH LOGIN PLAIN\r\n"}
		sender := s.start(t, mode)
		sender.conf.User, sender.conf.Password = "plaza", "sesame"
		if err := sender.Send(context.Background(), letter); err != nil {
			t.Errorf("%s: %v\n%s", mode, err, s.heard())
			continue
		}
		if len(s.mail) != 1 {
			t.Fatalf("%s: %d letters, want 1", mode, len(s.mail))
		}
		sameLetter(t, s.mail[0])
		signIn := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00plaza\x00sesame"))
		for _, want := range []string{"EHLO example.net", signIn, "MAIL FROM:<plaza@example.net>", "RCPT TO:<ada@example.org>"} {
			if !strings.Contains(s.heard(), want) {
				t.Errorf("%s: the server did not hear %q but\n%s", mode, want, s.heard())
			}
		}
		if encrypted := strings.Contains(s.heard(), "STARTTLS"); encrypted != (mode == conf.StartTLS) {
			t.Errorf("%s: STARTTLS %v", mode, encrypted)
		}
	}
}

func TestSMTPWantsARealCertificate(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{conf.StartTLS, conf.TLS} {
		s := &server{}
		sender := s.start(t, mode)
		sender.roots = nil
		if err := sender.Send(context.Background(), letter); errs.KindOf(err) != errs.Unavailable || len(s.mail) != 0 {
			t.Errorf("%s: %v, want Unavailable", mode, err)
		}
	}
}

func TestSMTPRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		word, answer string
		want         errs.Kind
	}{
		{"RCPT", "550 5.1.1 <ada@example.org>: user unknown", errs.Gone},
		{"RCPT", "550 no ada@example.org here", errs.Gone},
		{"RCPT", "553 5.1.3 bad address ada@example.org", errs.Gone},
		{"RCPT", "550 5.7.1 <ada@example.org>: relaying denied", errs.Unavailable},
		{"RCPT", "554 5.7.1 <ada@example.org>: relay access denied", errs.Unavailable},
		{"RCPT", "451 4.7.1 ada@example.org greylisted", errs.Unavailable},
		{"MAIL", "550 5.1.8 <plaza@example.net>: not from you", errs.Unavailable},
		{"DATA", "554 5.6.0 ada@example.org gets no spam", errs.Unavailable},
		{"EHLO", "421 4.3.2 not now", errs.Unavailable},
		{"STARTTLS", "454 4.7.0 not now", errs.Unavailable},
		{"AUTH", "535 5.7.8 wrong password for ada@example.org", errs.Unavailable},
	} {
		s := &server{answers: map[string]string{test.word: test.answer}, offers: "250-AUTH PLAIN\r\n"}
		sender := s.start(t, conf.StartTLS)
		sender.conf.User, sender.conf.Password = "plaza", "sesame"
		err := sender.Send(context.Background(), letter)
		if errs.KindOf(err) != test.want {
			t.Errorf("%s %s: %v, want kind %d", test.word, test.answer, err, test.want)
		}
		if err != nil && strings.ContainsAny(err.Error(), "@") {
			t.Errorf("%s: an address is in %q", test.word, err)
		}
	}
}

// Letters that were taken are not sent again because the goodbye went wrong.
func TestSMTPRudeGoodbye(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"QUIT", "RSET"} {
		s := &server{answers: map[string]string{word: "554 5.0.0 go away"}}
		if err := s.start(t, conf.StartTLS).Send(context.Background(), letter); err != nil || len(s.mail) != 1 {
			t.Errorf("%s: %v, %d letters", word, err, len(s.mail))
		}
	}
}

func TestSMTPKeepsThePasswordOffOpenLines(t *testing.T) {
	t.Parallel()
	s := &server{offers: "250-AUTH LOGIN\r\n"}
	sender := s.start(t, conf.NoTLS)
	sender.conf.User, sender.conf.Password = "plaza", "sesame"
	if err := sender.Send(context.Background(), letter); err == nil || strings.Contains(s.heard(), "AUTH") {
		t.Errorf("err = %v, the server heard\n%s", err, s.heard())
	}
}

func TestSMTPDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"EHLO", "STARTTLS", "MAIL", "DATA"} {
		s := &server{silent: word}
		sender := s.start(t, conf.StartTLS)
		sender.timeout = 200 * time.Millisecond
		begun := time.Now()
		if err := sender.Send(context.Background(), letter); errs.KindOf(err) != errs.Unavailable || time.Since(begun) > 5*time.Second {
			t.Errorf("%s never answered: %v after %v", word, err, time.Since(begun))
		}
		sender.timeout = time.Hour
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		if err := sender.Send(ctx, letter); errs.KindOf(err) != errs.Unavailable || time.Since(begun) > 5*time.Second {
			t.Errorf("%s never answered, with a deadline: %v after %v", word, err, time.Since(begun))
		}
		cancel()
	}
}

func TestSMTPNobodyThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	err = NewSMTP(conf.Mail{From: "plaza@example.net", Host: "127.0.0.1", Port: port, TLS: conf.NoTLS}).Send(context.Background(), letter)
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("err = %v, want Unavailable", err)
	}
}
