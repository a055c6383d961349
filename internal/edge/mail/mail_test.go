package mail

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	gomail "github.com/wneessen/go-mail"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

var letter = auth.Letter{
	To:      "ada@example.org",
	Subject: "Bestätige deine Adresse",
	Text:    "Grüß Gott,\n\nöffne https://example.org/confirm?secret=abc=def&x=1.\n.\nA line that begins with a dot:\n.dot\n",
}

func TestNobodyWritesHeadersIntoALetter(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]auth.Letter{
		"line in the subject":      {To: "ada@example.org", Subject: "Hi\r\nBcc: eve@example.org", Text: "x"},
		"bare LF in the subject":   {To: "ada@example.org", Subject: "Hi\nBcc: eve@example.org", Text: "x"},
		"bare CR in the subject":   {To: "ada@example.org", Subject: "Hi\rBcc: eve@example.org", Text: "x"},
		"NUL in the subject":       {To: "ada@example.org", Subject: "Hi\x00", Text: "x"},
		"line in the address":      {To: "ada@example.org\r\nBcc: eve@example.org", Subject: "Hi", Text: "x"},
		"line in a quoted address": {To: "\"a\r\n b\"@example.org", Subject: "Hi", Text: "x"},
		"folded address":           {To: "ada@example.org\r\n ", Subject: "Hi", Text: "x"},
		"two addresses":            {To: "ada@example.org, eve@example.org", Subject: "Hi", Text: "x"},
		"a name":                   {To: "Eve <ada@example.org>", Subject: "Hi", Text: "x"},
		"no address":               {To: "ada", Subject: "Hi", Text: "x"},
		"nobody":                   {Subject: "Hi", Text: "x"},
		"no subject":               {To: "ada@example.org", Text: "x"},
	} {
		if _, err := compose(localSender, l, gomail.EncodingQP); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("ada@example.org", "Hi", "text")
	f.Add("ada@example.org\r\nBcc: eve@example.org", "Hi\r\nX-Evil: 1", "\r\n.\r\n")
	f.Fuzz(func(t *testing.T, to, subject, text string) {
		m, err := compose(localSender, auth.Letter{To: to, Subject: subject, Text: text}, gomail.EncodingQP)
		if err != nil {
			return
		}
		var raw bytes.Buffer
		if _, err := m.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		got, err := mail.ReadMessage(&raw)
		if err != nil {
			t.Fatalf("to %q, subject %q: %v", to, subject, err)
		}
		for name := range got.Header {
			switch name {
			case "From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding":
			default:
				t.Fatalf("to %q, subject %q put in a header %q", to, subject, name)
			}
		}
	})
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := Outbox{Dir: filepath.Join(t.TempDir(), "data", "outbox"), Log: slog.New(slog.NewJSONHandler(&log, nil))}
	for range 2 {
		if err := o.Send(context.Background(), letter); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(o.Dir, "*.eml"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files %v, %v; want two", files, err)
	}
	for path, want := range map[string]os.FileMode{o.Dir: 0o700, files[0]: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	sameLetter(t, raw)
	if !bytes.Contains(raw, []byte("https://example.org/confirm?secret=abc=def&x=1")) {
		t.Errorf("the link cannot be copied from the file:\n%s", raw)
	}
	var said struct{ Level, Msg, File, Link string }
	if err := json.NewDecoder(&log).Decode(&said); err != nil {
		t.Fatal(err)
	}
	if said.Level != "INFO" || said.Msg != "mail kept in the outbox" || said.Link != "https://example.org/confirm?secret=abc=def&x=1" || !strings.HasPrefix(said.File, o.Dir) {
		t.Errorf("log: %+v", said)
	}
	if strings.Contains(log.String(), "ada@") {
		t.Errorf("an address is in the log: %s", log.String())
	}
}

func TestOutboxThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "outbox")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := Outbox{Dir: file, Log: slog.New(slog.DiscardHandler)}.Send(context.Background(), letter)
	if err == nil || errs.KindOf(err) != errs.Internal {
		t.Errorf("err = %v, want one that is tried again", err)
	}
}

// sameLetter checks that raw says what letter says.
func sameLetter(t *testing.T, raw []byte) {
	t.Helper()
	got, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if to, err := got.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != letter.To {
		t.Errorf("to %v, %v", to, err)
	}
	body := got.Body
	if got.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if want := strings.ReplaceAll(letter.Text, "\n", "\r\n"); err != nil || strings.TrimRight(string(text), "\r\n") != strings.TrimRight(want, "\r\n") {
		t.Errorf("text %q, %v; want %q", text, err, want)
	}
	if host, _ := os.Hostname(); host != "" && host != "localhost" && bytes.Contains(raw, []byte(host)) {
		t.Errorf("the machine's name is in\n%s", raw)
	}
	if got.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Error("absence notes will come back")
	}
}

type kept struct{ letters []auth.Letter }

func (k *kept) Send(_ context.Context, l auth.Letter) error {
	k.letters = append(k.letters, l)
	return nil
}

func TestWorker(t *testing.T) {
	t.Parallel()
	k := &kept{}
	w := Worker(k, nil)
	if w.Kind != auth.LetterJob || w.AtOnce < 1 || w.Timeout <= 0 || w.Tries < 1 {
		t.Errorf("worker %+v", w)
	}
	args, err := json.Marshal(letter)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Do(context.Background(), args); err != nil || len(k.letters) != 1 || !reflect.DeepEqual(k.letters[0], letter) {
		t.Errorf("sent %+v, %v", k.letters, err)
	}
	if err := w.Do(context.Background(), []byte("{")); errs.KindOf(err) != errs.Invalid {
		t.Errorf("broken args: %v, want Invalid", err)
	}
}

// Evidence goes with a letter if it is not too large for that; the words go in any
// case.
func TestWorkerAttaches(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		bytes int
		err   error
		want  int
		fails bool
	}{
		"as much as fits": {MaxAttached, nil, MaxAttached, false},
		"too much":        {MaxAttached + 1, nil, 0, false},
		"forgotten":       {0, errs.New(errs.NotFound, "Record not found"), 0, false},
		"out of reach":    {0, errs.New(errs.Unavailable, "Later."), 0, true},
	} {
		k := &kept{}
		w := Worker(k, func(_ context.Context, which social.MatterID) ([]byte, error) {
			if which != 7 {
				t.Errorf("%s: asked for %d", name, which)
			}
			return make([]byte, tt.bytes), tt.err
		})
		l := letter
		l.Bundle = 7
		args, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Do(context.Background(), args); (err != nil) != tt.fails {
			t.Errorf("%s: %v", name, err)
		}
		if !tt.fails && (len(k.letters) != 1 || len(k.letters[0].File) != tt.want) {
			t.Errorf("%s: %d letters went", name, len(k.letters))
		}
	}
}

func TestComposeAttached(t *testing.T) {
	t.Parallel()
	l := letter
	l.File = []byte("PK evidence")
	m, err := compose("Plaza <plaza@localhost>", l, gomail.EncodingQP)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"multipart/mixed", `filename="evidence.evz"`, "application/zip", base64.StdEncoding.EncodeToString(l.File)} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %q in\n%s", want, &b)
		}
	}
}
