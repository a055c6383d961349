package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/hosts"
	"github.com/plaza-social/plaza/internal/social"
)

const hostListsPage = "/settings/hosts/lists"

// Lists of hosts that others keep.
func (s *Site) hostListRoutes(r *router) {
	r.Do("GET "+hostListsPage, admin, func(q *ask) error { return s.showHostLists(q, http.StatusOK, "", "") })
	r.Do("POST "+hostListsPage, admin, s.addHostList)
	r.Do("GET "+hostListsPage+"/{list}", admin, func(q *ask) error { return s.showHostList(q, http.StatusOK, "") })
	r.Do("POST "+hostListsPage+"/{list}/apply", admin, s.applyHostList)
	r.Do("POST "+hostListsPage+"/{list}/check", admin, s.checkHostList)
	r.Do("POST "+hostListsPage+"/{list}/auto", admin, s.autoHostList)
	r.Do("POST "+hostListsPage+"/{list}/end", admin, s.endHostList)
}

func (q *ask) hostListID() social.HostListID { return social.HostListID(q.number("list")) }

func hostListURL(l social.HostList) string { return hostListsPage + "/" + itoa(l.ID) }

// mendable is the sentence of an error that somebody can do something about. What is
// not there, or not for them, is another page.
func (q *ask) mendable(err error) (string, bool) {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.Unavailable, errs.Limited, errs.Gone:
		return q.page.fault(err), err != nil
	}
	return "", false
}

func (s *Site) showHostLists(q *ask, status int, typed, problem string) error {
	all, err := s.Hosts.Lists(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Lists that others keep", hostLists(q.page, all, typed, problem))
}

func (s *Site) addHostList(q *ask) error {
	address := strings.TrimSpace(q.form("url"))
	l, err := s.Hosts.Subscribe(q.Context(), q.by, address, q.ticked("auto"))
	if errs.KindOf(err) == errs.NotFound && err != nil { // there, not here
		return s.showHostLists(q, http.StatusUnprocessableEntity, address, q.page.fault(err))
	}
	if problem, ok := q.mendable(err); ok {
		return s.showHostLists(q, http.StatusUnprocessableEntity, address, problem)
	}
	if err != nil {
		return err
	}
	return q.to(hostListURL(l))
}

func (s *Site) showHostList(q *ask, status int, problem string) error {
	l, err := s.Hosts.List(q.Context(), q.by, q.hostListID())
	if err != nil {
		return err
	}
	var apply hosts.ListPreview
	if !l.ProposedAt.IsZero() {
		if apply, err = s.Hosts.PreviewApply(q.Context(), q.by, l.ID); err != nil {
			return err
		}
	}
	end, err := s.Hosts.PreviewUnsubscribe(q.Context(), q.by, l.ID)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "A list that others keep", hostListOne(q.page, l, apply, end, problem))
}

// listDone goes back to the list, and says what went wrong.
func (s *Site) listDone(q *ask, err error) error {
	if problem, ok := q.mendable(err); ok {
		return s.showHostList(q, http.StatusUnprocessableEntity, problem)
	}
	return s.saved(q, err, hostListsPage+"/"+itoa(q.hostListID()))
}

func (s *Site) applyHostList(q *ask) error {
	seen, _ := strconv.ParseInt(q.form("seen"), 10, 64)
	return s.listDone(q, s.Hosts.Apply(q.Context(), q.by, q.hostListID(), time.UnixMilli(seen)))
}

func (s *Site) checkHostList(q *ask) error {
	return s.listDone(q, s.Hosts.Check(q.Context(), q.by, q.hostListID()))
}

func (s *Site) autoHostList(q *ask) error {
	return s.listDone(q, s.Hosts.SetAuto(q.Context(), q.by, q.hostListID(), q.ticked("auto")))
}

func (s *Site) endHostList(q *ask) error {
	err := s.Hosts.Unsubscribe(q.Context(), q.by, q.hostListID())
	if problem, ok := q.mendable(err); ok {
		return s.showHostList(q, http.StatusUnprocessableEntity, problem)
	}
	return s.saved(q, err, hostListsPage)
}

// listState is how a list is doing, in few words.
func listState(l social.HostList) string {
	switch {
	case l.Stage == social.HostListWaiting:
		return msg("waits for you")
	case l.Stage == social.HostListApplying:
		return msg("is being applied")
	case l.Stage == social.HostListEnding:
		return msg("is being taken back")
	case l.Failure != "":
		return msg("could not be had")
	}
	return msg("is up to date")
}

// listSentences are what listState says, as sentences.
var listSentences = map[string]string{
	"waits for you":       msg("It waits for you."),
	"is being applied":    msg("It is being applied."),
	"is being taken back": msg("It is being taken back."),
	"could not be had":    msg("It could not be had."),
	"is up to date":       msg("It is up to date."),
}

// firstHosts are the names of some hosts, for a sentence.
func firstHosts(ctx context.Context, all []social.HostBlock) string {
	var names []string
	for _, b := range all[:min(len(all), social.MaxCutHosts)] {
		names = append(names, b.Host)
	}
	text := strings.Join(names, ", ")
	if n := len(all) - len(names); n > 0 {
		return say(ctx, "%s and %d others", text, n)
	}
	return text
}
