package serve

import (
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
)

// limitFollowers is for each host: it needs the list of somebody's followers
// only when it has another one.
var limitFollowers = limit.Rule{Name: "followers of a host", Burst: 60, Per: 5 * time.Minute}

var tooOften = errs.New(errs.Limited, "Too many requests. Try again later.")

// synchronization is who follows somebody from the server of who asks, for that
// server to see whether it knows the same (FEP-8fcf). Each server is told of its
// own people alone, also where lists of followers are hidden: of those it knows
// better than we do.
func (s *Server) synchronization(q *ask) (any, error) {
	f, err := s.owner(q)
	if err != nil {
		return nil, err
	}
	if !s.Limiter.Take(limitFollowers, as2.Host(q.face.URI)).OK {
		return nil, tooOften
	}
	uris, err := s.Followers(q.Context(), f.ID, q.face.URI)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, uri := range uris {
		items = append(items, uri)
	}
	return &as2.CollectionDocument{Context: as2.PlainContext, ID: s.View.ActorURI(f.ID) + followersHere, Type: "OrderedCollection", TotalItems: total(len(items)), OrderedItems: items}, nil
}

// followersHere is where it is, after the address of an actor.
const followersHere = "/followers_synchronization"

// Synchronization is what goes with what is for an account's followers, about
// those on the server with a digest.
func Synchronization(actor, digest string) as2.Synchronization {
	return as2.Synchronization{Collection: actor + "/followers", URL: actor + followersHere, Digest: digest}
}
