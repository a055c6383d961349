package hosts

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// The columns of Mastodon's lists of hosts.
// https://docs.joinmastodon.org/admin/moderation/#import-export
var (
	blockColumns = []string{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"}
	allowColumns = []string{"#domain"}
)

// Limits of a file of hosts.
const (
	maxLine    = 16 << 10 // bytes, of a line of a file
	maxPerHost = 20       // lines, of a host with its comment
)

// A Line is what a file says of a host.
type Line struct {
	N     int
	Block social.HostBlock
	Why   string // why it cannot be taken; empty if it can
}

// Read reads a list of hosts, blocked or let in, as Mastodon writes it. Lines
// that cannot be read say so, and the others are read: one quote that is never
// closed must not swallow the rest. Without the name of a column for the hosts
// it is Invalid, and so is one that is too long.
func Read(file io.Reader) (out []Line, err error) {
	in := &reader{in: bufio.NewReaderSize(file, maxLine)}
	head, _, err := in.next()
	at := map[string]int{}
	for i, name := range head {
		at["#"+strings.TrimPrefix(strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))), "#")] = i
	}
	if _, ok := at["#domain"]; err != nil || !ok {
		return nil, errs.Newf(errs.Invalid, "The first line names the columns: %s.", strings.Join(blockColumns, ","))
	}
	first := map[string]int{} // the line of each host
	for {
		fields, n, err := in.next()
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil && !errors.Is(err, errLine):
			return nil, err
		case len(fields) == 1 && strings.TrimSpace(fields[0]) == "" && err == nil:
			continue
		case len(out) >= social.MaxHosts:
			return nil, errs.Newf(errs.Invalid, "A list has at most %d hosts.", social.MaxHosts)
		}
		out = append(out, line(n, at, fields, err, first))
	}
}

func line(n int, at map[string]int, fields []string, err error, first map[string]int) Line {
	get := func(name string) string {
		if i, ok := at[name]; ok && i < len(fields) {
			return strings.TrimSpace(strings.ToValidUTF8(fields[i], "\uFFFD"))
		}
		return ""
	}
	b := social.HostBlock{Host: get("#domain"), Severity: social.HostSeverity(strings.ToLower(get("#severity"))), RejectMedia: isTrue(get("#reject_media")),
		RejectReports: isTrue(get("#reject_reports")), Public: text.FromCell(get("#public_comment")), Obfuscate: isTrue(get("#obfuscate"))}
	if b.Severity == "" {
		b.Severity = social.HostSuspends // as other programs read a list of names alone
	}
	l := Line{N: n, Block: b}
	if err != nil {
		l.Why = errs.Public(err)
		return l
	}
	host, err := social.CleanHost(b.Host)
	if err != nil {
		l.Why = errs.Public(err)
		return l
	}
	if l.Block.Host = host; first[host] != 0 {
		l.Why = "It stands on line " + strconv.Itoa(first[host]) + " already."
		return l
	}
	first[host] = n
	if _, err := clean(l.Block); err != nil {
		l.Why = errs.Public(err)
	}
	return l
}

func isTrue(s string) bool {
	b, err := strconv.ParseBool(strings.ToLower(s))
	return err == nil && b
}

// reader reads one host after the other.
type reader struct {
	in   *bufio.Reader
	n    int      // the line that was read last
	kept []string // lines that were read in vain
}

// errLine is the error of a line that is not one, and the next may be.
var errLine = errs.New(errs.Invalid, "The quotes of this line are not those of CSV.")

// next reads the fields of a host, and tells on which line it begins. What has
// an open quote goes on in the next lines.
func (r *reader) next() (fields []string, n int, err error) {
	var taken []string
	for len(taken) < maxPerHost {
		text, err := r.line()
		if err != nil {
			if len(taken) == 0 {
				return nil, r.n, err
			}
			break
		}
		taken = append(taken, text)
		if whole := strings.Join(taken, "\n"); strings.Count(whole, `"`)%2 == 0 {
			if fields, err := parse(whole); err == nil {
				return fields, r.n - len(taken) + 1, nil
			}
			break
		}
	}
	r.kept = append(taken[1:], r.kept...)
	r.n -= len(taken) - 1
	fields = strings.Split(taken[0], ",")
	for i := range fields {
		fields[i] = strings.Trim(fields[i], `"`)
	}
	return fields, r.n, errLine
}

// line is the next line, the beginning of one that is too long.
func (r *reader) line() (string, error) {
	if len(r.kept) > 0 {
		text := r.kept[0]
		r.kept = r.kept[1:]
		r.n++
		return text, nil
	}
	b, more, err := r.in.ReadLine()
	if err != nil {
		return "", err
	}
	r.n++
	text := string(b)
	for more && err == nil {
		_, more, err = r.in.ReadLine()
	}
	return text, nil
}

func parse(text string) ([]string, error) {
	c := csv.NewReader(strings.NewReader(text + "\n"))
	c.FieldsPerRecord, c.TrimLeadingSpace = -1, true
	fields, err := c.Read()
	if errors.Is(err, io.EOF) { // an empty line
		return []string{""}, nil
	}
	return fields, err
}

// WriteBlocks writes blocks as Read reads them. What is for admins alone is
// left out.
func WriteBlocks(to io.Writer, blocks []social.HostBlock) error {
	w := csv.NewWriter(to)
	w.Write(blockColumns) // it keeps the first error
	for _, b := range blocks {
		w.Write([]string{b.Host, string(b.Severity), strconv.FormatBool(b.RejectMedia), strconv.FormatBool(b.RejectReports), text.Cell(b.Public), strconv.FormatBool(b.Obfuscate)})
	}
	w.Flush()
	return w.Error()
}

// WriteAllows writes the hosts that were let in in the same way.
func WriteAllows(to io.Writer, allows []social.HostAllow) error {
	w := csv.NewWriter(to)
	w.Write(allowColumns)
	for _, a := range allows {
		w.Write([]string{a.Host})
	}
	w.Flush()
	return w.Error()
}
