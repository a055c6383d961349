// Package exports gives people what is theirs, in the files that Mastodon and
// this house take in again.
package exports

import (
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Config is where the house stands and keeps files.
type Config struct {
	BaseURL    string
	HandleHost string
	// Blob opens a file of the blob store.
	Blob func(name string) (io.ReadCloser, error)
}

// Service does it.
type Service struct {
	store *store.Store
	view  *view.View
	Config
}

// New returns a Service over s.
func New(s *store.Store, v *view.View, c Config) *Service {
	return &Service{store: s, view: v, Config: c}
}

// Table is a list that can be had as a CSV file.
type Table string

// The tables, by the names of their files.
const (
	Follows   Table = "follows"
	Followers Table = "followers"
	Blocks    Table = "blocks"
	Mutes     Table = "mutes"
	Bookmarks Table = "bookmarks"
	Lists     Table = "lists"
)

// Tables are all of them.
var Tables = []Table{Follows, Followers, Lists, Mutes, Blocks, Bookmarks}

// headings are the first lines; the tables without one have none in Mastodon's
// files either.
var headings = map[Table][]string{
	Follows:   {"Account address", "Show boosts", "Notify on new posts", "Languages"},
	Followers: {"Account address"},
	Mutes:     {"Account address", "Hide notifications"},
}

// pageSize is how many lines are read at once.
const pageSize = 500

// CSV writes one of by's tables to w, a page at a time.
func (s *Service) CSV(ctx context.Context, by social.Actor, t Table, w io.Writer) error {
	write, ok := map[Table]func(context.Context, social.Actor, *csv.Writer) error{
		Follows: s.edges(social.EdgesFollowing, follow), Followers: s.edges(social.EdgesFollowers, address),
		Blocks: s.edges(social.EdgesBlocking, address), Mutes: s.edges(social.EdgesMuting, mute),
		Bookmarks: s.bookmarks, Lists: s.lists}[t]
	if !ok {
		return errs.New(errs.NotFound, "Record not found")
	}
	out := csv.NewWriter(w)
	if h := headings[t]; h != nil {
		if err := out.Write(h); err != nil {
			return err
		}
	}
	if err := write(ctx, by, out); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// acct is an account's address for everywhere.
func (s *Service) acct(a social.Account) string {
	if a.Local() {
		return a.Username + "@" + s.HandleHost
	}
	return a.Acct()
}

func address(acct string, _ social.Relation) []string { return []string{acct} }

func follow(acct string, r social.Relation) []string {
	return []string{acct, strconv.FormatBool(r.Boosts), strconv.FormatBool(r.Notify), strings.Join(r.Languages, ", ")}
}

func mute(acct string, r social.Relation) []string {
	return []string{acct, strconv.FormatBool(r.MuteNotices)}
}

// edges writes a list of relations, the newest first.
func (s *Service) edges(k social.EdgeKind, line func(acct string, r social.Relation) []string) func(context.Context, social.Actor, *csv.Writer) error {
	return func(ctx context.Context, by social.Actor, out *csv.Writer) error {
		for page := (social.Page{Limit: pageSize}); ; {
			var lines [][]string
			if err := s.store.Read(ctx, func(v *store.View) error {
				es, err := v.Edges(ctx, k, by.Account, page)
				if err != nil || len(es) == 0 {
					return err
				}
				page.Before = es[len(es)-1].ID
				lines, err = s.people(ctx, v, by, es, line)
				return err
			}); err != nil || lines == nil {
				return err
			}
			if err := out.WriteAll(lines); err != nil {
				return err
			}
		}
	}
}

func (s *Service) people(ctx context.Context, v *store.View, by social.Actor, es []store.Edge, line func(string, social.Relation) []string) ([][]string, error) {
	ids := make([]social.AccountID, len(es))
	for i, e := range es {
		ids[i] = e.Other
	}
	accounts, err := v.Accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(accounts, func(a, b social.Account) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	lines := [][]string{}
	for _, a := range accounts {
		rel, err := v.Relation(ctx, by.Account, a.ID)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line(s.acct(a), rel))
	}
	return lines, nil
}

// bookmarks leaves out what by may not see any more.
func (s *Service) bookmarks(ctx context.Context, by social.Actor, out *csv.Writer) error {
	return s.marked(ctx, by, social.Bookmarked, func(url string) error { return out.Write([]string{url}) })
}

func (s *Service) marked(ctx context.Context, by social.Actor, m social.Marks, do func(url string) error) error {
	return s.urls(ctx, by, func(v *store.View, page social.Page) ([]store.Marking, error) {
		return v.MarkedBy(ctx, m, by.Account, page)
	}, do)
}

// urls gives the addresses of the posts that list names page by page, without those
// that by may not see any more.
func (s *Service) urls(ctx context.Context, by social.Actor, list func(*store.View, social.Page) ([]store.Marking, error), do func(url string) error) error {
	for page := (social.Page{Limit: pageSize}); ; {
		var urls []string
		n := 0
		if err := s.store.Read(ctx, func(v *store.View) error {
			ms, err := list(v, page)
			if n = len(ms); err != nil || n == 0 {
				return err
			}
			page.Before = int64(ms[n-1].ID)
			for _, m := range ms {
				p, err := v.VisiblePost(ctx, by.Account, m.Post)
				if errs.KindOf(err) == errs.NotFound && err != nil {
					continue
				}
				if err != nil {
					return err
				}
				url, err := s.postURL(ctx, v, p)
				if err != nil {
					return err
				}
				urls = append(urls, url)
			}
			return nil
		}); err != nil || n == 0 {
			return err
		}
		for _, url := range urls {
			if err := do(url); err != nil {
				return err
			}
		}
	}
}

// postURL is a post's address for everywhere.
func (s *Service) postURL(ctx context.Context, v *store.View, p social.Post) (string, error) {
	if p.URI != "" {
		return p.URI, nil
	}
	author, err := v.Account(ctx, p.Author)
	return s.BaseURL + "/@" + author.Username + "/" + strconv.FormatInt(int64(p.ID), 10), err
}

func (s *Service) lists(ctx context.Context, by social.Actor, out *csv.Writer) error {
	var lines [][]string
	if err := s.store.Read(ctx, func(v *store.View) error {
		ls, err := v.Lists(ctx, by.Account)
		if err != nil {
			return err
		}
		for _, l := range ls {
			ids, err := v.Members(ctx, l.ID, social.Page{Limit: social.MaxMembers})
			if err != nil {
				return err
			}
			members, err := v.Accounts(ctx, ids)
			if err != nil {
				return err
			}
			for _, m := range members {
				lines = append(lines, []string{text.Cell(l.Title), s.acct(m)})
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return out.WriteAll(lines)
}
