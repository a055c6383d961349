// Package abuse reads what hosts, authorities and holders of rights send about
// abuse: XARF (versions 4 and 3), feedback reports as in RFC 5965, and letters
// as they are. It makes of each what the core asks for, and decides nothing.
// Whatever comes is a stranger's: it is read within bounds, and what cannot be
// read is refused in a sentence.
package abuse

import (
	"bytes"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// A Reader reads notices that are about addresses of the house.
type Reader struct {
	Bases func() []string // of the house: "https://plaza.example", and what it was called before
}

// Read is raw, which came at now, as the core takes it. An error is Invalid, and
// may be shown.
func (r Reader) Read(raw []byte, now time.Time) (social.MatterDraft, error) {
	if len(raw) > social.MaxMatterRaw {
		return social.MatterDraft{}, errs.Newf(errs.Invalid, "A notice has at most %d bytes. Leave out what is attached.", social.MaxMatterRaw)
	}
	d, err := r.read(raw, now)
	if err != nil {
		return social.MatterDraft{}, err
	}
	if d.Received.IsZero() || d.Received.After(now) {
		d.Received = now
	}
	d.Raw = raw
	return d.Tidy(), nil
}

// Words is what somebody wrote down without saying who and when.
func (r Reader) Words(s string) social.MatterDraft {
	return social.MatterDraft{Class: social.ClassHost, Text: text.Clean(s), Addresses: r.ours(nil, s)}.Tidy()
}

func (r Reader) read(raw []byte, now time.Time) (social.MatterDraft, error) {
	body := bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	switch {
	case len(body) == 0:
		return social.MatterDraft{}, errs.New(errs.Invalid, "There is nothing in it.")
	case body[0] == '{':
		return r.ReadXARF(body)
	}
	return r.readMail(raw, now)
}

func (r Reader) bases() []string {
	if r.Bases == nil {
		return nil
	}
	return r.Bases()
}
