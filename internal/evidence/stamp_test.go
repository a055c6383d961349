package evidence_test

import (
	"bytes"
	"crypto/x509"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/evidence/stamptest"
)

var stampedHead = evidence.Head{Origin: "house.example/evidence", Size: 7, Root: tlog.Hash{1, 2, 3}}

// A stamp is believed if it is of this head, with our number, and signed by who
// its certificate says; who that is, only trusted certificates tell.
func TestStamp(t *testing.T) {
	a, other := stamptest.New(t, time.Now), stamptest.New(t, time.Now)
	nonce := big.NewInt(1234567)
	question, err := evidence.StampRequest(stampedHead, nonce)
	if err != nil {
		t.Fatal(err)
	}
	answer := a.Answer(question)
	s, kept, err := evidence.AnswerStamp(answer, stampedHead, nonce, nil)
	if err != nil || s.Trusted || s.By != `"Stamps of the test"` || time.Since(s.At).Abs() > time.Minute {
		t.Fatalf("%+v, %v", s, err)
	}
	if s, err := evidence.OpenStamp(kept, stampedHead, []*x509.Certificate{a.Root}); err != nil || !s.Trusted {
		t.Errorf("by the root: %+v, %v", s, err)
	}
	if s, err := evidence.OpenStamp(kept, stampedHead, []*x509.Certificate{a.Cert}); err != nil || !s.Trusted {
		t.Errorf("by the certificate itself: %+v, %v", s, err)
	}
	if s, err := evidence.OpenStamp(kept, stampedHead, []*x509.Certificate{other.Root}); err != nil || s.Trusted {
		t.Errorf("by somebody else's: %+v, %v", s, err)
	}
	if _, _, err := evidence.AnswerStamp(answer, stampedHead, nonce, []*x509.Certificate{other.Root}); err == nil {
		t.Error("one that is not trusted is taken")
	}
	later := stampedHead
	later.Size++
	if _, err := evidence.OpenStamp(kept, later, nil); err == nil {
		t.Error("it is believed of another head")
	}
	if _, _, err := evidence.AnswerStamp(answer, stampedHead, big.NewInt(7), nil); err == nil {
		t.Error("an answer to another question is taken")
	}
	for i := range kept { // whatever is altered is not signed, or does not matter
		b := bytes.Clone(kept)
		b[i] ^= 1
		if now, err := evidence.OpenStamp(b, stampedHead, []*x509.Certificate{a.Root}); err == nil && now.Trusted && (!now.At.Equal(s.At) || now.By != s.By) {
			t.Errorf("byte %d altered: %+v", i, now)
		}
	}
	for what, lie := range map[string]func(*stamptest.Info){
		"no number":             func(i *stamptest.Info) { i.Nonce = nil },
		"another hash":          func(i *stamptest.Info) { i.Imprint.Hash = bytes.Repeat([]byte{1}, 32) },
		"before its own time":   func(i *stamptest.Info) { i.At = i.At.AddDate(-2, 0, 0) },
		"after its own time":    func(i *stamptest.Info) { i.At = i.At.AddDate(20, 0, 0) },
		"of a form to come":     func(i *stamptest.Info) { i.Version = 2 },
		"a hash of other kinds": func(i *stamptest.Info) { i.Imprint.Algorithm.Algorithm[8] = 2 },
	} {
		a.Lie = lie
		if s, _, err := evidence.AnswerStamp(a.Answer(question), stampedHead, nonce, nil); err == nil {
			t.Errorf("%s: %+v", what, s)
		}
	}
	a.Lie = nil
	a.Cert = other.Root // signed by a key, with another's certificate
	if s, _, err := evidence.AnswerStamp(a.Answer(question), stampedHead, nonce, nil); err == nil {
		t.Errorf("with another's certificate: %+v", s)
	}
	for what, b := range map[string][]byte{"nothing": nil, "garbage": []byte("<html>"), "refused": {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02}, "granted without a token": {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00},
		"too long": bytes.Repeat([]byte{0x30}, evidence.MaxStamp+1), "more behind it": append(bytes.Clone(kept), 0)} {
		if _, err := evidence.OpenStamp(b, stampedHead, nil); err == nil {
			t.Errorf("%s is a stamp", what)
		}
	}
}

func FuzzOpenStamp(f *testing.F) {
	a := stamptest.New(f, time.Now)
	nonce := big.NewInt(1)
	question, err := evidence.StampRequest(stampedHead, nonce)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(a.Answer(question))
	f.Fuzz(func(t *testing.T, b []byte) { evidence.OpenStamp(b, stampedHead, []*x509.Certificate{a.Root}) })
}

// What OpenSSL stamps is understood.
func TestStampOfOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	for _, key := range [][]string{{"rsa:2048"}, {"ec", "-pkeyopt", "ec_paramgen_curve:P-384"}} {
		dir := t.TempDir()
		run := func(args ...string) {
			t.Helper()
			cmd := exec.Command(openssl, args...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
			}
		}
		write := func(name, text string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("tsa.cnf", `[tsa]
default_tsa = one
[one]
serial = serial
default_policy = 1.2.3.4.1
signer_digest = sha512
digests = sha256
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
`)
		write("serial", "01")
		nonce := big.NewInt(987654321)
		question, err := evidence.StampRequest(stampedHead, nonce)
		if err != nil {
			t.Fatal(err)
		}
		write("q.tsq", string(question))
		run(append([]string{"req", "-x509", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/O=Somebody/CN=Stamps", "-addext", "extendedKeyUsage=critical,timeStamping", "-newkey"}, key...)...)
		run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-signer", "cert.pem", "-inkey", "key.pem", "-out", "a.tsr")
		answer, err := os.ReadFile(filepath.Join(dir, "a.tsr"))
		if err != nil {
			t.Fatal(err)
		}
		pem, err := os.ReadFile(filepath.Join(dir, "cert.pem"))
		if err != nil {
			t.Fatal(err)
		}
		certs, err := evidence.ParseAuthorities(pem)
		if err != nil {
			t.Fatal(err)
		}
		s, kept, err := evidence.AnswerStamp(answer, stampedHead, nonce, certs)
		if err != nil || !s.Trusted || s.By != `"Stamps (Somebody)"` {
			t.Fatalf("%v: %+v, %v", key, s, err)
		}
		// And what is kept of it, OpenSSL understands.
		write("kept.tsr", string(kept))
		write("checkpoint.text", stampedHead.Text())
		run("ts", "-verify", "-data", "checkpoint.text", "-in", "kept.tsr", "-CAfile", "cert.pem")
	}
}
