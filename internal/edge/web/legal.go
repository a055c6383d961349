package web

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/matters"
	"github.com/plaza-social/plaza/internal/social"
)

// reportPath is where everybody begins who wants to tell the house of something,
// toldPage where they see what became of a notice. The forms used to stand at oldPage.
const (
	reportPath = "/report"
	toldPage   = "/report/notice"
	oldPage    = "/legal"
)

// Notices cost the staff time, and a receipt goes to whatever address is given.
var (
	noticeRule  = limit.Rule{Name: "notices", Burst: 10, Per: time.Hour}
	receiptRule = limit.Rule{Name: "receipts", Burst: 5, Per: time.Hour}
)

// The form for everybody who has no account here, and what became of it.
func (s *Site) legalRoutes(r *router) {
	r.Do("POST "+reportPath, anyone, s.limited(noticeRule, s.giveNotice))
	r.Do("GET "+toldPage+"/{secret}", anyone, s.sentMatter)
	r.Do("GET "+toldPage+"/{secret}/receipt.txt", anyone, s.receipt)
	r.Do("GET "+toldPage+"/{secret}/evidence.evz", anyone, s.sentEvidence)
	for _, path := range []string{"GET " + oldPage, "POST " + oldPage, "GET " + oldPage + "/{secret}", "GET " + oldPage + "/{secret}/receipt.txt", "GET " + oldPage + "/{secret}/evidence.evz"} {
		r.Do(path, anyone, s.movedForm)
	}
}

// movedForm leads from where the form and its answers stood before, also somebody
// who has just filled it in.
func (s *Site) movedForm(q *ask) error {
	to := url.URL{Path: reportPath, RawQuery: q.URL.RawQuery}
	if rest, ok := strings.CutPrefix(q.URL.Path, oldPage+"/"); ok {
		to.Path = toldPage + "/" + rest
	}
	http.Redirect(q.w, q.Request, to.String(), http.StatusPermanentRedirect)
	return nil
}

// legalWish is what somebody has written into the form.
type legalWish struct {
	social.MatterDraft
	about string // the addresses, as they were written
}

// legalForm is the form for a kind of notice, if the address names one.
func (s *Site) legalForm(q *ask, class social.Class) error {
	return s.showLegal(q, http.StatusOK, legalWish{MatterDraft: social.MatterDraft{Class: class}, about: cutAt(q.URL.Query().Get("about"), social.MaxMatterAddress)}, "")
}

func cutAt(s string, most int) string {
	if len(s) > most {
		return ""
	}
	return s
}

func (s *Site) showLegal(q *ask, status int, w legalWish, problem string) error {
	q.page.Head.Hide = true
	return q.showAs(status, matterName(w.Class), legalPageOf(q.page, w, problem))
}

func (s *Site) giveNotice(q *ask) error {
	w := legalWish{about: q.form("addresses"), MatterDraft: social.MatterDraft{
		Class: social.Class(q.form("kind")), Channel: social.ByForm, Category: social.Harm(q.form("category")), Ref: q.form("ref"), Text: q.form("text"), Addresses: strings.Fields(q.form("addresses")),
		Law: q.form("law"), Work: q.form("work"), Signed: q.form("signed"), GoodFaith: q.ticked("good_faith"),
		Network: social.NetworkOf(q.from()),
		From:    social.Sender{Name: q.form("name"), Org: q.form("org"), Email: strings.TrimSpace(q.form("email"))},
	}}
	if !slices.Contains(social.StrangerClasses, w.Class) {
		return q.to(reportPath)
	}
	if w.From.Known() {
		if err := q.take(receiptRule, strings.ToLower(w.From.Email), msg("for this address")); err != nil {
			return err
		}
	}
	m, err := s.Matters.Take(q.Context(), q.by, w.MatterDraft)
	if err != nil && errs.KindOf(err) == errs.Invalid {
		return s.showLegal(q, http.StatusUnprocessableEntity, w, q.page.fault(err))
	}
	if err != nil {
		return err
	}
	return q.to(toldPage + "/" + m.Secret)
}

func (s *Site) sentMatter(q *ask) error {
	f, err := s.Matters.Sent(q.Context(), q.param("secret"))
	if err != nil {
		return err
	}
	q.page.Head.Hide = true
	return q.show("Your notice", sentNotice(q.page, f))
}

func (s *Site) receipt(q *ask) error {
	f, err := s.Matters.Sent(q.Context(), q.param("secret"))
	if err != nil {
		return err
	}
	return q.download("receipt-"+itoa(f.ID)+".txt", "text/plain; charset=utf-8", func(w io.Writer) error { _, err := io.WriteString(w, f.Receipt); return err })
}

func (s *Site) sentEvidence(q *ask) error {
	b, err := s.Matters.SentBundle(q.Context(), q.param("secret"))
	return q.evidence(b, err)
}

// evidence answers with a bundle.
func (q *ask) evidence(b []byte, err error) error {
	if err != nil {
		return err
	}
	return q.download("evidence.evz", "application/zip", func(w io.Writer) error { _, err := w.Write(b); return err })
}

// legalKind is how the form is for a class.
type legalKind struct {
	name, help            string
	intro, words          string
	signed, work, law     bool
	category, org, person bool
	faith                 string
}

// legalKinds is the kinds of notice, as the law asks for them.
var legalKinds = map[social.Class]legalKind{
	social.ClassNotice: {name: msg("Something here is illegal, or breaks the rules"), help: msg("A notice under Article 16 of the EU's Digital Services Act. Anybody may give one."),
		words: msg("What is wrong with it, and why"), category: true, person: true,
		intro: msg("For several addresses at once, or with your name under it. Say where it is and why it is illegal, or breaks the rules of this house. Your name is not told to whoever posted it."),
		faith: msg("I believe in good faith that what I say here is right and complete.")},
	social.ClassIntimate: {name: msg("Intimate images of me, or of somebody I speak for"), help: msg("A request under the TAKE IT DOWN Act. It is done within 48 hours."),
		words: msg("What is shown, and that it was made public without consent"), signed: true, person: true,
		intro: msg("The images are taken down within 48 hours, and so are copies of them that we know of. Do not send the images themselves."),
		faith: msg("I believe in good faith that what is shown was made public without the consent of whom it shows, and I am that person, or may act for them.")},
	social.ClassRights: {name: msg("A work or a mark of mine is used without my leave"), help: msg("A notice as in 17 U.S.C. § 512(c)(3), and for other rights."),
		words: msg("What is yours, and how it is used"), signed: true, work: true, org: true, person: true,
		intro: msg("Whoever posted it is told of your notice, with your name, and may answer with a counter-notice."),
		faith: msg("I believe in good faith that the use is not allowed by the owner, its agent or the law. What I say is right and, under penalty of perjury, I may act for the owner.")},
	social.ClassCounter: {name: msg("Something of mine was taken down by mistake"), help: msg("A counter-notice as in 17 U.S.C. § 512(g)(3)."),
		words: msg("What was taken down, and why that was a mistake"), signed: true, person: true,
		intro: msg("It is passed on to whoever gave the notice, with your name and address. Write your postal address and your consent to the courts where you live into the text."),
		faith: msg("I believe in good faith and under penalty of perjury that it was taken down by mistake or because it was taken for something else.")},
	social.ClassHost: {name: msg("We are a provider of this house"), help: msg("An abuse notice. It is answered within a day."),
		words: msg("What was reported to you"), category: true, org: true,
		intro: msg("Machines can send a report in XARF instead: POST it to /api/plaza/v1/notices."),
		faith: msg("What we say here is what was reported to us.")},
	social.ClassOrder: {name: msg("We are an authority"), help: msg("An order to act against something, or to give information."),
		words: msg("What is ordered, and the reasons"), category: true, org: true, law: true,
		intro: msg("Orders to remove terrorist content (Regulation (EU) 2021/784) must be followed within an hour: say so in the first line, and telephone as well."),
		faith: msg("I may give this order for the authority named here.")},
}

// localPath is the path of an address of ours, under whichever name.
func localPath(f *frame, address string) string {
	for _, base := range f.site.View.All() {
		if path, ok := strings.CutPrefix(address, string(base)); ok && strings.HasPrefix(path, "/") {
			return path
		}
	}
	return address
}

// sentWords say to whoever sent a notice how it stands.
var sentWords = map[social.MatterStatus]string{
	social.MatterOpen: msg("It has number %s here, came on %s, and waits for an answer."), social.MatterExtended: msg("It has number %s here, came on %s, and waits for an answer, with more time."),
	social.MatterAnswered: msg("It has number %s here, came on %s, and was answered."), social.MatterDisputed: msg("It has number %s here, came on %s, and was answered, and they disagree."),
	social.MatterClosed: msg("It has number %s here, came on %s, and is closed."), social.MatterJoined: msg("It has number %s here, came on %s, and is counted with another."),
}

// sentAbout reports whether what became of the things in f may be told.
func sentAbout(f matters.File) bool { return !f.Answered.IsZero() }
