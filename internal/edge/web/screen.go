package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) screenRoutes(r *router) {
	r.Do("GET /settings/screen", admin, func(q *ask) error { return s.showScreen(q, http.StatusOK, "") })
	r.Do("POST /settings/screen/mail", admin, s.screening(func(q *ask) error {
		_, err := s.Screen.AddMail(q.Context(), q.by, q.form("mail"), nil, q.ticked("approval"))
		return err
	}))
	r.Do("POST /settings/screen/address", admin, s.screening(s.screenAddress))
	r.Do("POST /settings/screen/net", admin, s.screening(s.screenNet))
	for what, end := range map[string]func(q *ask, id social.ScreenID) error{
		"mail":    func(q *ask, id social.ScreenID) error { return s.Screen.EndMail(q.Context(), q.by, id) },
		"address": func(q *ask, id social.ScreenID) error { return s.Screen.EndPrint(q.Context(), q.by, id) },
		"net":     func(q *ask, id social.ScreenID) error { return s.Screen.EndNet(q.Context(), q.by, id) },
	} {
		r.Do("POST /settings/screen/"+what+"/{screen}/end", admin, s.screening(func(q *ask) error { return end(q, social.ScreenID(q.number("screen"))) }))
	}
}

// screening changes a list and goes back to all of them.
func (s *Site) screening(do func(q *ask) error) handler {
	return func(q *ask) error {
		err := do(q)
		if problem, ok := q.wrong(err); ok {
			return s.showScreen(q, http.StatusUnprocessableEntity, problem)
		}
		return s.saved(q, err, "/settings/screen")
	}
}

// screened is what stands on the lists of those who are turned away.
type screened struct {
	Mails  []social.MailBlock
	Prints []social.PrintBlock
	Nets   []social.IPBlock
	Wish   turnedAway
}

// turnedAway is who is to stand there, as it was typed.
type turnedAway struct {
	Mail, Address, Net, Days, Comment string
	Approval                          bool
	Severity                          social.IPSeverity
}

func turnedAwayOf(q *ask) turnedAway {
	w := turnedAway{Mail: q.form("mail"), Address: q.form("address"), Net: q.form("net"), Days: q.form("days"), Comment: q.form("comment"), Approval: q.ticked("approval"), Severity: social.IPSeverity(q.form("severity"))}
	if w.Severity == "" {
		w.Severity = social.IPNoSignUp
	}
	return w
}

func (s *Site) showScreen(q *ask, status int, problem string) error {
	first := social.Page{Limit: linesOnPage}
	mails, err := s.Screen.Mails(q.Context(), q.by, first)
	if err != nil {
		return err
	}
	prints, err := s.Screen.Prints(q.Context(), q.by, first)
	if err != nil {
		return err
	}
	nets, err := s.Screen.Nets(q.Context(), q.by, first)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Who may not join", screenSettings(q.page, screened{mails.Items, prints.Items, nets.Items, turnedAwayOf(q)}, problem))
}

// screenAddress turns an address away: of it only the fingerprint is kept.
func (s *Site) screenAddress(q *ask) error {
	email := strings.TrimSpace(q.form("address"))
	print := social.MailPrint(email)
	if !strings.Contains(email, "@") {
		print = "" // which is refused
	}
	_, err := s.Screen.AddPrint(q.Context(), q.by, print)
	return err
}

func (s *Site) screenNet(q *ask) error {
	net, severity, comment, lasts := q.form("net"), social.IPSeverity(q.form("severity")), q.form("comment"), time.Duration(0)
	if days, err := strconv.Atoi(q.form("days")); err == nil && days > 0 {
		lasts = time.Duration(min(days, maxDays)) * 24 * time.Hour
	}
	_, err := s.Screen.AddNet(q.Context(), q.by, q.from(), screen.NetWish{Net: &net, Severity: &severity, Comment: &comment, Lasts: &lasts})
	return err
}

// maxDays is more than a block may last, and is refused as that.
const maxDays = 10_000
