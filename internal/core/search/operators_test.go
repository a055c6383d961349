package search_test

import (
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Operators narrow a search of posts, on both engines alike.
func TestOperators(t *testing.T) {
	each(t, func(h *house) {
		day := func() string { return h.store.Now().UTC().Format("2006-01-02") }
		first := day()
		plain := h.publish(ben, social.Draft{Text: "bread plain", Visibility: social.Public, Language: "en"})
		german := h.publish(ben, social.Draft{Text: "bread deutsch", Visibility: social.Public, Language: "de", Warning: "crumbs"})
		private := h.publish(ada, social.Draft{Text: "@cleo_x bread for us", Visibility: social.Direct})
		mine := h.publish(cleo, social.Draft{Text: "bread mine", Visibility: social.Public})
		h.clock.Pass(48 * time.Hour)
		later := day()
		reply := h.publish(ben, social.Draft{Text: "bread reply", Visibility: social.Public, ReplyTo: plain})
		asked := h.publish(ben, social.Draft{Text: "bread asked https://far.example/x", Visibility: social.Public,
			Poll: &social.PollDraft{Options: []string{"rye", "wheat"}, Lasts: time.Hour}})
		shown := h.publish(ben, social.Draft{Text: "bread shown", Visibility: social.Public})
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			m := social.Media{ID: social.MediaID(id.New(tx.Now)), Owner: ben, Post: shown, Kind: social.GIFV, State: social.MediaReady, At: tx.Now}
			if err := tx.AddMedia(h.ctx, m, ""); err != nil {
				return err
			}
			p, err := tx.Post(h.ctx, shown)
			if err != nil {
				return err
			}
			p.Media = []social.MediaID{m.ID}
			return tx.EditPost(h.ctx, p, social.Edit{At: tx.Now})
		}))
		for what, want := range map[string][]social.PostID{
			"bread":                                       {shown, asked, reply, mine, private, german, plain},
			"bread from:ben":                              {shown, asked, reply, german, plain},
			"FROM:@ben bread":                             {shown, asked, reply, german, plain},
			"from:@ben@plaza.example":                     {shown, asked, reply, german, plain},
			"bread from:me":                               {mine},
			"from:me":                                     {mine},
			"bread -from:ben":                             {mine, private},
			"bread from:nobody":                           nil,
			"bread from:ben from:ada":                     nil,
			"bread has:media":                             {shown},
			"bread has:video":                             {shown},
			"bread has:image":                             nil,
			"bread has:poll":                              {asked},
			"bread has:cw":                                {german},
			"bread -has:cw from:ben":                      {shown, asked, reply, plain},
			"bread is:reply":                              {reply},
			"bread -is:reply from:ben":                    {shown, asked, german, plain},
			"bread language:de":                           {german},
			"bread lang:EN":                               {plain},
			"bread in:library":                            {mine, private},
			"bread in:public":                             {shown, asked, reply, german, plain},
			"bread before:" + later:                       {mine, private, german, plain},
			"bread after:" + first:                        {shown, asked, reply},
			"bread during:" + first:                       {mine, private, german, plain},
			"bread during:" + first[:4] + " from:ben":     {shown, asked, reply, german, plain},
			"bread after:" + later + " before:" + first:   nil,
			`"from:ben" bread`:                            nil, // words, in quotes
			"bread has:nothing":                           nil, // words, too
			"has:poll":                                    nil, // alone it is too much to read
			"from:ben has:poll is:reply":                  nil,
			"from:ben is:reply":                           {reply},
			"bread from:ben has:poll before:" + later[:4]: nil,
			"bread from:ben -has:media -has:poll -has:cw": {reply, plain},
		} {
			if got := postIDs(h.ask(cleo, search.Query{Text: what})); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		if r := h.ask(cleo, search.Query{Text: "has:poll"}); !r.Vague {
			t.Error("operators alone are not said to be too few")
		}
		if r := h.ask(cleo, search.Query{Text: "ben from:ben"}); len(r.Accounts) > 0 || r.Vague {
			t.Errorf("who narrows looks for posts: %d accounts, vague %v", len(r.Accounts), r.Vague)
		}
		if r := h.ask(0, search.Query{Text: "bread from:ben"}); len(r.Posts) > 0 {
			t.Errorf("a stranger finds %v", postIDs(r))
		}
	})
}

// Nobody finds out by an operator what they may not see.
func TestOperatorsTellNothing(t *testing.T) {
	each(t, func(h *house) {
		h.publish(ben, social.Draft{Text: "secret", Visibility: social.Followers})
		h.say(ada, "public, and not to be found")
		h.say(ben, "to be found")
		h.must(h.rel.Block(h.ctx, as(ben), cleo))
		for _, what := range []string{"secret from:ben", "from:ben", "from:ada", "public from:ada", "in:library from:ben"} {
			if got := postIDs(h.ask(cleo, search.Query{Text: what})); len(got) > 0 {
				t.Errorf("%s: %v, want none", what, got)
			}
		}
		if _, err := h.search.Search(h.ctx, as(cleo), search.Query{Text: "from:ben", Offset: -1}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an offset below zero: %v", err)
		}
	})
}
