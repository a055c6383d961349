package media

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	refreshJob     = "media.refresh"
	refreshAtOnce  = 4
	refreshTimeout = 3 * time.Minute // for one file
	refreshTries   = 4
	refreshPage    = 200
	// MaxRefresh is how many files are fetched anew for one wish: what comes
	// after them is named with the next.
	MaxRefresh = 20_000
)

// A RefreshWish says which files of other servers are to be fetched anew: those
// of one account, of a whole host, or of one post.
type RefreshWish struct {
	Account social.AccountID
	Host    string
	Post    social.PostID
	Since   time.Time // attachments since then; zero for all
	Missing bool      // those too of which there is no copy here
}

// refresh is what a job is told.
type refresh struct {
	File    string `json:"file"`
	Missing bool   `json:"missing,omitempty"`
}

// Refresh has files of other servers fetched anew, each by a job, and tells how
// many; with dry, how many that would be. Nothing is fetched of a host that is
// not to be seen here.
func (s *Service) Refresh(ctx context.Context, w RefreshWish, dry bool) (n int, err error) {
	var rules *social.HostRules
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		rules, err = v.HostRules(ctx)
		return err
	}); err != nil {
		return 0, fmt.Errorf("read rules about hosts: %w", err)
	}
	err = s.eachElsewhere(ctx, w, rules, func(files []string) error {
		files = files[:min(len(files), MaxRefresh-n)]
		if n += len(files); dry || len(files) == 0 {
			return nil
		}
		return s.store.Write(ctx, func(tx *store.Tx) error {
			for _, f := range files {
				if err := tx.AddJob(ctx, refreshJob, refresh{f, w.Missing}, tx.Now, f); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return n, fmt.Errorf("refresh files: %w", err)
	}
	return n, nil
}

// RefreshWorker fetches what Refresh asked for. A file that the other server
// has no more is done with: the copy there is stays.
func RefreshWorker(fetch func(ctx context.Context, as, address string, missing bool) error) work.Worker {
	return work.Worker{Kind: refreshJob, AtOnce: refreshAtOnce, Timeout: refreshTimeout, Tries: refreshTries, Do: func(ctx context.Context, args []byte) error {
		var r refresh
		if err := json.Unmarshal(args, &r); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a file.", err)
		}
		as, address, ok := social.ParseFileElsewhere(r.File)
		if !ok {
			return errs.New(errs.Invalid, "This job does not name a file of another server.")
		}
		err := fetch(ctx, as, address, r.Missing)
		if err != nil && errs.KindOf(err) == errs.NotFound {
			return nil
		}
		return err
	}}
}

// eachElsewhere visits the files that are wished for, some at a time, up to
// MaxRefresh and a page more.
func (s *Service) eachElsewhere(ctx context.Context, w RefreshWish, rules *social.HostRules, visit func([]string) error) error {
	if w.Post != 0 {
		return s.ofPost(ctx, w.Post, rules, visit)
	}
	n := 0
	for after := social.AccountID(0); ; {
		var all []social.Account
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			if w.Account != 0 {
				all, err = v.Accounts(ctx, []social.AccountID{w.Account})
			} else {
				all, err = v.AccountsAt(ctx, w.Host, after, refreshPage)
			}
			return err
		}); err != nil {
			return err
		}
		for _, a := range all {
			if after = a.ID; !isShown(a, rules) {
				continue
			}
			if err := s.ofAccount(ctx, a, w.Since, func(files []string) error { n += len(files); return visit(files) }); err != nil {
				return err
			}
			if n >= MaxRefresh {
				return nil
			}
		}
		if w.Account != 0 || len(all) < refreshPage {
			return nil
		}
	}
}

func (s *Service) ofPost(ctx context.Context, which social.PostID, rules *social.HostRules, visit func([]string) error) error {
	var files []string
	if err := s.store.Read(ctx, func(v *store.View) error {
		p, err := v.Post(ctx, which)
		if err != nil {
			return err
		}
		a, err := v.Account(ctx, p.Author)
		if err != nil || !isShown(a, rules) {
			return err
		}
		all, err := v.Media(ctx, p.Media)
		files = elsewhere(all)
		return err
	}); err != nil {
		return err
	}
	return visit(files)
}

// ofAccount visits an account's pictures, and then its attachments.
func (s *Service) ofAccount(ctx context.Context, a social.Account, since time.Time, visit func([]string) error) error {
	a = a.Elsewhere()
	var files []string
	for _, f := range []string{a.Avatar, a.Header} {
		if f != "" {
			files = append(files, f)
		}
	}
	for after, n := social.MediaID(id.Floor(since)), 0; n < MaxRefresh; {
		var all []social.Media
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			all, err = v.MediaAfter(ctx, a.ID, after, refreshPage)
			return err
		}); err != nil {
			return err
		}
		files = append(files, elsewhere(all)...)
		n += len(files)
		if err := visit(files); err != nil || len(all) < refreshPage {
			return err
		}
		files, after = nil, all[len(all)-1].ID
	}
	return nil
}

// isShown reports whether pictures of an account are shown here: it lives
// elsewhere, and neither it nor its host is kept away from.
func isShown(a social.Account, rules *social.HostRules) bool {
	on := rules.On(a.Host)
	return !a.Local() && a.Standing != social.Suspended && on.Severity != social.HostSuspends && !on.RejectMedia
}

// elsewhere is the files of attachments that other servers have.
func elsewhere(all []social.Media) (files []string) {
	for _, m := range all {
		if m.File != "" || m.Remote == "" {
			continue
		}
		for _, f := range []string{m.Elsewhere().File, m.Elsewhere().Preview} {
			if f != "" {
				files = append(files, f)
			}
		}
	}
	return files
}
