package social

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/pdq"
)

// AutoHelp is how rules are written, for who is about to.
const AutoHelp = `for: posts
when: all
words: casino, "free money"
links: any
account younger than: 24 hours
do: report, warn
priority: high
category: spam
quota: 50`

var (
	autoKinds = []AutoKind{AutoWords, AutoWithin, AutoLinks, AutoLinked, AutoCalls, AutoYoung, AutoFew, AutoFrom, AutoHosts, AutoPictures, AutoPace,
		AutoAlike, AutoMail}
	autoActions    = []AutoAction{AutoReport, AutoHold, AutoWarn, AutoHide, AutoLimit, AutoReject}
	autoScopes     = []AutoScope{AutoPosts, AutoMessages, AutoSignUps}
	autoPriorities = []AutoPriority{AutoLow, AutoNormal, AutoHigh, AutoUrgent}
	// What can be asked of somebody who wants to join, and done about it.
	autoOfSignUps  = []AutoKind{AutoWords, AutoWithin, AutoMail}
	autoForSignUps = []AutoAction{AutoReport, AutoLimit}
)

// ParseAutoTerms reads a rule: a line for each thing it says, such as
// "words: casino, free money". Empty lines and what follows a # at the beginning
// of a line is for people. The error names the line, and says what to do.
func ParseAutoTerms(text string) (t AutoTerms, err error) {
	t = AutoTerms{Scope: AutoPosts, Priority: AutoNormal, Category: HarmOther, Quota: DefaultAutoQuota}
	n, seen := 0, map[string]bool{}
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		key, value = FilterKey(key), strings.TrimSpace(value)
		if !ok || value == "" {
			return t, lineError(n, "write what it is about, a colon, and what it should be, such as \"words: casino, free money\"")
		}
		if err := t.read(key, value, line, seen); err != nil {
			return t, lineError(n, errs.Public(err))
		}
	}
	slices.SortStableFunc(t.Conditions, func(a, b AutoCondition) int { return cmp.Compare(a.Kind.cost(), b.Kind.cost()) })
	return t, t.check()
}

func lineError(n int, what string) error {
	return errs.Newf(errs.Invalid, "Validation failed: Line %d: %s", n, what)
}

// read takes one line.
func (t *AutoTerms) read(key, value, line string, seen map[string]bool) error {
	if kind, not := strings.CutPrefix(key, "not "); slices.Contains(autoKinds, AutoKind(kind)) {
		c := AutoCondition{Kind: AutoKind(kind), Not: not, Line: strings.Join(strings.Fields(line), " ")}
		if len(t.Conditions) == MaxAutoConditions {
			return errs.Newf(errs.Invalid, "a rule has at most %d conditions: make two of it", MaxAutoConditions)
		}
		if err := c.read(value); err != nil {
			return err
		}
		t.Conditions = append(t.Conditions, c)
		return nil
	}
	if seen[key] {
		return errs.Newf(errs.Invalid, "%q is there twice: leave one out", key)
	}
	seen[key] = true
	return t.set(key, value)
}

func (t *AutoTerms) set(key, value string) (err error) {
	folded := FilterKey(value)
	switch key {
	case "for":
		t.Scope, err = choice(autoScopes, folded)
	case "when":
		var when string
		when, err = choice([]string{"all", "any"}, folded)
		t.Any = when == "any"
	case "do":
		for one := range strings.SplitSeq(folded, ",") {
			a, err := choice(autoActions, strings.TrimSpace(one))
			if err != nil {
				return err
			}
			if !t.Does(a) {
				t.Actions = append(t.Actions, a)
			}
		}
	case "priority":
		t.Priority, err = choice(autoPriorities, folded)
	case "category":
		t.Category, err = choice(Harms, folded)
	case "quota":
		t.Quota, err = number(folded, 1, MaxAutoQuota)
	case "say":
		if t.Say = value; utf8.RuneCountInString(value) > MaxAutoSay {
			return errs.Newf(errs.Invalid, "say it in at most %d characters", MaxAutoSay)
		}
	default:
		return errs.Newf(errs.Invalid, "%q is not known. A line begins with for, when, do, priority, category, quota, say, or with a condition: %s",
			cut(key, 40), strings.Join(names(autoKinds), ", "))
	}
	return err
}

// check reports what is missing, or does not go together.
func (t AutoTerms) check() error {
	switch {
	case len(t.Conditions) == 0:
		return errs.New(errs.Invalid, "Validation failed: Add a condition, such as \"words: casino\": a rule without one would meet everything.")
	case len(t.Actions) == 0:
		return errs.New(errs.Invalid, "Validation failed: Add what is to be done, such as \"do: report\".")
	case t.Say != "" && !t.Does(AutoReject):
		return errs.New(errs.Invalid, "Validation failed: Leave \"say\" out: it is for those whose post is refused, which takes \"do: reject\".")
	case t.Does(AutoReject) && len(t.Actions) > 1:
		return errs.New(errs.Invalid, "Validation failed: What is refused is not there to be reported or hidden: let \"do\" be \"reject\" alone.")
	case t.Scope != AutoSignUps && t.Asks(AutoMail):
		return errs.New(errs.Invalid, "Validation failed: \"mail\" is about who wants to join: add \"for: sign-ups\".")
	case t.Scope == AutoSignUps:
		for _, c := range t.Conditions {
			if !slices.Contains(autoOfSignUps, c.Kind) {
				return errs.Newf(errs.Invalid, "Validation failed: Of who wants to join only %s can be asked.", strings.Join(names(autoOfSignUps), ", "))
			}
		}
		for _, a := range t.Actions {
			if !slices.Contains(autoForSignUps, a) {
				return errs.Newf(errs.Invalid, "Validation failed: Who wants to join can only be met with %s.", strings.Join(names(autoForSignUps), ", "))
			}
		}
	case t.Does(AutoReject) && t.Asks(AutoFrom) && t.Scope != AutoSignUps && t.onlyElsewhere():
		return errs.New(errs.Invalid, "Validation failed: What comes from elsewhere is not posted here, and cannot be refused: use \"do: hide\".")
	}
	return nil
}

func (t AutoTerms) onlyElsewhere() bool {
	return !t.Any && slices.ContainsFunc(t.Conditions, func(c AutoCondition) bool {
		return c.Kind == AutoHosts && !c.Not || c.Kind == AutoFrom && (c.Words[0] == "elsewhere") != c.Not
	})
}

// read takes what a condition should be.
func (c *AutoCondition) read(value string) (err error) {
	switch c.Kind {
	case AutoWords, AutoWithin:
		return c.readList(value, func(one string) (string, error) {
			if FilterKey(one) == "" || utf8.RuneCountInString(one) > MaxAutoWord {
				return "", errs.Newf(errs.Invalid, "each word or phrase has 1 to %d characters", MaxAutoWord)
			}
			return FilterKey(one), nil
		})
	case AutoLinks, AutoHosts, AutoMail:
		if c.Any = c.Kind == AutoLinks && FilterKey(value) == "any"; c.Any {
			return nil
		}
		return c.readList(value, hostOrBelow)
	case AutoPictures:
		return c.readPictures(value)
	case AutoFrom:
		from, err := choice([]string{"here", "elsewhere"}, FilterKey(value))
		c.Words = []string{from}
		return err
	case AutoYoung:
		c.Within, err = while(value, MaxAutoAge)
	case AutoPace, AutoAlike:
		most := MaxAutoPace
		if c.Kind == AutoAlike {
			most = MaxAutoAlike
		}
		many, within, ok := strings.Cut(FilterKey(value), " in ")
		if !ok {
			return errs.New(errs.Invalid, "say how many in which time, such as \"5 in 10 minutes\"")
		}
		if c.Count, err = number(many, 2-oneIf(c.Kind == AutoAlike), MaxAutoCount); err == nil {
			c.Within, err = while(within, most)
		}
	default:
		c.Count, err = number(value, 1, MaxAutoCount)
	}
	return err
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// readList takes words that stand between commas, in quotes where they have
// commas themselves.
func (c *AutoCondition) readList(value string, clean func(string) (string, error)) error {
	for _, one := range items(value) {
		one, err := clean(one)
		if err != nil {
			return err
		}
		if len(c.Words) == MaxAutoWords {
			return errs.Newf(errs.Invalid, "a condition has at most %d words or hosts: make two conditions of it, or two rules", MaxAutoWords)
		}
		if !slices.Contains(c.Words, one) {
			c.Words = append(c.Words, one)
		}
	}
	if len(c.Words) == 0 {
		return errs.New(errs.Invalid, "name at least one after the colon, with commas between them")
	}
	return nil
}

// items cuts at commas, except within quotes.
func items(s string) (out []string) {
	var b strings.Builder
	quoted := false
	end := func() {
		if one := strings.TrimSpace(b.String()); one != "" {
			out = append(out, one)
		}
		b.Reset()
	}
	for _, r := range s {
		switch {
		case r == '"' || r == '“' || r == '”' || r == '„':
			quoted = !quoted
		case r == ',' && !quoted:
			end()
		default:
			b.WriteRune(r)
		}
	}
	end()
	return out
}

// hostOrBelow is a host, or with *. all that is below one.
func hostOrBelow(one string) (string, error) {
	below, star := strings.CutPrefix(one, "*.")
	below = strings.TrimPrefix(below, ".")
	host, err := CleanHost(below)
	if star && err != nil && !strings.ContainsAny(below, "./: ") { // *.top: a whole top level
		host, err = CleanHost("x." + below)
		host = strings.TrimPrefix(host, "x.")
	}
	if err != nil {
		return "", errs.Newf(errs.Invalid, "%q is no host: write example.com for it and all below it, or *.example.com for what is below it alone", cut(one, 60))
	}
	if star {
		host = "*." + host
	}
	return host, nil
}

func (c *AutoCondition) readPictures(value string) error {
	if c.Any = FilterKey(value) == "any list"; c.Any {
		return nil
	}
	for _, one := range items(value) {
		folded := FilterKey(one)
		list, named := strings.CutPrefix(folded, "list ")
		look, looks := strings.CutPrefix(folded, "pdq:")
		print, prints := strings.CutPrefix(folded, "sha256:")
		switch {
		case named:
			c.Words = append(c.Words, list)
		case looks:
			h, err := pdq.Parse(look)
			if err != nil {
				return errs.New(errs.Invalid, err.Error())
			}
			c.Looks = append(c.Looks, h)
		case prints:
			if b, err := hex.DecodeString(print); err != nil || len(b) != 32 {
				return errs.New(errs.Invalid, "a SHA-256 has 64 digits and letters from a to f")
			}
			c.Prints = append(c.Prints, print)
		default:
			return errs.New(errs.Invalid, "write \"any list\", \"list\" and the name of one, or a hash such as sha256:… or pdq:…")
		}
		if len(c.Words)+len(c.Looks)+len(c.Prints) > MaxAutoWords {
			return errs.Newf(errs.Invalid, "a condition has at most %d hashes: make a list of them", MaxAutoWords)
		}
	}
	return nil
}

// choice is one of all, by its name.
func choice[T ~string](all []T, name string) (T, error) {
	if !slices.Contains(all, T(name)) {
		return "", errs.Newf(errs.Invalid, "%q is not known here: choose one of %s", cut(name, 40), strings.Join(names(all), ", "))
	}
	return T(name), nil
}

func names[T ~string](all []T) (out []string) {
	for _, one := range all {
		out = append(out, string(one))
	}
	return out
}

func number(s string, least, most int) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < least || n > most {
		return 0, errs.Newf(errs.Invalid, "write a number from %d to %d", least, most)
	}
	return n, nil
}

var units = map[string]time.Duration{"minute": time.Minute, "minutes": time.Minute, "m": time.Minute, "min": time.Minute,
	"hour": time.Hour, "hours": time.Hour, "h": time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour, "d": 24 * time.Hour}

// while reads a time such as "10 minutes", "24h" or "7 days".
func while(s string, most time.Duration) (time.Duration, error) {
	s = strings.TrimSpace(FilterKey(s))
	digits := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if digits > 0 {
		n, err := strconv.Atoi(s[:digits])
		unit, ok := units[strings.TrimSpace(s[digits:])]
		if err == nil && ok && n > 0 && n <= int(most/unit) {
			return time.Duration(n) * unit, nil
		}
	}
	return 0, errs.Newf(errs.Invalid, "write a time such as \"10 minutes\", \"24 hours\" or \"7 days\", of at most %s", atMost(most))
}

func atMost(d time.Duration) string {
	if d > 24*time.Hour {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}
