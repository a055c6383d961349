// Package mail sends the letters that the core has queued: by SMTP, or, where
// no mail server is set, into a folder. What a letter says is decided in the
// core; whether it may be sent at all, too.
package mail

import (
	"bytes"
	"context"
	"encoding/json"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// A Sender takes a letter to where it goes. An error of kind Invalid or Gone
// will not get better; what it says names nobody's address.
type Sender interface {
	Send(ctx context.Context, l auth.Letter) error
}

const (
	sendTimeout = time.Minute
	sendTries   = 12 // the pauses double: about three hours in all
	sendAtOnce  = 4
)

// MaxAttached is how large evidence may be that goes with a letter: larger ones many
// mail servers refuse, and what is not attached can be fetched.
const MaxAttached = 5 << 20

// A Drawer is where the evidence for an answer lies, or NotFound.
type Drawer func(ctx context.Context, which social.MatterID) ([]byte, error)

// Worker sends the letters that wait as auth.LetterJob. A letter may arrive
// twice if the host dies between the mail server's yes and our noting it.
func Worker(s Sender, drawer Drawer) work.Worker {
	return work.Worker{
		Kind:    auth.LetterJob,
		AtOnce:  sendAtOnce,
		Timeout: sendTimeout,
		Tries:   sendTries,
		Do: func(ctx context.Context, args []byte) error {
			var l auth.Letter
			if err := json.Unmarshal(args, &l); err != nil {
				return errs.Wrap(errs.Invalid, "This job does not hold a letter.", err)
			}
			if l.Bundle != 0 && drawer != nil {
				b, err := drawer(ctx, l.Bundle)
				if err != nil && errs.KindOf(err) != errs.NotFound { // forgotten since: the words go all the same
					return err
				}
				if len(b) <= MaxAttached {
					l.File = b
				}
			}
			return s.Send(ctx, l)
		},
	}
}

// compose makes the message. It refuses an address or a subject that would
// become more than one line of the message's head.
func compose(from string, l auth.Letter, encoding gomail.Encoding) (*gomail.Msg, error) {
	sender, err := oneAddress(from)
	if err != nil {
		return nil, errs.New(errs.Internal, "The sender of mail is not an address. Write one in the setting mail.from.")
	}
	to, err := oneAddress(l.To)
	if err != nil || to.Address != l.To {
		return nil, errs.New(errs.Invalid, "This letter has no address that mail can be sent to.")
	}
	if l.Subject == "" || strings.ContainsFunc(l.Subject, unicode.IsControl) {
		return nil, errs.New(errs.Invalid, "The subject of this letter is not one line of text.")
	}
	m := gomail.NewMsg(gomail.WithEncoding(encoding), gomail.WithNoDefaultUserAgent())
	m.SetAddrHeaderFromMailAddress(gomail.HeaderFrom, sender)
	m.SetAddrHeaderFromMailAddress(gomail.HeaderTo, to)
	m.Subject(l.Subject)
	m.SetMessageIDWithValue(random() + "@" + domain(sender)) // the default would tell the machine's name
	m.SetGenHeader("Auto-Submitted", "auto-generated")       // so that no absence note comes back
	m.SetBodyString(gomail.TypeTextPlain, lines(l.Text))
	if len(l.File) > 0 {
		return m, m.AttachReader("evidence.evz", bytes.NewReader(l.File), gomail.WithFileContentType("application/zip"))
	}
	return m, nil
}

func oneAddress(s string) (*mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err == nil && strings.ContainsFunc(a.Name+a.Address, unicode.IsControl) {
		return nil, errs.New(errs.Invalid, "An address has no line breaks.")
	}
	return a, err
}

func domain(a *mail.Address) string {
	return a.Address[strings.LastIndexByte(a.Address, '@')+1:]
}

// lines ends every line the way mail does.
func lines(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.ReplaceAll(strings.TrimRight(s, "\n")+"\n", "\n", "\r\n")
}
