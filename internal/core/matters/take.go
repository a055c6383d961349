package matters

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Take makes a matter of what somebody told, starts its clock, and gives a
// receipt for it that the log of evidence signed. Whoever fills in the form needs
// no account; what the staff puts in needs one. The very same again, under
// the same name of the same sender and while it waits, is the matter there is; what
// only says again what the sender told is kept, and counted with that.
func (s *Service) Take(ctx context.Context, by social.Actor, d social.MatterDraft) (m social.Matter, err error) {
	if d.Channel == social.ByStaff {
		if err := by.MustModerate(); err != nil {
			return m, err
		}
	}
	d.Text = text.Clean(d.Text)
	d = d.Tidy()
	if err := d.Check(); err != nil {
		return m, err
	}
	signer, err := s.config.Signer(ctx)
	if err != nil {
		return m, fmt.Errorf("sign a receipt: %w", err)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		var found bool
		if m, found, err = same(ctx, tx, d); err != nil || found {
			return err
		}
		m, err = s.take(ctx, tx, by, d, signer)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("take a matter: %w", err)
	}
	return m, nil
}

// same is the matter that waits already and is d in all that it says: whoever
// only knows what a sender calls theirs learns nothing of it, and what says more
// is another one.
func same(ctx context.Context, tx *store.Tx, d social.MatterDraft) (social.Matter, bool, error) {
	if d.Ref == "" || d.From.Email == "" {
		return social.Matter{}, false, nil
	}
	all, err := tx.WaitingMattersCalled(ctx, d.Ref, d.From)
	if err != nil {
		return social.Matter{}, false, err
	}
	raw := ""
	if len(d.Raw) > 0 {
		raw = hash(d.Raw)
	}
	for _, m := range all {
		if m.Channel != d.Channel || m.Class != d.Class || m.Category != d.Category || m.From != d.From || m.RawHash != raw || m.Text != d.Text {
			continue
		}
		about, err := tx.MatterObjects(ctx, m.ID)
		if err != nil {
			return social.Matter{}, false, err
		}
		if slices.EqualFunc(about, d.Addresses, func(o social.MatterObject, a string) bool { return o.Address == a }) {
			return m, true, nil
		}
	}
	return social.Matter{}, false, nil
}

func (s *Service) take(ctx context.Context, tx *store.Tx, by social.Actor, d social.MatterDraft, signer *evidence.Signer) (m social.Matter, err error) {
	cal, err := calendar(ctx, &tx.View)
	if err != nil {
		return m, err
	}
	m = d.Matter(social.MatterID(id.New(tx.Now)), tx.Now, cal)
	m.Secret, m.Network = secret(), s.alias(d.Network)
	if m.First, err = joins(ctx, tx, d); err != nil {
		return m, err
	}
	refs := []social.EvidenceID{}
	if m.First == 0 {
		if m.Tray, err = tray(ctx, tx, d); err != nil {
			return m, err
		}
	} else if first, err := tx.Matter(ctx, m.First); err != nil {
		return m, err
	} else {
		m.Status, refs = social.MatterJoined, append(refs, first.Evidence)
	}
	if len(d.Raw) > 0 {
		m.RawHash = hash(d.Raw)
		if err := tx.AddMatterFile(ctx, m.ID, store.MatterRaw, d.Raw); err != nil {
			return m, err
		}
	}
	about, err := s.named(ctx, tx, d.Addresses)
	if err != nil {
		return m, err
	}
	if err := holdAll(ctx, tx, about); err != nil {
		return m, err
	}
	proof, err := tx.AddEvidence(store.Evidence{Type: recordOf(m.Class), Category: evidence.Category(m.Category), Class: string(m.Class), Refs: refs, Body: noticed(m, listed(about)), About: whose(about)})
	if err != nil {
		return m, err
	}
	m.Evidence = proof.ID()
	if m.First == 0 && !m.Tray {
		if err := s.report(ctx, tx, m, about); err != nil {
			return m, err
		}
	}
	receipt, err := signer.Receipt(evidence.Receipt{Report: number(m.ID), Commitment: proof.Commitment(), Received: tx.Now})
	if err != nil {
		return m, err
	}
	m.Receipt = string(receipt)
	if err := tx.AddMatter(ctx, m, about); err != nil {
		return m, err
	}
	tx.Record(event.MatterChanged{Matter: m.ID, Status: m.Status, By: by.Account})
	return m, schedule(ctx, tx, m)
}

// recordOf is what the log calls a matter.
func recordOf(c social.Class) evidence.Type {
	if c == social.ClassTerror || c == social.ClassOrder {
		return evidence.TypeOrder
	}
	return evidence.TypeHostNotice
}

func noticed(m social.Matter, addresses []string) evidence.Noticed {
	return evidence.Noticed{Matter: number(m.ID), Class: string(m.Class), Channel: string(m.Channel), Sender: hostOf(m.From.Email), Ref: m.Ref, Category: string(m.Category), Law: m.Law,
		Objects: fitting(addresses), Raw: m.RawHash, Statement: hash([]byte(m.Text)), GoodFaith: m.GoodFaith, ReceivedAt: stamp(m.Span.From), Due: stamp(m.Span.Due)}
}

// named is what addresses lead to. What is not there, or not ours, is kept as it
// was written: the staff looks at it.
func (s *Service) named(ctx context.Context, tx *store.Tx, addresses []string) (out []social.MatterObject, err error) {
	for _, a := range addresses {
		o := social.MatterObject{Address: a}
		if p, host, ok := s.place(a); ok {
			if o.Account, o.Post, err = at(ctx, &tx.View, p, host); err != nil {
				return nil, err
			}
		}
		out = append(out, o)
	}
	return out, nil
}

// place is what one of our addresses names: also a page here of somebody who
// lives elsewhere, at a host.
func (s *Service) place(address string) (p view.Place, host string, ok bool) {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	address = strings.TrimSuffix(address, "/")
	if p, ok = s.view.All().ParseURI(address); ok {
		return p, "", true
	}
	for _, base := range s.view.All() {
		page, found := strings.CutPrefix(address, string(base)+"/@")
		if !found {
			continue
		}
		acct, rest, _ := strings.Cut(page, "/")
		p.Name, host, _ = strings.Cut(acct, "@")
		number, _, _ := strings.Cut(rest, "/") // of /@ada/1/history, too
		if n, isPost := id.Parse(number); isPost {
			p.Post = social.PostID(n)
		}
		return p, strings.ToLower(host), true
	}
	return p, "", false
}

func at(ctx context.Context, v *store.View, place view.Place, host string) (social.AccountID, social.PostID, error) {
	switch {
	case place.Post != 0:
		p, err := v.Post(ctx, place.Post)
		return p.Author, p.ID, errs.Absent(err)
	case place.Account != 0:
		a, err := v.Account(ctx, place.Account)
		return a.ID, 0, errs.Absent(err)
	case place.Name == "":
		return 0, 0, nil
	}
	a, err := v.AccountNamed(ctx, place.Name, host)
	return a.ID, 0, errs.Absent(err)
}

// whose is the one account that about names, or zero: what nobody knows beside it
// changes nothing.
func whose(about []social.MatterObject) (who social.AccountID) {
	for _, o := range about {
		switch {
		case o.Account == 0:
		case who != 0 && o.Account != who:
			return 0
		default:
			who = o.Account
		}
	}
	return who
}

// listed is the addresses of about as a record has them. One that is about
// several people is erased with none of them, and has their hashes instead.
func listed(about []social.MatterObject) (out []string) {
	several := whose(about) == 0 && slices.ContainsFunc(about, func(o social.MatterObject) bool { return o.Account != 0 })
	for _, o := range about {
		a := o.Address
		if several {
			a = "sha256:" + hash([]byte(a))
		}
		out = append(out, a)
	}
	return out
}

// maxListed is how many bytes of addresses a record names: what is left out
// stands in what came, which the record commits to.
const maxListed = 24 << 10

func fitting(list []string) []string {
	size := 0
	for i, one := range list {
		b, _ := json.Marshal(one)
		if size += len(b) + 1; size > maxListed {
			return list[:i]
		}
	}
	return list
}

func secret() string {
	b := make([]byte, 20)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// hostOf is the host of an e-mail address.
func hostOf(email string) string { return email[strings.LastIndexByte(email, '@')+1:] }

func number(which social.MatterID) string { return strconv.FormatInt(int64(which), 10) }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
