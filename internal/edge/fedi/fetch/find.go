package fetch

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// Limits count what people have us ask for.
type Limits interface {
	Take(rule limit.Rule, key string) limit.State
}

// perPerson is how often one person may have others asked.
var perPerson = limit.Rule{Name: "find elsewhere", Burst: 60, Per: 15 * time.Minute}

// patience is how long somebody who searches waits for another server.
const patience = 15 * time.Second

var (
	errNobody = errs.New(errs.Unauthenticated, "Sign in to look for what is on other servers.")
	errOften  = errs.New(errs.Limited, "You have looked for a lot on other servers. Try again in a few minutes.")
)

// Find looks elsewhere for what somebody typed: the address of an account as
// people write it, or that of a page or document. One of the two is zero, or
// both are: such a text names nothing elsewhere. Errors are as Document's.
func (r *Resolver) Find(ctx context.Context, by social.Actor, typed string) (who social.AccountID, post social.PostID, err error) {
	typed = strings.TrimSpace(typed)
	name, host, isName := handle(typed)
	address, err := r.Rules.Clean(typed)
	isAddress := err == nil && !r.Own(as2.Host(address))
	if !isAddress && (!isName || r.Own(host)) {
		return 0, 0, nil
	}
	if err := r.mayAsk(by); err != nil {
		return 0, 0, err
	}
	ctx, cancel := context.WithTimeout(budgeted(ctx), patience)
	defer cancel()
	if isAddress {
		return r.at(ctx, address)
	}
	who, err = r.Named(ctx, name, host)
	return who, 0, err
}

// mayAsk reports why somebody may not have other servers asked, or nil.
func (r *Resolver) mayAsk(by social.Actor) error {
	if by.MustAct() != nil {
		return errNobody
	}
	if !r.Limits.Take(perPerson, strconv.FormatInt(int64(by.Account), 10)).OK {
		return errOften
	}
	return nil
}

// Whom is who on another server is meant by what somebody typed, as their
// server says now: "@name@host", or an address; zero if such a text names
// nobody elsewhere. Errors are as Document's.
func (r *Resolver) Whom(ctx context.Context, by social.Actor, typed string) (social.AccountID, error) {
	typed = strings.TrimSpace(typed)
	name, host, isName := handle(typed)
	address, err := r.Rules.Clean(typed)
	isAddress := err == nil && !r.Own(as2.Host(address))
	if !isAddress && (!isName || r.Own(host)) {
		return 0, nil
	}
	if err := r.mayAsk(by); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(budgeted(ctx), patience)
	defer cancel()
	if !isAddress {
		if address, err = r.actorOf(ctx, name, host); err != nil {
			return 0, err
		}
	}
	p, err := r.person(ctx, address, true)
	return p.ID, err
}

// handle takes "@name@host", with or without the first @ or "acct:", apart.
func handle(typed string) (name, host string, ok bool) {
	typed = strings.TrimPrefix(strings.TrimPrefix(typed, "acct:"), "@")
	name, host, ok = strings.Cut(typed, "@")
	return name, host, ok && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(typed, "/ ")
}

// Named is the account of that name on that host.
func (r *Resolver) Named(ctx context.Context, name, host string) (social.AccountID, error) {
	ctx = budgeted(ctx)
	actor, err := r.actorOf(ctx, name, host)
	if err != nil {
		return 0, err
	}
	p, err := r.person(ctx, actor, false)
	return p.ID, err
}

// actorOf is the address of the actor that a host has for a name.
func (r *Resolver) actorOf(ctx context.Context, name, host string) (string, error) {
	if no, err := r.Refused(ctx, host); err != nil {
		return "", err
	} else if no {
		return "", errRefused
	}
	if !r.rates.Take(perHost, site(host)).OK {
		return "", errHostBudget
	}
	return r.Finger.Find(ctx, name, host)
}

// at is what is at an address: somebody, or a post.
func (r *Resolver) at(ctx context.Context, address string) (social.AccountID, social.PostID, error) {
	if p, err := r.known(ctx, address); err == nil {
		p, err = r.person(ctx, address, false)
		return p.ID, 0, err
	}
	if which, err := r.Posts.Lookup(ctx, address); err == nil {
		return 0, which, nil
	}
	d, err := r.Document(ctx, address)
	if err != nil {
		return 0, 0, err
	}
	if d.Kind() == as2.AnActor {
		p, _, err := r.meet(ctx, d)
		return p.ID, 0, err
	}
	which, err := r.post(ctx, d.ID(), 0)
	return 0, which, err
}
