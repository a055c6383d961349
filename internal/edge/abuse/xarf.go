package abuse

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// Limits of what is read of a report.
const (
	maxDepth  = 32
	maxValues = 20_000
	maxWord   = 4_096 // bytes of a text in which addresses are looked for
)

// A party is who a report is from.
type party struct {
	Org     string `json:"org"`
	Contact string `json:"contact"`
	Domain  string `json:"domain"`
}

// report is XARF 4, and what of it matters here.
type report struct {
	Version   string    `json:"xarf_version"`
	ID        string    `json:"report_id"`
	Timestamp time.Time `json:"timestamp"`
	Reporter  party     `json:"reporter"`
	Sender    party     `json:"sender"`
	Source    string    `json:"source_identifier"`
	Category  string    `json:"category"`
	Type      string    `json:"type"`
	Text      string    `json:"description"`
	Scheme    string    `json:"scheme_description"`
	Work      string    `json:"work_title"`
	Holder    string    `json:"rights_holder"`

	// XARF 3
	Version3   string `json:"Version"`
	Disclosure bool   `json:"Disclosure"`
	Info       struct {
		Org     string `json:"ReporterOrg"`
		Domain  string `json:"ReporterOrgDomain"`
		Email   string `json:"ReporterOrgEmail"`
		Contact string `json:"ReporterContactEmail"`
		Name    string `json:"ReporterContactName"`
	} `json:"ReporterInfo"`
	Report3 struct {
		Class string    `json:"ReportClass"`
		Type  string    `json:"ReportType"`
		Date  time.Time `json:"Date"`
	} `json:"Report"`
}

var (
	version4   = regexp.MustCompile(`^4\.[0-9]{1,4}\.[0-9]{1,4}$`)
	idForm     = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	xarfGroups = []string{"messaging", "content", "copyright", "connection", "vulnerability", "infrastructure", "reputation"}
)

// ReadXARF reads a report in XARF, of version 4 or 3.
func (r Reader) ReadXARF(raw []byte) (d social.MatterDraft, err error) {
	said, err := walk(raw)
	if err != nil {
		return d, err
	}
	var x report
	if err := json.Unmarshal(raw, &x); err != nil {
		return d, errs.Wrap(errs.Invalid, "This is not a report in XARF: a field holds something else than it should.", err)
	}
	switch {
	case x.Version != "":
		d, err = x.four()
	case strings.HasPrefix(x.Version3, "3"):
		d, err = x.three()
	default:
		err = errs.New(errs.Invalid, "This is not a report in XARF: it does not say of which version it is. Versions 4 and 3 are read here.")
	}
	d.Addresses = r.ours(nil, said...)
	return d, err
}

// four checks what version 4 wants of every report.
func (x report) four() (d social.MatterDraft, err error) {
	missing := ""
	for _, must := range []struct {
		name string
		ok   bool
	}{
		{"xarf_version", version4.MatchString(x.Version)}, {"report_id", idForm.MatchString(x.ID)}, {"timestamp", !x.Timestamp.IsZero()},
		{"reporter", x.Reporter.whole()}, {"sender", x.Sender.whole()}, {"source_identifier", x.Source != ""},
		{"category", slices.Contains(xarfGroups, x.Category)}, {"type", x.Type != ""},
	} {
		if !must.ok {
			missing = must.name
			break
		}
	}
	if missing != "" {
		return d, errs.Newf(errs.Invalid, "This is not a report in XARF 4: %s is missing or wrong.", missing)
	}
	d = social.MatterDraft{From: social.Sender{Org: x.Reporter.Org, Email: x.Sender.Contact}, Ref: x.ID, Work: x.Work,
		Subject: x.Category + " / " + x.Type, Text: text.Clean(strings.TrimSpace(x.Text + "\n" + x.Scheme))}
	if x.Sender.Org != x.Reporter.Org {
		d.From.Name = x.Sender.Org
	}
	if x.Holder != "" {
		d.Signed = x.Holder
	}
	d.Class, d.Category = kind(x.Category, x.Type)
	return d, nil
}

func (p party) whole() bool { return p.Org != "" && strings.Contains(p.Contact, "@") && p.Domain != "" }

func (x report) three() (d social.MatterDraft, err error) {
	if x.Info.Org == "" || x.Report3.Class == "" || x.Report3.Type == "" {
		return d, errs.New(errs.Invalid, "This is not a report in XARF 3: ReporterInfo.ReporterOrg, Report.ReportClass or Report.ReportType is missing.")
	}
	d = social.MatterDraft{From: social.Sender{Org: x.Info.Org, Name: x.Info.Name, Email: x.Info.Contact}, Subject: x.Report3.Class + " / " + x.Report3.Type}
	if d.From.Email == "" {
		d.From.Email = x.Info.Email
	}
	d.Class, d.Category = kind(strings.ToLower(x.Report3.Class), strings.ToLower(x.Report3.Type))
	return d, nil
}

// kind is which clock runs for a kind of report, and what it is about.
func kind(group, typ string) (social.Class, social.Harm) {
	switch {
	case typ == "csam" || typ == "csem":
		return social.ClassMinors, social.HarmMinors
	case group == "copyright":
		return social.ClassRights, social.HarmRights
	case typ == "brand_infringement" || typ == "trademark":
		return social.ClassRights, social.HarmRights
	case group == "messaging":
		return social.ClassHost, social.HarmSpam
	case typ == "phishing" || typ == "fraud" || typ == "malware":
		return social.ClassHost, social.HarmScam
	case typ == "exposed_data":
		return social.ClassHost, social.HarmPrivacy
	}
	return social.ClassHost, social.HarmOther
}

// walk reads JSON and returns the texts in it, apart from those in which
// evidence is packed. Nothing in it may be ambiguous, deep or endless.
func walk(raw []byte) (said []string, err error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	for n := 0; ; n++ {
		tok, err := dec.ReadToken()
		if err == io.EOF {
			return said, nil
		}
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, "This is not JSON that can be read without doubt.", err)
		}
		if n > maxValues || dec.StackDepth() > maxDepth {
			return nil, errs.New(errs.Invalid, "There is too much in this report.")
		}
		if tok.Kind() != '"' {
			continue
		}
		kind, length := dec.StackIndex(dec.StackDepth())
		if kind == '{' && length%2 == 1 { // a name
			if name := tok.String(); name == "payload" || name == "Data" {
				if err := dec.SkipValue(); err != nil {
					return nil, errs.Wrap(errs.Invalid, "This is not JSON that can be read without doubt.", err)
				}
			}
			continue
		}
		if s := tok.String(); len(s) <= maxWord {
			said = append(said, s)
		}
	}
}
