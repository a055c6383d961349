package view_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// foreigner stores zoe, who lives elsewhere, and a post of hers.
func foreigner(h *house, html string) (zoe social.AccountID, p social.Post) {
	h.Helper()
	zoe = ada + 100
	p = social.Post{ID: 3_400_000_000_000_000_555, Author: zoe, HTML: html, Visibility: social.Public, URI: "https://far.example/1", At: h.store.Now()}
	p.Thread = p.ID
	h.write(func(tx *store.Tx) error {
		a := social.Account{ID: zoe, Username: "zoe", Host: "far.example", URI: "https://far.example/zoe", DisplayName: "Zoe :cat:", Bio: "<p>:dog:</p>",
			Fields: []social.Field{{Name: ":fox:", Value: "x"}}, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
		if err := tx.AddAccount(h.ctx, a); err != nil {
			return err
		}
		var all []social.ForeignEmoji
		for _, n := range []string{"cat", "dog", "cow"} {
			all = append(all, social.ForeignEmoji{Host: "far.example", Shortcode: n, Image: "https://far.example/" + n})
		}
		all = append(all, social.ForeignEmoji{Host: "other.example", Shortcode: "fox", Image: "https://other.example/fox"})
		if err := tx.SetForeignEmojis(h.ctx, all, social.MaxHostEmojis); err != nil {
			return err
		}
		return tx.AddPost(h.ctx, p)
	})
	return zoe, p
}

func names(all []social.ForeignEmoji) (out string) {
	for _, e := range all {
		out += e.Shortcode + " "
	}
	return out
}

// Emojis of another server stand in what its people say, and nowhere else.
func TestEmojisOfStrangers(t *testing.T) {
	each(t, func(h *house) {
		_, p := foreigner(h, `<p>:cow: and :cow:, :fox:, 10:cat:30, <a href="https://far.example/">:none:</a></p>`)
		seen, err := h.view.Post(h.ctx, as(ben), p.ID)
		h.must(err)
		if got := names(seen.Emojis); got != "cow " {
			t.Errorf("in the post: %q", got)
		}
		if got := names(seen.Author.Emojis); got != "cat dog " {
			t.Errorf("in the profile: %q", got)
		}
		ours, err := h.posts.Publish(h.ctx, as(ada), social.Draft{Text: ":cow:", Visibility: social.Public})
		h.must(err)
		seen, err = h.view.Post(h.ctx, as(ben), ours.ID)
		h.must(err)
		if len(seen.Emojis) > 0 {
			t.Errorf("in one of ours: %q", names(seen.Emojis))
		}
	})
}

// A picture takes the newer form, and not an older one.
func TestForeignEmojisChange(t *testing.T) {
	each(t, func(h *house) {
		_, p := foreigner(h, "<p>:cow:</p>")
		for i, image := range []string{"new", "old"} {
			h.write(func(tx *store.Tx) error {
				tx.Record(event.PostEdited{Post: p.ID, Author: p.Author})
				return tx.SetForeignEmojis(h.ctx, []social.ForeignEmoji{{Host: "far.example", Shortcode: "cow", Image: "https://far.example/" + image, ChangedAt: h.store.Now().AddDate(0, 0, -i)}}, social.MaxHostEmojis)
			})
		}
		seen, err := h.view.Post(h.ctx, as(ben), p.ID)
		h.must(err)
		if got := seen.Emojis[0].Image; got != "https://far.example/new" {
			t.Errorf("shown as %s", got)
		}
	})
}

// What came from elsewhere is at home there, and named by its own address.
func TestAddressesOfPosts(t *testing.T) {
	each(t, func(h *house) {
		zoe, p := foreigner(h, "<p>One<br>two</p>")
		ours, err := h.posts.Publish(h.ctx, as(ada), social.Draft{Text: "x", Visibility: social.Public})
		h.must(err)
		boost, err := h.posts.Boost(h.ctx, as(ben), p.ID, social.Public)
		h.must(err)
		for which, want := range map[social.PostID]string{p.ID: "https://far.example/1", ours.ID: base.PostURI(ours.ID), boost.ID: base.BoostURI(boost.ID)} {
			seen, err := h.view.Post(h.ctx, as(ben), which)
			h.must(err)
			if got := h.view.URIOf(seen.Post); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		seen, err := h.view.Post(h.ctx, as(ben), p.ID)
		h.must(err)
		if h.view.OriginURL(seen) != "https://far.example/1" || h.view.AccountURI(seen.Author) != "https://far.example/zoe" || h.view.AccountURL(seen.Author) != "https://far.example/zoe" {
			t.Errorf("%s by %s", h.view.OriginURL(seen), h.view.AccountURL(seen.Author))
		}
		if seen.Plain() != "One\ntwo" {
			t.Errorf("in words: %q", seen.Plain())
		}
		face, err := h.view.Face(h.ctx, ada)
		h.must(err)
		if h.view.AccountURI(face) != base.ActorURI(ada) || h.view.AccountURL(face) != "https://plaza.example/@ada" {
			t.Errorf("ours: %s at %s", h.view.AccountURI(face), h.view.AccountURL(face))
		}
		h.write(func(tx *store.Tx) error {
			tx.Record(event.Moved{Account: ada, Target: zoe})
			return tx.SetMoved(h.ctx, social.Account{ID: ada, MovedTo: zoe, MovedAt: tx.Now})
		})
		if face, err = h.view.Face(h.ctx, ada); err != nil || face.Moved == nil || face.Moved.ID != zoe || face.Moved.Moved != nil {
			t.Errorf("moved: %+v, %v", face.Moved, err)
		}
	})
}

// Words of a post from elsewhere are those of its HTML: for filters, too.
func TestFiltersReadHTML(t *testing.T) {
	each(t, func(h *house) {
		_, p := foreigner(h, `<p>The <b>spo</b>iler <a href="https://far.example/tag">x</a></p>`)
		h.write(func(tx *store.Tx) error {
			tx.Record(event.FiltersChanged{Owner: ben})
			was := social.Filter{ID: 1, Owner: ben}
			now := social.Filter{ID: 1, Owner: ben, Title: "no", Contexts: []social.FilterContext{social.FilterHome}, Action: social.FilterWarn,
				Keywords: []social.FilterKeyword{{ID: 2, Words: "spoiler", Whole: true}, {ID: 3, Words: "href"}}}
			return tx.SetFilter(h.ctx, was, now)
		})
		seen, err := h.view.Post(h.ctx, as(ben), p.ID)
		h.must(err)
		if len(seen.Hits) != 1 || len(seen.Hits[0].Keywords) != 1 || seen.Hits[0].Keywords[0] != "spoiler" {
			t.Errorf("hits %+v", seen.Hits)
		}
	})
}

// What answers somebody who is not known here is no post of one's own.
func TestOrphansAreReplies(t *testing.T) {
	t.Parallel()
	p := social.Post{Author: ada, ReplyAuthor: social.Somebody, Visibility: social.Public}
	follows := func(social.AccountID) bool { return true }
	none := func(social.AccountID) bool { return false }
	if !p.ToOthers() || p.AtHome(ben, social.Relation{Follows: true}, none) {
		t.Error("it is at home of those who follow its author")
	}
	l := social.List{Owner: ben, Replies: social.RepliesNone}
	if l.Shows(p, social.Relation{}, follows, follows) {
		t.Error("it is on lists")
	}
}

// A host has so many pictures and no more; those that are there still change.
func TestForeignEmojisAreBounded(t *testing.T) {
	each(t, func(h *house) {
		zoe, _ := foreigner(h, "x") // with three, and one of another host
		set := func(limit int, name, image string) {
			h.write(func(tx *store.Tx) error {
				return tx.SetForeignEmojis(h.ctx, []social.ForeignEmoji{{Host: "far.example", Shortcode: name, Image: image, ChangedAt: tx.Now}}, limit)
			})
		}
		set(3, "past", "a")
		set(3, "cow", "b")
		set(4, "within", "c")
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			all, err := v.ForeignEmojis(h.ctx, []social.AccountID{zoe}, []string{"past", "cow", "within"})
			got := map[string]string{}
			for _, e := range all {
				got[e.Shortcode] = e.Image
			}
			if len(got) != 2 || got["cow"] != "b" || got["within"] != "c" {
				t.Errorf("there are %v", got)
			}
			return err
		}))
	})
}
