package web

import (
	"net/http"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/relays"
	"github.com/plaza-social/plaza/internal/social"
)

const relayPage = "/settings/relays"

func (s *Site) relayRoutes(r *router) {
	r.Do("GET /settings/relays", admin, func(q *ask) error { return s.showRelays(q, http.StatusOK, "", "") })
	r.Do("POST /settings/relays", admin, s.addRelay)
	r.Do("POST /settings/relays/{relay}/end", admin, s.removeRelay)
}

func (s *Site) showRelays(q *ask, status int, wish, problem string) error {
	all, err := s.Relays.All(q.Context(), q.by)
	if err != nil {
		return err
	}
	q.settle()
	return q.showAs(status, "Relays", relaySettings(q.page, relayList{all, wish, s.config.Clock()}, problem))
}

// addRelay has a relay asked.
func (s *Site) addRelay(q *ask) error {
	wish := q.form("address")
	_, err := s.Relays.Add(q.Context(), q.by, wish)
	if err != nil && errs.KindOf(err) != errs.Internal { // whatever the other server made of it
		return s.showRelays(q, http.StatusUnprocessableEntity, wish, q.page.fault(err))
	}
	return s.saved(q, err, relayPage)
}

func (s *Site) removeRelay(q *ask) error {
	return s.saved(q, s.Relays.Remove(q.Context(), q.by, social.RelayID(q.number("relay"))), relayPage)
}

// relayStates are what became of asking, as the page says it.
var relayStates = map[social.RelayState]string{
	social.RelayAsked:    msg("was asked, and has not answered"),
	social.RelayAccepted: msg("passes posts on"),
	social.RelayRefused:  msg("refused"),
}

// A relayLine is a relay as the page tells of it.
type relayLine = relays.Line
