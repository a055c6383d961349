package mirror

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// word is what a post or a profile says that can be looked for in all files.
func word(n int) string { return fmt.Sprintf("marker%dx", n) }

// Nothing is in any file that is not for everybody.
func TestSight(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := newHouse(t, s)
		ctx := t.Context()
		ada, lim, sus, gone := s.Join("ada", social.Owner), s.Join("lim", social.Member), s.Join("sus", social.Member), s.Join("gone", social.Member)
		_, err := s.Auth.SignUp(ctx, auth.SignUp{Username: "wanda", Email: "wanda@example.com", Password: "correct horse battery", Agreed: true})
		h.must(err)
		bio := "secretbio"
		for _, p := range []*apptest.Person{lim, sus, gone} {
			_, err := s.Accounts.SetProfile(ctx, p.Actor(), social.Profile{Bio: &bio})
			h.must(err)
		}
		root := ada.Post("shown root #hello", "public")
		say := func(p *apptest.Person, text, visibility string, more map[string]any) apptest.Status {
			body := map[string]any{"status": text, "visibility": visibility}
			for k, v := range more {
				body[k] = v
			}
			var st apptest.Status
			p.Must("POST", "/api/v1/statuses", body, &st)
			return st
		}
		reply := map[string]any{"in_reply_to_id": root.ID}
		say(ada, "shown quiet #quiet", "unlisted", nil)
		say(ada, "secret followers #secrettag", "private", nil)
		say(ada, "secret followers answer", "private", reply)
		say(ada, "@lim secret direct", "direct", nil)
		say(ada, "secret here #heretag", "public", map[string]any{"local_only": true})
		say(ada, "secret warned", "private", map[string]any{"spoiler_text": "secret warning"})
		removed := say(ada, "secret deleted #deletedtag", "public", nil)
		edited := say(ada, "secret before the edit", "public", nil)
		for _, p := range []*apptest.Person{lim, sus, gone} {
			st := say(p, "secret by "+p.Name+" #by"+p.Name, "public", nil)
			say(p, "secret answer by "+p.Name, "public", reply)
			ada.Must("POST", "/api/v1/statuses/"+st.ID+"/reblog", nil, nil)
			under := say(ada, "shown under "+p.Name, "public", map[string]any{"in_reply_to_id": st.ID})
			_ = under
		}
		h.update() // all of it was to be seen for a while
		h.has("index.html", "secret by lim", "secret deleted")
		ada.Must("DELETE", "/api/v1/statuses/"+removed.ID, nil, nil)
		ada.Must("PUT", "/api/v1/statuses/"+edited.ID, map[string]any{"status": "shown after the edit"}, nil)
		h.must(s.Judge(ctx, "lim", social.Limit, "", false))
		h.must(s.Judge(ctx, "sus", social.Suspend, "", false))
		_, err = s.Expel(ctx, "gone", false)
		h.must(err)
		s.Eventually("the account to go", func() bool {
			_, err := s.View.Named(ctx, "gone", "")
			return errs.KindOf(err) == errs.NotFound && err != nil
		})
		h.update()
		h.good("after the changes")
		h.clean("secret", "@wanda/", "@lim/index", "@sus/index", "@gone/index")
		h.has("index.html", "shown root", "shown after the edit")
		h.has("@ada/with_replies/index.html", "shown quiet", "shown under sus")
		fresh := &house{Server: s, t: t, to: t.TempDir()}
		fresh.update()
		fresh.clean("secret", "@wanda/", "@lim/index", "@sus/index", "@gone/index")
		h.same(fresh)

		h.must(s.Judge(ctx, "lim", social.Unlimit, "", false))
		h.must(s.Judge(ctx, "sus", social.Unsuspend, "", false))
		h.update()
		h.has("@lim/index.html", "secret by lim", "secretbio")
		h.has("@sus/index.html", "secret by sus")
		h.has("tags/bysus/index.html", "secret by sus")
		h.good("after both came back")
	})
}

// clean fails the test for files that hold words, or are called so.
func (h *house) clean(words ...string) {
	h.t.Helper()
	for key, text := range h.all() {
		for _, w := range words {
			if strings.Contains(text, w) || strings.Contains(key, w) {
				h.t.Errorf("%s holds %q", key, w)
			}
		}
	}
}

var banner = regexp.MustCompile(`<time datetime="[^"]*" data-local(="")?>[^<]*</time>`)

// same fails the test unless two mirrors say the same, but for the moment.
func (h *house) same(other *house) {
	h.t.Helper()
	mine, theirs := h.all(), other.all()
	for key, text := range theirs {
		if key == "manifest" || strings.HasPrefix(key, "index/") {
			continue
		}
		if banner.ReplaceAllString(mine[key], "") != banner.ReplaceAllString(text, "") {
			at := 0
			for at < min(len(mine[key]), len(text)) && mine[key][at] == text[at] {
				at++
			}
			h.t.Errorf("%s differs from one that was made at once: %q, not %q", key, mine[key][max(0, at-60):min(len(mine[key]), at+60)], text[max(0, at-60):min(len(text), at+60)])
		}
	}
	for key := range mine {
		if _, ok := theirs[key]; !ok && !strings.HasPrefix(key, "index/") {
			h.t.Errorf("%s is not in one that was made at once", key)
		}
	}
}

// Whatever people do, in whatever order, the mirror that followed is the one that
// is made at once in the end, and has in it what strangers may see.
func TestAnything(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := &play{house: newHouse(t, apptest.Start(t)), dice: rand.New(rand.NewPCG(seed, 7))}
			for _, name := range []string{"ada", "ben", "cleo", "dora"} {
				p.people = append(p.people, p.Join(name, social.Member))
			}
			for step := range 70 {
				p.step(step)
				if step%10 == 0 {
					p.update()
				}
			}
			p.update()
			p.good("in the end")
			fresh := &house{Server: p.Server, t: t, to: t.TempDir()}
			fresh.update()
			p.same(fresh)
			p.check()
		})
	}
}

// play is a house where things happen by chance.
type play struct {
	*house
	dice   *rand.Rand
	people []*apptest.Person
	made   []social.Post
}

func (p *play) step(n int) {
	by := p.people[p.dice.IntN(len(p.people))].Actor()
	ctx := p.t.Context()
	if len(p.made) == 0 || p.dice.IntN(10) < 5 {
		d := social.Draft{Text: fmt.Sprintf("%s #t%d", word(n), p.dice.IntN(3)), Visibility: []social.Visibility{social.Public, social.Public, social.Unlisted, social.Followers, social.Direct}[p.dice.IntN(5)],
			LocalOnly: p.dice.IntN(8) == 0}
		if len(p.made) > 0 && p.dice.IntN(2) == 0 {
			d.ReplyTo = p.made[p.dice.IntN(len(p.made))].ID
		}
		if post, err := p.Posts.Publish(ctx, by, d); err == nil {
			p.made = append(p.made, post)
		}
		return
	}
	post := p.made[p.dice.IntN(len(p.made))]
	author := social.Actor{Account: post.Author, Standing: social.Good, Role: social.Member}
	name := p.people[1+p.dice.IntN(len(p.people)-1)].Name // the first stays whole
	switch p.dice.IntN(9) {                               // what may not be done is not done
	case 0:
		p.Posts.Delete(ctx, author, post.ID)
	case 1:
		p.Posts.Edit(ctx, author, post.ID, social.Draft{Text: fmt.Sprintf("%s edited #t%d", word(n), p.dice.IntN(3))})
	case 2:
		p.Posts.Boost(ctx, by, post.ID, social.Public)
	case 3:
		p.Posts.Mark(ctx, by, post.ID, social.Liked, p.dice.IntN(3) > 0)
	case 4:
		p.Posts.Mark(ctx, author, post.ID, social.Pinned, p.dice.IntN(3) > 0)
	case 5:
		bio := word(n)
		p.Accounts.SetProfile(ctx, by, social.Profile{Bio: &bio, DisplayName: &bio})
	case 6:
		p.Judge(ctx, name, []social.Action{social.Limit, social.Suspend}[p.dice.IntN(2)], "", false)
	case 7:
		p.Judge(ctx, name, social.Unlimit, "", false)
		p.Judge(ctx, name, social.Unsuspend, "", false)
	case 8:
		p.Relations.Follow(ctx, by, social.Follow{Target: p.people[p.dice.IntN(len(p.people))].ID})
	}
}

// check looks for the words of every post: those that strangers may come across
// have a page, those that they may not see are nowhere.
func (p *play) check() {
	p.t.Helper()
	all, shown := p.all(), 0
	for _, made := range p.made {
		seen, err := p.View.Post(p.t.Context(), social.Anyone, made.ID)
		if errs.KindOf(err) != errs.NotFound && err != nil {
			p.t.Fatal(err)
		}
		key := ""
		if err == nil {
			key = fmt.Sprintf("@%s/%d/index.html", seen.Author.Username, made.ID)
		}
		if may := err == nil && seen.Mirrored(); may {
			if shown++; !strings.Contains(all[key], strings.Fields(seen.Text)[0]) {
				p.t.Errorf("%s does not hold %q", key, seen.Text)
			}
			continue
		}
		p.clean(strings.Fields(made.Text)[0], fmt.Sprintf("/%d/index", made.ID))
	}
	if shown == 0 {
		p.t.Error("nothing is shown: the test tries nothing")
	}
}
