// Package errs gives an error a kind, so that whoever meets it at the edge
// knows what to answer without knowing where it came from.
//
// The core says what went wrong (errs.Forbidden); the edge says how that
// sounds in its protocol (HTTP 403). No other package knows status codes.
package errs

import (
	"errors"
	"fmt"
)

// A Kind is one of the few things a caller can act on.
type Kind uint8

// The kinds. The zero value is a fault of ours.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Forbidden
	NotFound
	Conflict
	Gone
	Limited
	Unavailable
)

// RetryAfter is after how many seconds it is worth while to ask again for what
// was Unavailable, where nothing else is known.
const RetryAfter = 30

// Error pairs a kind with a sentence that may be shown to the person asking.
type Error struct {
	Kind   Kind
	Public string
	Cause  error // for the log, never for the answer
	format string
	args   []any
}

// New returns an error of kind k. Public is a whole sentence.
func New(k Kind, public string) error { return &Error{Kind: k, Public: public} }

// Newf is New with a formatted sentence.
func Newf(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Public: fmt.Sprintf(format, args...), format: format, args: args}
}

// Wrap is like New and keeps cause for the log.
func Wrap(k Kind, public string, cause error) error {
	return &Error{Kind: k, Public: public, Cause: cause}
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Public, e.Cause)
	}
	return e.Public
}

func (e *Error) Unwrap() error { return e.Cause }

// KindOf reports the kind of the outermost Error in err's chain.
func KindOf(err error) Kind {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Absent is err, or nil if that only says that something is not there.
func Absent(err error) error {
	if KindOf(err) == NotFound {
		return nil
	}
	return err
}

// Public is the sentence of the outermost Error in err's chain.
func Public(err error) string {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Public
	}
	return ""
}

// Sentence is Public as it was before its arguments were put in, for whoever says it
// in another language.
func Sentence(err error) (format string, args []any) {
	e := (*Error)(nil)
	switch {
	case !errors.As(err, &e):
		return "", nil
	case e.format == "":
		return e.Public, nil
	}
	return e.format, e.args
}
