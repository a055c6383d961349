package imports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// A row is what a line of a CSV file says.
type row struct {
	Name      string   `json:"name,omitempty"`
	Host      string   `json:"host,omitempty"` // empty for here
	Boosts    bool     `json:"boosts,omitempty"`
	Notify    bool     `json:"notify,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Notices   bool     `json:"notices,omitempty"`
	URL       string   `json:"url,omitempty"`
	List      string   `json:"list,omitempty"`
}

func (r row) acct() string { return social.Account{Username: r.Name, Host: r.Host}.Acct() }

// key is the form under which accounts are compared.
func (r row) key() string { return strings.ToLower(r.acct()) }

// headings are what the first line of a file may call its columns.
var headings = map[string]string{"account address": "acct", "address": "acct", "acct": "acct", "show boosts": "boosts", "notify on new posts": "notify",
	"languages": "languages", "hide notifications": "notices", "#uri": "url", "uri": "url", "url": "url", "list name": "list", "list": "list", "title": "list"}

// columns are where things stand in a file without headings.
var columns = map[social.ImportKind][]string{
	social.ImportFollowing: {"acct", "boosts", "notify", "languages"}, social.ImportMutes: {"acct", "notices"},
	social.ImportBlocks: {"acct"}, social.ImportBookmarks: {"url"}, social.ImportLists: {"list", "acct"},
}

// readCSV gives each line of a file to take.
func (s *Service) readCSV(file io.Reader, k social.ImportKind, take func(social.ImportLine) error) error {
	in, err := table(file)
	if err != nil {
		return err
	}
	order := columns[k]
	for n := 0; ; {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errs.Wrap(errs.Invalid, "Validation failed: The file is not CSV: "+err.Error(), err)
		}
		if n == 0 {
			if named := headed(fields); named != nil {
				order, n = named, 1
				continue
			}
			n = 1
		}
		if len(fields) == 1 && strings.TrimSpace(fields[0]) == "" {
			continue
		}
		if n > social.MaxImportLines {
			return errs.Newf(errs.Invalid, "Validation failed: The file has more than %d lines. Cut it in pieces and bring them one after the other.", social.MaxImportLines)
		}
		n++
		if err := take(s.line(k, order, fields)); err != nil {
			return err
		}
	}
}

// table reads lines of fields, whatever stands between them.
func table(file io.Reader) (*csv.Reader, error) {
	r := bufio.NewReaderSize(file, 4096)
	start, err := r.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(start, []byte("\xFF\xFE")) || bytes.HasPrefix(start, []byte("\xFE\xFF")) || bytes.IndexByte(start, 0) >= 0 {
		return nil, errs.New(errs.Invalid, "Validation failed: The file is not text in UTF-8. Save it as CSV in UTF-8.")
	}
	if bytes.HasPrefix(start, []byte("\uFEFF")) { // the mark that spreadsheets put first
		r.Discard(3)
		start = start[3:]
	}
	in := csv.NewReader(r)
	in.FieldsPerRecord, in.LazyQuotes, in.TrimLeadingSpace, in.ReuseRecord = -1, true, true, true
	first, _, _ := strings.Cut(string(start), "\n")
	for _, other := range []rune{';', '\t'} {
		if strings.ContainsRune(first, other) && !strings.Contains(first, ",") {
			in.Comma = other
		}
	}
	return in, nil
}

// headed is the order of columns that a first line names, or nil if it is a
// line like any other.
func headed(fields []string) []string {
	var order []string
	known := false
	for _, f := range fields {
		name := headings[strings.ToLower(strings.TrimSpace(f))]
		known = known || name != ""
		order = append(order, name)
	}
	if !known || strings.Contains(fields[0], "@") {
		return nil
	}
	return order
}

// line is what fields say.
func (s *Service) line(k social.ImportKind, order, fields []string) social.ImportLine {
	get := func(name string) string {
		for i, n := range order {
			if n == name && i < len(fields) {
				return strings.TrimSpace(text.Clean(fields[i]))
			}
		}
		return ""
	}
	r := row{Boosts: yes(get("boosts"), true), Notify: yes(get("notify"), false), Notices: yes(get("notices"), true)}
	r.Languages = strings.FieldsFunc(get("languages"), func(c rune) bool { return c == ',' || c == ' ' || c == ';' })
	target, why := "", ""
	switch k {
	case social.ImportBookmarks:
		r.URL = get("url")
		target, why = s.urlTarget(r.URL)
	default:
		target, why = s.address(&r, get("acct"))
	}
	if k == social.ImportLists && why == "" {
		r.List = text.FromCell(get("list"))
		if target = r.List; r.List == "" {
			why = "The line names no list."
		}
	}
	if why != "" {
		return social.ImportLine{State: social.LineFailed, Target: short(strings.Join(fields, ",")), Reason: why}
	}
	return social.ImportLine{Target: short(target), Data: encode(r)}
}

func (s *Service) address(r *row, typed string) (target, why string) {
	name, host, ok := social.ParseAddress(typed)
	if !ok {
		return "", "This is no address of an account: it is written name@server.example."
	}
	if host == s.HandleHost {
		host = ""
	}
	r.Name, r.Host = name, host
	return r.key(), ""
}

// maxURL is how long the address of a post may be.
const maxURL = 2048

func (s *Service) urlTarget(raw string) (target, why string) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(raw) > maxURL {
		return "", "This is no address of a post: it begins with https://."
	}
	if here := s.postHere(raw); here != 0 {
		return hereTarget(here), ""
	}
	return raw, ""
}

// hereTarget is how lines about a post of this house speak of it, whichever
// of its addresses was given.
func hereTarget(p social.PostID) string { return "post " + strconv.FormatInt(int64(p), 10) }

// postHere is the post of this house that an address leads to, or zero.
func (s *Service) postHere(raw string) social.PostID {
	path, ours := strings.CutPrefix(raw, s.BaseURL+"/")
	parts := strings.Split(path, "/")
	if !ours || len(parts) != 2 && (len(parts) != 4 || parts[0] != "users" || parts[2] != "statuses") || len(parts) == 2 && !strings.HasPrefix(parts[0], "@") {
		return 0
	}
	n, _ := id.Parse(parts[len(parts)-1])
	return social.PostID(n)
}

// yes reads a field that is true or false, or otherwise.
func yes(s string, otherwise bool) bool {
	switch strings.ToLower(s) {
	case "true", "t", "1", "yes", "y":
		return true
	case "false", "f", "0", "no", "n":
		return false
	}
	return otherwise
}

// maxTarget is how much is kept of what a line is about.
const maxTarget = 2048

func short(s string) string {
	if len(s) > maxTarget {
		s = strings.ToValidUTF8(s[:maxTarget], "")
	}
	return text.Clean(s)
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // cannot be: it is made of texts, numbers and times in range
	}
	return b
}
