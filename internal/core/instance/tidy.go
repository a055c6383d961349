package instance

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// Limits of the settings, in characters.
const (
	MaxTitle       = 60
	MaxDescription = 5000
	MaxContact     = 254
	MaxRules       = 50
	MaxRule        = 300
	MaxHint        = 1000
	MaxLongText    = 50_000 // of what is said about the house, of privacy and of the terms
	MaxTerms       = 20     // versions that are kept
)

// tidy is s as it is stored, or why it cannot be.
func tidy(s social.Settings) (social.Settings, error) {
	s.Title, s.Description, s.Contact = strings.TrimSpace(s.Title), strings.TrimSpace(s.Description), strings.TrimSpace(s.Contact)
	switch {
	case s.Title == "":
		return s, errs.New(errs.Invalid, "Give the house a name.")
	case long(s.Title, MaxTitle) || !plain(s.Title, false):
		return s, errs.Newf(errs.Invalid, "The name is one line of at most %d characters.", MaxTitle)
	case long(s.Description, MaxDescription) || !plain(s.Description, true):
		return s, errs.Newf(errs.Invalid, "The description is plain text of at most %d characters.", MaxDescription)
	case s.Contact != "" && !address(s.Contact):
		return s, errs.New(errs.Invalid, "The contact is an e-mail address, such as hello@example.org, or empty.")
	}
	if s.Sample < 0 || s.Sample > social.MaxSample {
		return s, errs.Newf(errs.Invalid, "The posts drawn by lot each week are a number from 0 to %d.", social.MaxSample)
	}
	if s.DownDays < 0 || s.DownDays > social.MaxDownDays {
		return s, errs.Newf(errs.Invalid, "The days before somebody votes replies down are a number from 0 to %d.", social.MaxDownDays)
	}
	if !slices.Contains(social.Accents, s.Accent) {
		return s, errs.New(errs.Invalid, "Choose one of the colours that stand there.")
	}
	switch s.SignUps {
	case social.SignUpOpen, social.SignUpApproval, social.SignUpInvite, social.SignUpClosed:
	default:
		return s, errs.New(errs.Invalid, "Joining is one of open, approval, invite, closed.")
	}
	if !s.Factors.Known() {
		return s, errs.New(errs.Invalid, "A second step is asked of nobody, of staff, or of everybody.")
	}
	if err := tidyTexts(&s); err != nil {
		return s, err
	}
	if err := social.CheckTemplates(s.Templates); err != nil {
		return s, err
	}
	rules, err := tidyRules(s.Rules)
	s.Rules = rules
	return s, err
}

// tidyRules leaves out empty rules and numbers those that are new.
func tidyRules(rules []social.Rule) ([]social.Rule, error) {
	if len(rules) > MaxRules {
		return nil, errs.Newf(errs.Invalid, "A house has at most %d rules.", MaxRules)
	}
	highest, used := 0, map[string]bool{"": true}
	for _, r := range rules {
		n, _ := strconv.Atoi(r.ID)
		highest = max(highest, n)
	}
	var out []social.Rule
	for _, r := range rules {
		r.Text, r.Hint = strings.TrimSpace(r.Text), strings.TrimSpace(r.Hint)
		if r.Text == "" && r.Hint == "" {
			continue
		}
		if r.Text == "" || long(r.Text, MaxRule) || long(r.Hint, MaxHint) || !plain(r.Text+r.Hint, true) {
			return nil, errs.Newf(errs.Invalid, "A rule is plain text of 1 to %d characters, and what explains it has at most %d.", MaxRule, MaxHint)
		}
		if n, err := strconv.Atoi(r.ID); used[r.ID] || err != nil || n <= 0 {
			highest++
			r.ID = strconv.Itoa(highest)
		}
		used[r.ID] = true
		out = append(out, r)
	}
	return out, nil
}

func long(s string, limit int) bool { return utf8.RuneCountInString(s) > limit }

// plain reports whether s is text that every database keeps: without control
// characters, except for the ends of lines where there may be some.
func plain(s string, lines bool) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !(lines && (r == '\n' || r == '\r' || r == '\t'))
	})
}

func address(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= MaxContact && plain(s, false)
}

// tidyTexts bounds the long texts, and keeps the last versions of the terms.
func tidyTexts(s *social.Settings) error {
	s.Terms = s.Terms[max(0, len(s.Terms)-MaxTerms):]
	for _, t := range append([]social.Text{s.About, s.Privacy}, s.Terms...) {
		if long(t.Body, MaxLongText) || !plain(t.Body, true) {
			return errs.Newf(errs.Invalid, "A text is plain, of at most %d characters.", MaxLongText)
		}
	}
	return nil
}
