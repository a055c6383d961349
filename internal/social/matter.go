package social

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// MatterID names a matter.
type MatterID int64

// A Sender is who wrote to the house. All of it is what they say of themselves.
type Sender struct {
	Name  string `json:"name,omitempty"`
	Org   string `json:"org,omitempty"`
	Email string `json:"email,omitempty"` // where the answer goes
}

// Known reports whether anybody can be answered.
func (s Sender) Known() bool { return s.Email != "" }

// String is what a list calls them.
func (s Sender) String() string {
	for _, one := range []string{s.Org, s.Name, s.Email} {
		if one != "" {
			return one
		}
	}
	return "Somebody who gave no name"
}

// MatterChannel is how a matter came in.
type MatterChannel string

// The channels.
const (
	ByForm  MatterChannel = "form"  // somebody filled it in here, without an account
	ByStaff MatterChannel = "staff" // the staff put in what came to them
	ByAPI   MatterChannel = "api"   // a machine sent it
)

// MatterStatus is how a matter stands.
type MatterStatus string

// The statuses.
const (
	MatterOpen     MatterStatus = "open"
	MatterExtended MatterStatus = "extended" // open, with more time than it began with
	MatterAnswered MatterStatus = "answered"
	MatterDisputed MatterStatus = "disputed" // whom it is about, or who sent it, says the answer is wrong
	MatterClosed   MatterStatus = "closed"
)

// Waits reports whether somebody waits for us to do something.
func (s MatterStatus) Waits() bool {
	return s == MatterOpen || s == MatterExtended || s == MatterDisputed
}

// MatterStatuses is all of them.
var MatterStatuses = []MatterStatus{MatterOpen, MatterExtended, MatterDisputed, MatterAnswered, MatterClosed, MatterJoined}

// MatterClasses are the classes that a matter may have.
var MatterClasses = []Class{ClassTerror, ClassThreat, ClassMinors, ClassHost, ClassOrder, ClassRights, ClassIntimate, ClassNotice, ClassCounter, ClassSubject, ClassBreach}

// StrangerClasses are those that anybody may choose who fills in the form.
var StrangerClasses = []Class{ClassNotice, ClassIntimate, ClassRights, ClassCounter, ClassHost, ClassOrder}

// Limits of a matter.
const (
	MaxMatterText      = 20_000 // characters
	MaxMatterLine      = 500
	MaxMatterAddresses = 100
	MaxMatterAddress   = 300     // bytes of each
	MaxMatterRaw       = 2 << 20 // bytes of what came, as it came
	MaxMatterAnswer    = 10_000
	MaxMatterNote      = 1_000
)

// A MatterDraft is what somebody told the house, before it is a matter.
type MatterDraft struct {
	Class     Class
	Channel   MatterChannel
	Category  Harm
	From      Sender
	Ref       string // what the sender calls it
	Subject   string
	Text      string
	Addresses []string // of ours that it names
	Received  time.Time
	Law       string // or order, or right, that it is about
	Work      string // of a right: what it is a right to
	Signed    string // the name that stands under it
	GoodFaith bool
	Lasts     time.Duration // how much time there is, where the sender says so; zero is the class's
	Raw       []byte        // as it came; empty where it was typed into the form
	Network   string        // that it came from, see NetworkOf; only an alias of it is kept
}

// Tidy is d without what cannot be seen, and without what does not fit where
// it came from outside and nobody can be asked to shorten it.
func (d MatterDraft) Tidy() MatterDraft {
	for _, s := range []*string{&d.From.Name, &d.From.Org, &d.From.Email, &d.Ref, &d.Subject, &d.Law, &d.Work, &d.Signed} {
		*s = cutRunes(oneLine(*s), MaxMatterLine)
	}
	if d.Channel != ByForm && !plausibleEmail(d.From.Email) {
		d.From.Email = "" // it stands in what came
	}
	d.Text = cutRunes(strings.TrimSpace(d.Text), MaxMatterText)
	var seen []string
	for _, a := range d.Addresses {
		if a = oneLine(a); a != "" && len(a) <= MaxMatterAddress && !slices.Contains(seen, a) && len(seen) < MaxMatterAddresses {
			seen = append(seen, a)
		}
	}
	d.Addresses = seen
	if !slices.Contains(Harms, d.Category) {
		d.Category = HarmOther
	}
	return d
}

func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

func cutRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// Check reports why d cannot be taken, or nil.
func (d MatterDraft) Check() error {
	may := StrangerClasses
	if d.Channel != ByForm {
		may = MatterClasses
	}
	switch {
	case !slices.Contains(may, d.Class):
		return errs.New(errs.Invalid, "Validation failed: Choose what this is about.")
	case len(d.Raw) > MaxMatterRaw:
		return errs.Newf(errs.Invalid, "Validation failed: A notice has at most %d bytes. Leave out what is attached.", MaxMatterRaw)
	case d.From.Email != "" && !plausibleEmail(d.From.Email):
		return errs.New(errs.Invalid, "Validation failed: This is not an e-mail address that can be answered.")
	case d.Channel == ByForm:
		return d.checkForm()
	}
	return nil
}

// checkForm asks of who fills in the form what the law asks of them: Article
// 16(2) of the DSA, section 3(a)(1)(B) of the TAKE IT DOWN Act, 17 U.S.C.
// 512(c)(3) and (g)(3).
func (d MatterDraft) checkForm() error {
	signed := d.Class == ClassIntimate || d.Class == ClassRights || d.Class == ClassCounter
	nameless := d.Class == ClassNotice && d.Category == HarmMinors // Article 16(2)(c)
	switch {
	case d.Text == "":
		return errs.New(errs.Invalid, "Validation failed: Say what is wrong, and why.")
	case len(d.Addresses) == 0:
		return errs.New(errs.Invalid, "Validation failed: Give the address of what it is about, as it stands in the browser. One a line.")
	case !nameless && (d.From.Name == "" && d.From.Org == "" || d.From.Email == ""):
		return errs.New(errs.Invalid, "Validation failed: Give your name and an e-mail address. The law asks for both, except about the abuse of children.")
	case !d.GoodFaith:
		return errs.New(errs.Invalid, "Validation failed: Confirm that you believe in good faith that what you say is right and complete.")
	case signed && d.Signed == "":
		return errs.New(errs.Invalid, "Validation failed: Sign it with your name.")
	case d.Class == ClassRights && d.Work == "":
		return errs.New(errs.Invalid, "Validation failed: Name the work or the mark that is yours.")
	case d.Class == ClassOrder && d.Law == "":
		return errs.New(errs.Invalid, "Validation failed: Name the law that the order rests on.")
	}
	return nil
}

// plausibleEmail reports whether s could be an address: what mail servers read
// differently is none.
func plausibleEmail(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && strings.Contains(host, ".") && len(s) <= MaxMatterLine &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`",;:<>()[]\%`, r)
		}) &&
		!strings.Contains(host, "@")
}

// A Matter is something that a host, an authority, a holder of rights or a
// stranger told the house, for which a clock runs.
type Matter struct {
	ID        MatterID
	Class     Class
	Channel   MatterChannel
	Category  Harm
	From      Sender
	Ref       string
	Subject   string
	Text      string
	Addresses []string
	Law, Work string
	Signed    string
	GoodFaith bool
	RawHash   string // SHA-256 of what came, in hex; empty where it was typed in
	Status    MatterStatus
	Span      Span
	Alarmed   int       // the last of Alarms that was given
	AnswerBy  AccountID // zero until it is answered
	Answered  time.Time
	Answer    string
	Bundle    string     // SHA-256 of the bundle that went with the answer, in hex
	Note      string     // the staff's own
	Secret    string     // by which whoever sent it finds it again
	Receipt   string     // signed by the log of evidence
	Evidence  EvidenceID // the record that it came
	Version   int        // counts the changes
	First     MatterID   // the one that this is counted with, because it says nothing else; zero for none
	Tray      bool       // nobody here answered its sender before, and none of the staff put it in
	Network   string     // an alias of the network that it came from, while it waits; empty where nobody knows
}

// Matter is d as a matter, with the clock of its class.
func (d MatterDraft) Matter(id MatterID, now time.Time, cal Calendar) Matter {
	from := d.Received
	if from.IsZero() || from.After(now) {
		from = now
	}
	span := d.Class.Span(from, cal)
	if d.Lasts > 0 {
		span.Due = from.Add(d.Lasts)
	}
	return Matter{ID: id, Class: d.Class, Channel: d.Channel, Category: d.Category, From: d.From, Ref: d.Ref, Subject: d.Subject, Text: d.Text,
		Addresses: d.Addresses, Law: d.Law, Work: d.Work, Signed: d.Signed, GoodFaith: d.GoodFaith, Status: MatterOpen, Span: span}
}

// MayAnswer reports why m cannot be answered, or nil.
func (m Matter) MayAnswer() error {
	if !m.Status.Waits() {
		return errs.New(errs.Conflict, "This was answered already. Open it again first.")
	}
	return nil
}

// BundleLife is for how long whoever sent m can fetch the evidence for the answer.
const BundleLife = 30 * 24 * time.Hour

// Fetchable reports whether the evidence for the answer to m can be fetched by who
// sent it.
func (m Matter) Fetchable(now time.Time) bool {
	return m.Bundle != "" && !m.Answered.IsZero() && now.Before(m.Answered.Add(BundleLife))
}

// MayExtend reports why m cannot be due at until, or nil.
func (m Matter) MayExtend(until, now time.Time) error {
	switch {
	case !m.Status.Waits():
		return errs.New(errs.Conflict, "This was answered already. Open it again first.")
	case !until.After(m.Span.Due), !until.After(now):
		return errs.New(errs.Invalid, "Validation failed: More time ends later than the time there is.")
	case until.Sub(m.Span.From) > 366*24*time.Hour:
		return errs.New(errs.Invalid, "Validation failed: Nobody gives more than a year.")
	}
	return nil
}

// Moves are what the staff may make of a matter besides answering it.
func (s MatterStatus) Moves() []MatterStatus {
	switch s {
	case MatterAnswered:
		return []MatterStatus{MatterDisputed, MatterClosed}
	case MatterClosed:
		return []MatterStatus{MatterDisputed}
	case MatterJoined:
		return nil
	}
	return []MatterStatus{MatterClosed}
}

// A MatterObject is something of ours that a matter names, and what became of
// it. Address stays when the rest is gone.
type MatterObject struct {
	Address string
	Account AccountID // zero where the address leads nowhere
	Post    PostID    // zero where it is about the account
	Done    string    // what was done about it, as the answer says it
	Report  ReportID  // by which it came before those who decide; zero for none
}

// Reports is how what a matter of c names comes before those who decide: what
// strangers give notice of, and what hosts and authorities want. Empty is not at
// all: nothing of it is to go.
func (c Class) Reports() Channel {
	switch c {
	case ClassNotice, ClassIntimate, ClassRights:
		return ChannelStranger
	case ClassCounter, ClassSubject:
		return ""
	}
	return ChannelHost
}
