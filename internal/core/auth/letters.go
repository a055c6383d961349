package auth

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// LetterJob is the kind of the job that sends a Letter.
const LetterJob = "mail"

// A Letter is plain text to one address. Bundle is the notice whose evidence goes
// along, and File what that is, once it is known.
type Letter struct {
	To, Subject, Text string
	Bundle            social.MatterID `json:",omitempty"`
	File              []byte          `json:"-"`
}

// send has a letter sent if this write commits. Its text gets a greeting and
// says whom it is from.
func (s *Service) send(ctx context.Context, tx *store.Tx, a social.Account, to, subject, text string) error {
	house := s.title()
	return tx.AddJob(ctx, LetterJob, Letter{To: to, Subject: subject + " · " + house, Text: fmt.Sprintf(
		"Hello @%s,\n\n%s\n\n%s\n%s\n", a.Username, text, house, s.config.BaseURL)}, tx.Now, "")
}

// title is the house's name on one line.
func (s *Service) title() string {
	if s.config.Title == nil {
		return social.DefaultSettings.Title
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s.config.Title())
}

func (s *Service) link(path, secret string) string {
	return s.config.BaseURL + path + "?token=" + url.QueryEscape(secret)
}

func (s *Service) confirmLetter(ctx context.Context, tx *store.Tx, a social.Account, to, secret string) error {
	return s.send(ctx, tx, a, to, "Confirm your e-mail address", fmt.Sprintf(
		`somebody, we hope you, has opened the account @%s here and gave this e-mail
address. Open this link to confirm that it is yours:

%s

The link works for %s.

Was it not you? Then do nothing. Without the link the account cannot be used,
and we will not write again.`, a.Username, s.link("/auth/confirmation", secret), while(confirmLife)))
}

func (s *Service) changeLetter(ctx context.Context, tx *store.Tx, a social.Account, to, secret string) error {
	return s.send(ctx, tx, a, to, "Confirm your new e-mail address", fmt.Sprintf(
		`you, or somebody who knows your password, asked to change the e-mail address
of the account @%s to this one. Open this link to confirm it:

%s

The link works for %s. Until then the old address stays.

Was it not you? Then do nothing: nothing changes without the link.`, a.Username, s.link("/auth/confirmation", secret), while(confirmLife)))
}

func (s *Service) movedLetter(ctx context.Context, tx *store.Tx, a social.Account, old, to string) error {
	return s.send(ctx, tx, a, old, "Your e-mail address is about to change", fmt.Sprintf(
		`you, or somebody who knows your password, asked to change the e-mail address
of your account to %s. It changes when the link in the letter to that address
is opened.

Was it not you? Then choose a new password now, which stops it:

%s

It signs everybody out of your account who is signed in to it.`, to, s.config.BaseURL+"/auth/password/new"))
}

func (s *Service) resetLetter(ctx context.Context, tx *store.Tx, a social.Account, to, secret string) error {
	return s.send(ctx, tx, a, to, "Choose a new password", fmt.Sprintf(
		`somebody, we hope you, asked for a new password for your account. Open this
link to choose one:

%s

The link works for %s and only once. With the new password, all browsers and
apps are signed out of your account.

Was it not you? Then do nothing. Your password stays as it is, and who asked
does not learn whether you have an account here.`, s.link("/auth/password/edit", secret), while(resetLife)))
}

func (s *Service) passwordLetter(ctx context.Context, tx *store.Tx, a social.Account, to string) error {
	return s.send(ctx, tx, a, to, "Your password was changed", fmt.Sprintf(
		`you, or somebody who could show to be you, changed the password of your
account. All other browsers and all apps were signed out.

Was it not you? Then choose a new password at once:

%s

and make sure that nobody else reads your mail.`, s.config.BaseURL+"/auth/password/new"))
}

// factorLetter tells of what was done to what somebody shows besides the password.
func (s *Service) factorLetter(ctx context.Context, tx *store.Tx, a social.Account, to, subject, said string) error {
	return s.send(ctx, tx, a, to, subject, fmt.Sprintf(
		`%s

Was it not you? Then choose a new password at once:

%s

It signs everybody out of your account who is signed in to it. Then look at
what opens the account besides:

%s`, said, s.config.BaseURL+"/auth/password/new", s.config.BaseURL+"/settings/security"))
}

func (s *Service) approvedLetter(ctx context.Context, tx *store.Tx, a social.Account, to string) error {
	return s.send(ctx, tx, a, to, "Welcome", fmt.Sprintf(
		`the people who run this house have let you in. Sign in and say hello:

%s

Did you not ask to join? Then somebody did with your address; answer this
letter or write to those who run the house, and we delete the account.`, s.config.BaseURL+"/auth/sign_in"))
}

func (s *Service) rejectedLetter(ctx context.Context, tx *store.Tx, a social.Account, to string) error {
	return s.send(ctx, tx, a, to, "You asked to join",
		`the people who run this house have decided not to let you in, and what you
entered has been deleted. It says nothing about you: every house chooses
who lives in it.

Did you not ask to join? Then there is nothing to do.`)
}

func (s *Service) goodbyeLetter(ctx context.Context, tx *store.Tx, a social.Account, to string) error {
	held, err := tx.HoldsOn(ctx, a.ID, tx.Now)
	if err != nil {
		return err
	}
	kept := ""
	if until, is := social.HeldUntil(held); is {
		kept = "\n\n" + social.HeldWords(until)
	}
	return s.send(ctx, tx, a, to, "Your account is deleted",
		`you, or somebody who knows your password, deleted your account. Nobody can
see it any more; your posts and all that was yours are being removed now, and
this cannot be undone. This is the last letter we send you.

Was it not you? Then write to the people who run the house, and change your
password wherever else you use the same one.`+kept)
}

// farewellLetter tells somebody that their account is about to be deleted, and
// how to keep it.
func (s *Service) farewellLetter(ctx context.Context, tx *store.Tx, a social.Account, u social.User) error {
	return s.send(ctx, tx, a, u.Email, "Your account will be deleted on "+u.LeavesAt.UTC().Format("2 January 2006"),
		`you, or somebody who knows your password, asked for your account to be
deleted. Nobody sees it any more; on `+u.LeavesAt.UTC().Format("2 January 2006")+` it goes for good, with your
posts and all that was yours.

Until then you can keep it: sign in, and choose “Keep my account”.

Was it not you? Do the same, and change your password.`)
}

// while is a duration in words.
func while(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours())/24)
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}

// minutes is how long to wait, in words and not too short.
func minutes(d time.Duration) string {
	n := int((d + time.Minute - 1) / time.Minute)
	if n <= 1 {
		return "a minute"
	}
	return fmt.Sprintf("%d minutes", n)
}
