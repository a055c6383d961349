package auth

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// The codes of problems, as Mastodon's clients know them.
// https://docs.joinmastodon.org/methods/accounts/#422-unprocessable-entity
const (
	Blank    = "ERR_BLANK"
	Taken    = "ERR_TAKEN"
	Wrong    = "ERR_INVALID"
	Reserved = "ERR_RESERVED"
	TooShort = "ERR_TOO_SHORT"
	TooLong  = "ERR_TOO_LONG"
	Accepted = "ERR_ACCEPTED"
	Blocked  = "ERR_BLOCKED"
)

// Limits of what people enter. The password's are characters at least, and
// bytes at most.
const (
	MinPassword = 8
	MaxPassword = 256
	MaxEmail    = 254
	MaxReason   = 500
)

// A Problem is what is wrong with one field of a form. Text is a sentence.
type Problem struct{ Field, Code, Text string }

// Problems are all that is wrong with a form: an error of kind Invalid.
type Problems []Problem

func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.Text
	}
	return "Validation failed: " + strings.Join(texts, " ")
}

// Unwrap gives the kind, and the sentence for people.
func (ps Problems) Unwrap() error { return errs.New(errs.Invalid, ps.Error()) }

func (ps *Problems) add(field, code, text string) { *ps = append(*ps, Problem{field, code, text}) }

// err is ps as an error, or nil if there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

func (ps *Problems) username(name string, reservedToo bool) {
	err := social.CheckUsername(name)
	switch {
	case name == "":
		ps.add("username", Blank, errs.Public(err))
	case len(name) > social.MaxUsername:
		ps.add("username", TooLong, errs.Public(err))
	case err != nil:
		ps.add("username", Wrong, errs.Public(err))
	case social.Reserved(name) && !reservedToo:
		ps.add("username", Reserved, "This username is kept for the house. Choose another one.")
	}
}

func (ps *Problems) email(address string) {
	switch {
	case address == "":
		ps.add("email", Blank, "Enter your e-mail address.")
	case len(address) > MaxEmail:
		ps.add("email", TooLong, "This e-mail address is too long.")
	case !validEmail(address), strings.ContainsAny(address, routes), strings.Contains(address, "=?"):
		ps.add("email", Wrong, "This is not an e-mail address. It looks like ada@example.org.")
	}
}

// routes are signs by which some mail servers read on the left of an address where
// to pass a letter on to; what follows "[" is a machine. "=?" begins a word that some decode.
const routes = `%!"[`

// validEmail reports whether a letter could be sent to address.
func validEmail(address string) bool {
	a, err := mail.ParseAddress(address)
	if err != nil || a.Address != address || !utf8.ValidString(address) || strings.ContainsFunc(address, unicode.IsControl) {
		return false
	}
	host := address[strings.LastIndexByte(address, '@')+1:]
	return host == "localhost" || strings.Contains(strings.Trim(host, "."), ".")
}

func (ps *Problems) password(field, password string) {
	switch {
	case password == "":
		ps.add(field, Blank, "Choose a password.")
	case utf8.RuneCountInString(password) < MinPassword:
		ps.add(field, TooShort, "A password has at least 8 characters.")
	case len(password) > MaxPassword:
		ps.add(field, TooLong, "This password is too long: 256 letters are enough.")
	}
}

// has reports whether something is wrong with a field already.
func (ps Problems) has(field string) bool {
	for _, p := range ps {
		if p.Field == field {
			return true
		}
	}
	return false
}

const (
	nameTaken  = "This username is taken. Choose another one."
	emailTaken = "There is an account with this e-mail address already. Sign in, or ask for a new password."
)

// conflict is a Conflict of the store about a field, as a problem; other
// errors stay as they are.
func conflict(err error, field, text string) error {
	if e := (*errs.Error)(nil); errors.As(err, &e) && e.Kind == errs.Conflict {
		return Problems{{field, Taken, text}}
	}
	return err
}
