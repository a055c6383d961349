package hosts

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Wish says what is to become of the lines of a file.
type Wish struct {
	Allows    bool // they are let in, not kept away from
	Overwrite bool // blocks that there are say what the file says
	Dry       bool // only tell what would be
}

// What becomes of a line.
const (
	Adds    = "add"
	Changes = "change"
	Keeps   = "keep"
	Fails   = "fail"
)

// A Change is what becomes of a line of a file, or would.
type Change struct {
	Line  int              `json:"line,omitempty"`
	Host  string           `json:"host"`
	Does  string           `json:"does"`
	Why   string           `json:"why,omitempty"`
	Block social.HostBlock `json:"-"`
	// What a block of the host cuts: known accounts there and below, those that
	// ours follow, and those that follow ours.
	Accounts  int `json:"accounts"`
	Following int `json:"following"`
	Followers int `json:"followers"`
}

// atOnce is how many hosts are decided about in one transaction.
const atOnce = 500

// Bring decides about the hosts of lines, as many as can be, and tells of each
// what became of it, and what all of them together cut. Tell hears how far it
// is.
func (s *Service) Bring(ctx context.Context, by social.Actor, lines []Line, w Wish, tell func(done, total int)) (out []Change, c social.HostCut, err error) {
	if len(lines) > social.MaxHosts {
		return nil, c, errMany
	}
	var figures map[string]store.HostFigure
	if err := s.read(ctx, by, func(v *store.View) (err error) {
		if !w.Allows {
			figures, err = below(ctx, v)
		}
		return err
	}); err != nil {
		return nil, c, err
	}
	for _, l := range lines {
		out = append(out, s.change(l, figures))
	}
	if !w.Allows {
		if c, err = s.PreviewAll(ctx, by, out, w.Overwrite); err != nil {
			return nil, c, err
		}
	}
	for from := 0; from < len(out); from += atOnce {
		some := out[from:min(from+atOnce, len(out))]
		if err := s.write(ctx, "bring hosts", by, func(tx *store.Tx) error { return bring(ctx, tx, by, some, w) }); err != nil {
			return out, c, err
		}
		tell(from+len(some), len(out))
	}
	return out, c, nil
}

func (s *Service) change(l Line, figures map[string]store.HostFigure) Change {
	c := Change{Line: l.N, Host: l.Block.Host, Block: l.Block, Why: l.Why}
	if c.Why == "" {
		b, err := s.checked(l.Block)
		if err != nil {
			c.Why = errs.Public(err)
		} else {
			c.Host, c.Block = b.Host, b
		}
	}
	if c.Why != "" {
		c.Does = Fails
	}
	f := figures[c.Host]
	c.Accounts, c.Following, c.Followers = f.Accounts, f.Following, f.Followers
	return c
}

// below is what there is between us and each host with all below it.
func below(ctx context.Context, v *store.View) (map[string]store.HostFigure, error) {
	all, err := v.HostFigures(ctx)
	sums := map[string]store.HostFigure{}
	for _, f := range all {
		for name := f.Host; name != ""; _, name, _ = strings.Cut(name, ".") {
			sum := sums[name]
			sums[name] = store.HostFigure{Host: name, Accounts: sum.Accounts + f.Accounts, Following: sum.Following + f.Following, Followers: sum.Followers + f.Followers}
		}
	}
	return sums, err
}

// PreviewAll is what changes would cut together.
func (s *Service) PreviewAll(ctx context.Context, by social.Actor, all []Change, overwrite bool) (c social.HostCut, err error) {
	err = s.read(ctx, by, func(v *store.View) error {
		there, err := v.AllHostBlocks(ctx)
		if err != nil {
			return err
		}
		known := map[string]bool{}
		for _, b := range there {
			known[b.Host] = true
		}
		var blocks []social.HostBlock
		for _, one := range all {
			if one.Does != Fails && (overwrite || !known[one.Host]) {
				blocks = append(blocks, one.Block)
			}
		}
		c, err = cut(ctx, v, func(r *social.HostRules) *social.HostRules { return r.With(blocks...) })
		return err
	})
	return c, err
}

// bring decides about some hosts. It may run twice.
func bring(ctx context.Context, tx *store.Tx, by social.Actor, some []Change, w Wish) error {
	names := make([]string, 0, len(some))
	for _, c := range some {
		names = append(names, c.Host)
	}
	blocks, _, err := tx.HostsOf(ctx, names)
	if err != nil {
		return err
	}
	room, err := room(ctx, tx, w.Allows)
	if err != nil {
		return err
	}
	var did []evidence.Changed
	for i := range some {
		c := &some[i]
		if c.Does == Fails {
			continue
		}
		if w.Allows {
			err = allow(ctx, tx, c, &room, w)
		} else {
			was, known := blocks[c.Host]
			err = block(ctx, tx, c, was, known, &room, w)
		}
		if err != nil {
			return err
		}
		if c.Does != Adds && c.Does != Changes {
			continue
		}
		if w.Allows {
			did = append(did, evidence.Changed{Target: c.Host, To: "let in"})
		} else {
			did = append(did, record.HostChange(blocks[c.Host], c.Block))
		}
	}
	if len(did) == 0 || w.Dry {
		return nil
	}
	tx.Record(event.HostsChanged{}) // more than one
	what := record.Hosts
	if w.Allows {
		what = record.HostsIn
	}
	return record.Measures(ctx, tx, by, what, did...)
}

// room is how many hosts may come to a list still.
func room(ctx context.Context, tx *store.Tx, allows bool) (int, error) {
	count := tx.CountHostBlocks
	if allows {
		count = tx.CountHostAllows
	}
	n, err := count(ctx)
	return social.MaxHosts - n, err
}

func block(ctx context.Context, tx *store.Tx, c *Change, was social.HostBlock, known bool, room *int, w Wish) error {
	switch c.Why = ""; {
	case !known && *room <= 0:
		c.Does, c.Why = Fails, errs.Public(errMany)
	case !known:
		*room--
		if c.Does = Adds; !w.Dry {
			return add(ctx, tx, &c.Block)
		}
	case !w.Overwrite:
		c.Does, c.Why = Keeps, "It has a block already."
	default:
		c.Does = Changes
		c.Block.ID, c.Block.CreatedAt, c.Block.Private, c.Block.Listed = was.ID, was.CreatedAt, was.Private, false
		if !w.Dry {
			return tx.SetHostBlock(ctx, c.Block)
		}
	}
	return nil
}

// add stores a new block that was made by hand.
func add(ctx context.Context, tx *store.Tx, b *social.HostBlock) error {
	b.ID, b.CreatedAt, b.Listed = social.HostID(id.New(tx.Now)), tx.Now, false
	return tx.AddHostBlock(ctx, *b)
}

func allow(ctx context.Context, tx *store.Tx, c *Change, room *int, w Wish) error {
	_, err := tx.HostAllowOf(ctx, c.Host)
	switch c.Why = ""; {
	case err == nil:
		c.Does, c.Why = Keeps, "It was let in already."
		return nil
	case errs.KindOf(err) != errs.NotFound:
		return err
	case *room <= 0:
		c.Does, c.Why = Fails, errs.Public(errMany)
		return nil
	}
	*room--
	if c.Does = Adds; w.Dry {
		return nil
	}
	return tx.AddHostAllow(ctx, social.HostAllow{ID: social.HostID(id.New(tx.Now)), Host: c.Host, CreatedAt: tx.Now})
}

// Write writes all blocks as Read reads them, or all hosts that were let in.
func (s *Service) Write(ctx context.Context, by social.Actor, to io.Writer, allows bool) error {
	var blocks []social.HostBlock
	var in []social.HostAllow
	if err := s.read(ctx, by, func(v *store.View) (err error) {
		if allows {
			in, err = v.HostAllows(ctx, social.Page{Limit: social.MaxHosts})
		} else {
			blocks, err = v.AllHostBlocks(ctx)
		}
		return err
	}); err != nil {
		return err
	}
	if allows {
		slices.SortFunc(in, func(a, b social.HostAllow) int { return strings.Compare(a.Host, b.Host) })
		return WriteAllows(to, in)
	}
	return WriteBlocks(to, blocks)
}
