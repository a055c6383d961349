package inbox

import (
	"context"
	"net/http"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	synchronizeAtOnce  = 2
	synchronizeTimeout = 2 * time.Minute
	synchronizeTries   = 3
)

// synchronization is what a request says of who of ours follow its signer, if
// that was signed along and is the signer's to say.
func (s *Inbox) synchronization(r *http.Request, by sign.Claim) string {
	lines := r.Header.Values(as2.SynchronizationHeader)
	if len(lines) != 1 || !by.Covers(as2.SynchronizationHeader) {
		return ""
	}
	if _, ok := s.Rules.Synchronization(lines[0]); !ok {
		return ""
	}
	return lines[0]
}

// compare has the list of who of ours follow who signed asked for, if it is
// another than is known here. Nobody says that of another's followers.
func (t *task) compare(ctx context.Context, header string) error {
	said, ok := t.Rules.Synchronization(header)
	if !ok || t.signer.URI != t.a.Actor {
		return nil
	}
	_, contact, err := t.Accounts.Known(ctx, t.a.Actor)
	if err != nil {
		return err
	}
	if contact.Followers == "" || said.Collection != contact.Followers || !as2.SameOrigin(said.URL, t.a.Actor) {
		return nil
	}
	return t.Relations.Compare(ctx, relations.Synchronizing{Account: t.by.Account, At: said.URL, Muster: said.Digest})
}

// SynchronizeWorker asks other servers who of ours follow somebody there, and
// makes that true here, or tells them that it is not.
func (s *Inbox) SynchronizeWorker() work.Worker {
	return work.Worker{Kind: relations.SynchronizeJob, AtOnce: synchronizeAtOnce, Timeout: synchronizeTimeout, Tries: synchronizeTries, Do: func(ctx context.Context, args []byte) error {
		m, err := relations.ReadSynchronizing(args)
		if err != nil {
			return err
		}
		err = s.synchronize(ctx, m)
		if k := errs.KindOf(err); k == errs.Internal || k == errs.Unavailable || k == errs.Limited {
			return err
		}
		s.Log.DebugContext(ctx, "followers compared", "account", int64(m.Account), "err", err)
		return nil
	}}
}

func (s *Inbox) synchronize(ctx context.Context, m relations.Synchronizing) error {
	of, err := s.View.Face(ctx, m.Account)
	if err != nil || of.Local() || of.Standing != social.Good {
		return err
	}
	// Before theirs: whoever follows meanwhile may not be on it yet.
	before, err := s.Relations.FollowersHere(ctx, m.Account)
	if err != nil {
		return err
	}
	theirs, err := s.Resolver.Members(ctx, m.At, social.MaxMuster)
	if err != nil {
		return err
	}
	strangers, err := s.Relations.Synchronize(ctx, m, before, theirs)
	for _, who := range strangers {
		if err := s.Federation.TellUnfollowed(ctx, who, m.Account); err != nil {
			return err
		}
	}
	return err
}
