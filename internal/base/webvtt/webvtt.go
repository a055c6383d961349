// Package webvtt reads captions strictly and writes them anew: what comes out holds
// times and words, and nothing else that was in a file. How they look is not for a
// file to say. https://www.w3.org/TR/webvtt1/
package webvtt

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of a file.
const (
	MaxBytes = 512 << 10
	MaxCues  = 5000
	MaxText  = 2000            // bytes of one, as they are written
	longest  = 100 * time.Hour // into a film
)

// A Cue is what is shown from one moment to another.
type Cue struct {
	From, To time.Duration
	Settings string // where it stands
	Text     string // with tags for who speaks, and stress
}

// A Problem is what is wrong with a file, for whoever made it.
type Problem struct {
	Line int
	What string
}

func (p Problem) Error() string { return fmt.Sprintf("line %d: %s", p.Line, p.What) }

var errBytes = errors.New("too large, or not text in UTF-8")

// Parse reads a file. The error is a Problem for what can be mended in it.
func Parse(b []byte) ([]Cue, error) {
	if len(b) > MaxBytes || !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return nil, errBytes
	}
	s := strings.TrimPrefix(string(b), "\ufeff")
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
	if first := lines[0]; first != "WEBVTT" && !strings.HasPrefix(first, "WEBVTT ") && !strings.HasPrefix(first, "WEBVTT\t") {
		return nil, Problem{1, "it does not begin with WEBVTT"}
	}
	at := 1
	for at < len(lines) && lines[at] != "" { // the rest of the head
		if strings.Contains(lines[at], "-->") {
			return nil, Problem{at + 1, "an empty line is missing before it"}
		}
		at++
	}
	var cues []Cue
	for at < len(lines) {
		if lines[at] == "" {
			at++
			continue
		}
		end := at
		for end < len(lines) && lines[end] != "" {
			end++
		}
		c, is, err := block(lines[at:end], at+1)
		if err != nil {
			return nil, err
		}
		if is {
			cues = append(cues, c)
		}
		if len(cues) > MaxCues {
			return nil, Problem{at + 1, fmt.Sprintf("more than %d captions", MaxCues)}
		}
		at = end
	}
	if len(cues) == 0 {
		return nil, Problem{len(lines), "it holds no caption"}
	}
	slices.SortStableFunc(cues, func(a, b Cue) int { return cmp.Compare(a.From, b.From) })
	return cues, nil
}

// block is a cue, or something that is left out: a comment, or how things look.
func block(lines []string, line int) (c Cue, is bool, err error) {
	timing := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "-->") })
	if timing < 0 {
		word, _, _ := strings.Cut(strings.ReplaceAll(lines[0], "\t", " "), " ")
		if word == "NOTE" || word == "STYLE" || word == "REGION" {
			return c, false, nil
		}
		return c, false, Problem{line, "no time stands before it, such as 00:01.000 --> 00:04.000"}
	}
	if timing > 1 {
		return c, false, Problem{line + timing, "more than a name stands before the time"}
	}
	if c, err = times(lines[timing]); err != nil {
		return c, false, Problem{line + timing, err.Error()}
	}
	text := strings.Join(lines[timing+1:], "\n")
	if len(text) <= 2*MaxText {
		c.Text = words(text)
	}
	if len(text) > 2*MaxText || len(c.Text) > MaxText {
		return c, false, Problem{line + timing, fmt.Sprintf("one caption has more than %d bytes", MaxText)}
	}
	return c, c.Text != "", nil
}

var timing = regexp.MustCompile(`\A(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})\z`)

func moment(s string) (time.Duration, error) {
	m := timing.FindStringSubmatch(s)
	if m == nil || len(m[1]) > 3 {
		return 0, fmt.Errorf("%.20q is not a time such as 00:01.000", s)
	}
	n := func(s string) time.Duration {
		n, _ := strconv.Atoi(s) // digits, or none
		return time.Duration(n)
	}
	at := n(m[1])*time.Hour + n(m[2])*time.Minute + n(m[3])*time.Second + n(m[4])*time.Millisecond
	if at > longest {
		return 0, errors.New("it is too late")
	}
	return at, nil
}

func times(line string) (c Cue, err error) {
	from, rest, _ := strings.Cut(line, "-->")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return c, errors.New("it does not say until when")
	}
	if c.From, err = moment(strings.TrimSpace(from)); err != nil {
		return c, err
	}
	if c.To, err = moment(fields[0]); err != nil {
		return c, err
	}
	if c.To <= c.From {
		return c, errors.New("it ends before it begins")
	}
	var kept []string
	for _, f := range fields[1:] {
		if place.MatchString(f) {
			kept = append(kept, f)
		}
	}
	c.Settings = strings.Join(kept, " ")
	return c, nil
}

// place is a setting of a cue that is kept: where it stands.
var place = regexp.MustCompile(`\A(?:vertical:(?:rl|lr)|line:(?:-?\d{1,3}|\d{1,3}%)(?:,(?:start|center|end))?|position:\d{1,3}%(?:,(?:line-left|center|line-right))?|size:\d{1,3}%|align:(?:start|center|end|left|right))\z`)

// tags are those that are kept: stress, and who speaks.
var (
	tags  = regexp.MustCompile(`<[^>]*>?`)
	voice = regexp.MustCompile(`\A<v(?:\.[^\s>]*)?[ \t]+([^>]+)>\z`)
)

// words is the text of a cue, with each tag that is kept closed and nothing between
// them that could be one.
func words(text string) string {
	var out strings.Builder
	var open []string
	from := 0
	for _, at := range tags.FindAllStringIndex(text, -1) {
		out.WriteString(plain(text[from:at[0]]))
		from = at[1]
		tag := text[at[0]:at[1]]
		name := strings.Trim(tag, "<>")
		switch {
		case name == "b" || name == "i" || name == "u":
			open = append(open, name)
			out.WriteString("<" + name + ">")
		case len(open) > 0 && name == "/"+open[len(open)-1]:
			open = open[:len(open)-1]
			out.WriteString("<" + name + ">")
		case voice.MatchString(tag) && !slices.Contains(open, "v"):
			if who := strings.Join(strings.Fields(plain(voice.FindStringSubmatch(tag)[1])), " "); who != "" {
				open = append(open, "v")
				out.WriteString("<v " + who + ">")
			}
		}
	}
	out.WriteString(plain(text[from:]))
	for _, name := range slices.Backward(open) {
		out.WriteString("</" + name + ">")
	}
	if strings.TrimSpace(tags.ReplaceAllString(out.String(), "")) == "" {
		return ""
	}
	return strings.TrimSpace(out.String())
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// plain is text that says what it said, and is nothing else.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, html.UnescapeString(s))
	for strings.Contains(s, "\n\n") {
		s = strings.ReplaceAll(s, "\n\n", "\n")
	}
	return escape.Replace(s)
}

// Write is a file of cues.
func Write(cues []Cue) []byte {
	var out bytes.Buffer
	out.WriteString("WEBVTT\n")
	for _, c := range cues {
		fmt.Fprintf(&out, "\n%s --> %s", stamp(c.From), stamp(c.To))
		if c.Settings != "" {
			out.WriteString(" " + c.Settings)
		}
		out.WriteString("\n" + c.Text + "\n")
	}
	return out.Bytes()
}

func stamp(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", d/time.Hour, d/time.Minute%60, d/time.Second%60, d/time.Millisecond%1000)
}
