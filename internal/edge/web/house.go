package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) houseRoutes(r *router) {
	r.Do("GET /settings/house", admin, func(q *ask) error { return s.showHouse(q, http.StatusOK, q.page.House, "") })
	r.Do("POST /settings/house", admin, s.saveHouse)
	r.Do("GET /settings/approvals", moderator, s.approvals)
	r.Do("POST /settings/approvals/{account}", moderator, s.decide)
}

func (s *Site) showHouse(q *ask, status int, now social.Settings, problem string) error {
	g, err := s.Auth.Guarded(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "The house", houseSettings(q.page, now, g, problem))
}

// guardSays is why the house has shut its door by itself, or empty.
func guardSays(f *frame, g social.Guard) string {
	if g.Shut.IsZero() {
		return ""
	}
	if g.Why == social.GuardDeserted {
		return f.say("The house shut the door %s, because nobody who looks after the house had been seen for three days. Open it again by choosing “Anybody”.", f.lately(g.Shut))
	}
	return f.say("The house shut the door %s, because many more people than usual wanted to join. Open it again by choosing “Anybody”.", f.lately(g.Shut))
}

// wholeNumber is one of a form, such as how many posts are drawn by lot; what is no number is -1,
// which is refused as what is too many is.
func wholeNumber(said string) int {
	if said = strings.TrimSpace(said); said == "" {
		return 0
	}
	n, err := strconv.Atoi(said)
	if err != nil {
		return -1
	}
	return n
}

func (s *Site) saveHouse(q *ask) error {
	wish := q.page.House
	wish.Title, wish.Description, wish.Contact = strings.TrimSpace(q.form("title")), strings.TrimSpace(q.form("description")), strings.TrimSpace(q.form("contact"))
	wish.SignUps, wish.Rules = social.SignUps(q.form("sign_ups")), rulesOf(q.form("rules"), q.page.House.Rules)
	wish.AltRequired = q.ticked("alt_required")
	wish.Work, wish.NoGuard, wish.NoProbation = q.ticked("work"), !q.ticked("guard"), !q.ticked("probation")
	wish.ReviewTrends, wish.Downvotes = q.ticked("review_trends"), q.ticked("downvotes")
	wish.ReplyAppeals = q.ticked("reply_appeals")
	wish.DownDays = wholeNumber(q.form("down_days"))
	wish.NoViews = !q.ticked("views")
	wish.Juries, wish.SecondEyes = q.ticked("juries"), q.ticked("second_eyes")
	wish.Factors = social.FactorRule(q.form("factors"))
	wish.Sample = wholeNumber(q.form("sample"))
	now := s.config.Clock()
	wish.About, wish.Privacy = wish.About.Say(strings.TrimSpace(q.form("about")), now), wish.Privacy.Say(strings.TrimSpace(q.form("privacy")), now)
	if terms := strings.TrimSpace(q.form("terms")); terms != termsInForce(wish) {
		wish.Terms = append(slices.Clone(wish.Terms), social.Text{Body: terms, Since: now})
	}
	err := s.Instance.SetSettings(q.Context(), q.by, wish)
	if problem, ok := q.wrong(err); ok {
		return s.showHouse(q, http.StatusUnprocessableEntity, wish, problem)
	}
	if err != nil {
		return err
	}
	q.say("saved")
	return q.to("/settings/house")
}

// rulesText is rules as they are edited: one a line.
func rulesText(rules []social.Rule) string {
	var b strings.Builder
	for _, r := range rules {
		b.WriteString(r.Text)
		if r.Hint != "" {
			b.WriteString(" | " + r.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// rulesOf reads what rulesText wrote. A rule whose words stay keeps its id.
func rulesOf(text string, before []social.Rule) []social.Rule {
	ids := map[string]string{}
	for _, r := range before {
		ids[r.Text] = r.ID
	}
	var rules []social.Rule
	for line := range strings.Lines(text) {
		rule, hint, _ := strings.Cut(line, "|")
		rule = strings.TrimSpace(rule)
		rules = append(rules, social.Rule{ID: ids[rule], Text: rule, Hint: strings.TrimSpace(hint)})
	}
	return rules
}

func (s *Site) approvals(q *ask) error {
	users, err := s.Auth.Waiting(q.Context(), q.by, social.Page{Limit: peopleOnPage})
	if err != nil {
		return err
	}
	var ids []social.AccountID
	for _, u := range users {
		ids = append(ids, u.Account)
	}
	faces, err := s.View.Faces(q.Context(), ids)
	if err != nil {
		return err
	}
	var all []applicant
	for _, f := range faces { // in the order of ids, without the missing
		for _, u := range users {
			if u.Account == f.ID {
				all = append(all, applicant{u, f})
			}
		}
	}
	q.settle()
	return q.show("People waiting", approvalSettings(q.page, all))
}

// decide lets an applicant in, or not.
func (s *Site) decide(q *ask) error {
	answer, say := s.Auth.Reject, "rejected"
	if q.form("do") == "approve" {
		answer, say = s.Auth.Approve, "approved"
	}
	err := answer(q.Context(), q.by, social.AccountID(q.number("account")))
	if errs.KindOf(err) == errs.NotFound { // another moderator was faster, or the same one pressed twice
		err, say = nil, "decided"
	}
	if err != nil {
		return err
	}
	return q.back("/settings/approvals", say)
}
