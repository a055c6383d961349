package sight

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/lists"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	people = 5
	far    = people + 1 // somebody on another server
)

// world is a house, and what the test knows of it by itself.
type world struct {
	t         *rapid.T
	store     *store.Store
	view      *view.View
	posts     *posts.Service
	relations *relations.Service
	timelines *timelines.Service
	notices   *notices.Service
	search    *search.Service
	lists     *lists.Service
	list      map[social.AccountID]social.ListID // of everybody

	follows, blocks, mutes map[[2]social.AccountID]bool
	parted                 map[[2]social.AccountID]bool // who blocked whom once: neither looks after the other's threads any more
	said                   map[social.PostID]social.Post
	circle                 map[social.PostID][]social.AccountID // whom a post for a list was for when it was written
}

func as(id social.AccountID) social.Actor {
	if id == 0 {
		return social.Anyone
	}
	return social.Actor{Account: id, Standing: social.Good, Role: social.Member}
}

func name(id social.AccountID) string { return fmt.Sprintf("u%d", id) }

func newWorld(rt *rapid.T, s *store.Store) *world {
	v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
	w := &world{t: rt, store: s, view: v, posts: posts.New(s, posts.Config{MaxText: 1000}), relations: relations.New(s, v),
		timelines: timelines.New(s, v), notices: notices.New(s, v), search: search.New(s, v, "plaza.example"), lists: lists.New(s, v),
		list: map[social.AccountID]social.ListID{}, follows: map[[2]social.AccountID]bool{}, blocks: map[[2]social.AccountID]bool{},
		mutes: map[[2]social.AccountID]bool{}, parted: map[[2]social.AccountID]bool{}, said: map[social.PostID]social.Post{}, circle: map[social.PostID][]social.AccountID{}}
	s.Watch(v.Watch)
	s.Watch(w.timelines.Watch)
	return w
}

// populate stores the people; everybody has a list of all the others.
func (w *world) populate(t *testing.T) {
	ctx := t.Context()
	w.must(w.store.Write(ctx, func(tx *store.Tx) error {
		for i := social.AccountID(1); i <= people; i++ {
			if err := tx.AddAccount(ctx, social.Account{ID: i, Username: name(i), Kind: social.Person, Standing: social.Good, Indexable: true, CreatedAt: tx.Now}); err != nil {
				return err
			}
			if err := tx.AddUser(ctx, social.User{Account: i, Email: name(i) + "@example.com", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: tx.Now}); err != nil {
				return err
			}
			w.list[i] = social.ListID(i)
			if err := tx.AddList(ctx, social.List{ID: social.ListID(i), Owner: i, Title: "all", Replies: social.RepliesList}); err != nil {
				return err
			}
			for j := social.AccountID(1); j < i; j++ {
				if _, err := tx.AddMember(ctx, social.ListID(i), j); err != nil {
					return err
				}
			}
		}
		for i := social.AccountID(1); i <= people; i++ {
			if err := tx.AskKeeper(ctx, i, i%people+1); err != nil {
				return err
			}
			if _, err := tx.AcceptKeeper(ctx, i, i%people+1); err != nil {
				return err
			}
		}
		return tx.AddAccount(ctx, social.Account{ID: far, Username: name(far), Host: "far.example", URI: "https://far.example/u", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now})
	}))
}

func (w *world) must(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatalf("%v", err)
	}
}

// relation is what the test knows of how a stands to b.
func (w *world) relation(a, b social.AccountID) social.Relation {
	return social.Relation{Follows: w.follows[[2]social.AccountID{a, b}], Boosts: true, Blocks: w.blocks[[2]social.AccountID{a, b}],
		BlockedBy: w.blocks[[2]social.AccountID{b, a}], Mutes: w.mutes[[2]social.AccountID{a, b}]}
}

func (w *world) may(reader social.AccountID, id social.PostID, door social.Door) bool {
	p, ok := w.said[id]
	if !ok || !p.MayShow(social.Sight{Reader: reader, Author: w.relation(reader, p.Author), Here: reader != 0 && reader <= people, Circle: w.within(reader, p), Keeps: reader != 0 && (reader == p.HeldBy || w.keeps(p.HeldBy, reader))}, door) {
		return false
	}
	return !p.IsBoost() || w.may(reader, p.BoostOf, door)
}

// within is what the test knows of whom a post for a list is for: who was on it
// when it was written and still is, and whose list it is.
func (w *world) within(reader social.AccountID, p social.Post) bool {
	owner := social.AccountID(p.Circle) // the list of everybody is called as they are
	return slices.Contains(w.circle[p.ID], reader) && (reader == owner || slices.Contains(w.members(owner), reader))
}

// members are those on somebody's list.
func (w *world) members(owner social.AccountID) (all []social.AccountID) {
	w.must(w.store.Read(context.Background(), func(v *store.View) (err error) {
		all, err = v.Members(context.Background(), w.list[owner], social.Page{Limit: people + 1})
		return err
	}))
	return all
}

// enlist puts somebody on the list of somebody else, or takes them off: most often
// one whom a post on it is for.
func (w *world) enlist(t *testing.T) {
	owner := w.someone("whose list")
	who := social.AccountID(rapid.IntRange(1, far).Draw(w.t, "member"))
	on := rapid.IntRange(0, 2).Draw(w.t, "on") == 0
	for _, id := range w.ids() {
		if heard := w.circle[id]; len(heard) > 0 && rapid.Bool().Draw(w.t, "of this post") {
			owner, who = social.AccountID(w.said[id].Circle), rapid.SampledFrom(heard).Draw(w.t, "who heard it")
		}
	}
	w.must(w.store.Write(t.Context(), func(tx *store.Tx) (err error) {
		if on {
			_, err = tx.AddMember(t.Context(), w.list[owner], who)
			return err
		}
		return tx.EndMember(t.Context(), w.list[owner], who)
	}))
}

func (w *world) someone(label string) social.AccountID {
	return social.AccountID(rapid.IntRange(1, people).Draw(w.t, label))
}

// pair is two different people.
func (w *world) pair() (a, b social.AccountID) {
	a = w.someone("who")
	b = social.AccountID(rapid.IntRange(1, people-1).Draw(w.t, "whom"))
	if b >= a {
		b++
	}
	return a, b
}

func (w *world) somePost() (social.PostID, bool) {
	ids := w.ids()
	if len(ids) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(ids).Draw(w.t, "post"), true
}

func (w *world) ids() []social.PostID {
	var ids []social.PostID
	for id := range w.said {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

var visibilities = []social.Visibility{social.Public, social.Unlisted, social.Followers, social.Circle, social.Direct}

// step does one thing that people do.
func (w *world) step(t *testing.T) {
	ctx := t.Context()
	switch rapid.IntRange(0, 17).Draw(w.t, "what") {
	case 0, 1, 2, 3:
		w.publish(t)
	case 4, 5:
		a, b := w.pair()
		if err := w.relations.Follow(ctx, as(a), social.Follow{Target: b, Boosts: true}); err == nil {
			w.follows[[2]social.AccountID{a, b}] = true
		} else if !w.blocks[[2]social.AccountID{a, b}] && !w.blocks[[2]social.AccountID{b, a}] {
			w.must(err)
		}
	case 6:
		a, b := w.pair()
		w.must(w.relations.Unfollow(ctx, as(a), b))
		delete(w.follows, [2]social.AccountID{a, b})
	case 7:
		a, b := w.pair()
		w.must(w.relations.Block(ctx, as(a), b))
		w.blocks[[2]social.AccountID{a, b}] = true
		w.parted[[2]social.AccountID{a, b}] = true
		delete(w.follows, [2]social.AccountID{a, b})
		delete(w.follows, [2]social.AccountID{b, a})
	case 8:
		a, b := w.pair()
		w.must(w.relations.Unblock(ctx, as(a), b))
		delete(w.blocks, [2]social.AccountID{a, b})
	case 9:
		a, b := w.pair()
		if on := rapid.Bool().Draw(w.t, "mute"); on {
			w.must(w.relations.Mute(ctx, as(a), b, false, 0))
			w.mutes[[2]social.AccountID{a, b}] = true
		} else {
			w.must(w.relations.Unmute(ctx, as(a), b))
			delete(w.mutes, [2]social.AccountID{a, b})
		}
	case 10:
		w.boost(t)
	case 11:
		w.deleteOrLike(t)
	case 12, 13:
		w.enlist(t)
	case 14, 15:
		w.decide(t)
	case 16, 17:
		w.hide(t)
	}
}

func (w *world) publish(t *testing.T) {
	by, about := w.pair()
	d := social.Draft{Text: "word #tag", Visibility: rapid.SampledFrom(visibilities).Draw(w.t, "visibility"), LocalOnly: rapid.IntRange(0, 4).Draw(w.t, "stays") == 0}
	if d.Visibility == social.Circle {
		d.Circle = w.list[by]
	}
	if rapid.Bool().Draw(w.t, "mention") {
		d.Text += " @" + name(about)
	}
	d.ReplyPolicy = rapid.SampledFrom(policies).Draw(w.t, "policy")
	if parent, ok := w.somePost(); ok && rapid.Bool().Draw(w.t, "reply") {
		d.ReplyTo = parent
	}
	if of, ok := w.somePost(); ok && rapid.Bool().Draw(w.t, "quote") {
		d.Quote = of
	}
	parent, answers := w.said[d.ReplyTo]
	answers = answers && parent.Visibility == social.Circle && d.Visibility != social.Direct
	heard := slices.DeleteFunc(w.members(by), func(who social.AccountID) bool { return who == by })
	if answers {
		heard = slices.DeleteFunc(append(slices.Clone(w.circle[parent.ID]), parent.Author), func(who social.AccountID) bool { return who == by })
	}
	p, err := w.posts.Publish(t.Context(), as(by), d)
	if of, ok := w.said[d.Quote]; ok && !w.mayQuote(by, of) {
		if err == nil {
			w.t.Fatalf("%s quoted %d, which it may not", name(by), d.Quote)
		}
		return
	}
	if parent, ok := w.said[d.ReplyTo]; ok && (parent.IsBoost() || !w.may(by, d.ReplyTo, social.Asked)) {
		if err == nil {
			w.t.Fatalf("%s answered %d, which it may not", name(by), d.ReplyTo)
		}
		return
	}
	if d.Circle != 0 && len(heard) == 0 && !answers {
		if err == nil {
			w.t.Fatalf("%s said %d to a list that nobody is on", name(by), p.ID)
		}
		return
	}
	if errs.KindOf(err) == errs.Forbidden && d.ReplyTo != 0 {
		return // who may reply is for internal/core/posts to show
	}
	w.must(err)
	if answers && p.Visibility != social.Circle {
		w.t.Fatalf("%d answers %d, which is for a list, and is %s", p.ID, parent.ID, p.Visibility)
	}
	if w.said[p.ID] = p; p.Visibility == social.Circle {
		w.circle[p.ID] = heard
	}
	w.held(t)
}

var policies = []social.ReplyPolicy{"", "", social.ReplyFollowers, "mutuals+approval", social.ReplyMentioned, social.ReplyApproval, social.ReplyNobody}

// held notes which posts are held, and by whom.
func (w *world) held(t *testing.T) {
	w.must(w.store.Read(t.Context(), func(v *store.View) error {
		all, err := v.Posts(t.Context(), w.ids())
		for _, p := range all {
			was := w.said[p.ID]
			was.Held, was.HeldBy = p.Held, p.HeldBy
			w.said[p.ID] = was
		}
		return err
	}))
}

// decide has somebody approve or refuse what is held, which is for its owner alone.
func (w *world) decide(t *testing.T) {
	which, ok := w.somePost()
	if !ok || w.said[which].Held == social.HeldNot {
		return
	}
	by, do := w.someone("who"), w.posts.Approve
	if rapid.Bool().Draw(w.t, "refuse") {
		do = w.posts.Refuse
	}
	if _, err := do(t.Context(), as(by), []social.PostID{which}); (err == nil) != (by == w.said[which].HeldBy || w.keeps(w.said[which].HeldBy, by)) {
		w.t.Fatalf("%s decided about %d, held by %d: %v", name(by), which, w.said[which].HeldBy, err)
	}
	w.held(t)
}

// keeps says who looks after whose threads: everybody after those of the one
// before them, until one of the two blocks the other.
func (w *world) keeps(owner, who social.AccountID) bool {
	return owner != 0 && who == owner%people+1 && !w.parted[[2]social.AccountID{owner, who}] && !w.parted[[2]social.AccountID{who, owner}]
}

// hide has somebody hide or show a reply, which is for those alone whose threads
// it stands in, and who look after them.
func (w *world) hide(t *testing.T) {
	which, ok := w.somePost()
	if !ok {
		return
	}
	by, deed := w.someone("who"), social.HideReply
	if rapid.Bool().Draw(w.t, "show") {
		deed = social.ShowReply
	}
	p := w.said[which]
	if p.IsBoost() {
		p = w.said[p.BoostOf]
	}
	mine := func(owner social.AccountID) bool { return by == owner || w.keeps(owner, by) }
	may := mine(w.said[p.Thread].Author) || mine(w.said[p.ReplyTo].Author)
	if deed == social.ShowReply {
		may = mine(p.HeldBy)
	}
	if err := w.posts.Do(t.Context(), as(by), which, deed, ""); err == nil && (!may || !w.may(by, which, social.Asked)) {
		w.t.Fatalf("%s did %q to %d, which it may not", name(by), deed, which)
	}
	w.held(t)
}

// mayQuote is what the test knows of who may quote what.
func (w *world) mayQuote(by social.AccountID, of social.Post) bool {
	return !of.IsBoost() && of.Held == social.HeldNot && w.may(by, of.ID, social.Asked) && of.Visibility != social.Direct && of.Visibility != social.Circle && (of.Author == by || of.Visibility != social.Followers)
}

func (w *world) boost(t *testing.T) {
	by := w.someone("who")
	of, ok := w.somePost()
	if !ok {
		return
	}
	p, err := w.posts.Boost(t.Context(), as(by), of, social.Public)
	if err != nil {
		return
	}
	if w.said[p.BoostOf].Visibility == social.Circle {
		w.t.Fatalf("%s boosted %d, which is for a list", name(by), of)
	}
	if !w.may(by, of, social.Asked) {
		w.t.Fatalf("%s boosted %d, which it may not see", name(by), of)
	}
	w.said[p.ID] = p
}

func (w *world) deleteOrLike(t *testing.T) {
	id, ok := w.somePost()
	if !ok {
		return
	}
	if by := w.someone("who"); by != w.said[id].Author {
		_, err := w.posts.Mark(t.Context(), as(by), id, social.Liked, true)
		target := id
		if o := w.said[id].BoostOf; o != 0 {
			target = o
		}
		if (err == nil) != w.may(by, target, social.Asked) {
			w.t.Fatalf("%s liked %d: %v", name(by), id, err)
		}
		return
	}
	_, err := w.posts.Delete(t.Context(), as(w.said[id].Author), id)
	w.must(err)
	for other, p := range w.said {
		if p.BoostOf == id {
			delete(w.said, other)
		}
	}
	delete(w.said, id)
}

// look goes through every door as every reader.
func (w *world) look(t *testing.T) {
	ctx := t.Context()
	for _, f := range []work.Follower{notices.Follower(), search.Follower()} {
		w.must(work.CatchUp(ctx, w.store, f))
	}
	all := w.ids()
	for reader := social.AccountID(0); reader <= far; reader++ {
		by, page := as(reader), social.Page{Limit: 1000}
		asked, err := w.view.Posts(ctx, by, all, social.Asked)
		w.must(err)
		w.same("asked by id", reader, asked, w.expect(reader, social.Asked, func(social.Post) bool { return true }))
		for _, id := range all {
			_, err := w.view.Post(ctx, by, id)
			if (err == nil) != w.may(reader, id, social.Asked) {
				w.t.Fatalf("post %d asked by %d: %v", id, reader, err)
			}
			w.agree(t, reader, id)
			if th, err := w.timelines.Thread(ctx, by, id); err == nil {
				w.allowed("ancestors", reader, th.Ancestors, social.Asked)
				w.allowed("descendants", reader, th.Descendants, social.Offered)
			}
		}
		public, err := w.timelines.Public(ctx, by, social.PublicQuery{}, page)
		w.must(err)
		w.same("public", reader, public.Items, w.expect(reader, social.Offered, func(p social.Post) bool {
			return p.Visibility == social.Public && !p.IsBoost() && (p.ReplyTo == 0 || p.ReplyAuthor == p.Author)
		}))
		tag, err := w.timelines.Tag(ctx, by, social.TagQuery{Any: []string{"tag"}}, page)
		w.must(err)
		w.same("tag", reader, tag.Items, w.expect(reader, social.Offered, func(p social.Post) bool { return p.Visibility == social.Public && !p.IsBoost() }))
		for who := social.AccountID(1); who <= people; who++ {
			mine, err := w.timelines.Account(ctx, by, who, social.AccountQuery{}, page)
			w.must(err)
			w.same("account", reader, mine.Items, w.expect(reader, social.Asked, func(p social.Post) bool { return p.Author == who }))
		}
		if reader != 0 && reader != far {
			w.lookInside(t, reader)
		}
	}
}

// agree has the tables, from which commands and documents are answered, say the same of
// a post as what pages are made from.
func (w *world) agree(t *testing.T, reader social.AccountID, which social.PostID) {
	ctx := t.Context()
	err := w.store.Read(ctx, func(v *store.View) error {
		_, err := v.VisiblePost(ctx, reader, which)
		return err
	})
	if (err == nil) != w.may(reader, which, social.Asked) {
		w.t.Fatalf("post %d for a command of %d: %v", which, reader, err)
	}
	all, err := w.posts.History(ctx, as(reader), which)
	if (err == nil && len(all) > 0) != w.may(reader, which, social.Asked) {
		w.t.Fatalf("what post %d said, asked by %d: %d times, %v", which, reader, len(all), err)
	}
}

// lookInside goes through the doors that only members have.
func (w *world) lookInside(t *testing.T, reader social.AccountID) {
	ctx, by := t.Context(), as(reader)
	want := w.expect(reader, social.Offered, func(p social.Post) bool {
		return p.AtHome(reader, w.relation(reader, p.Author), func(id social.AccountID) bool { return w.follows[[2]social.AccountID{reader, id}] })
	})
	home, err := w.timelines.Home(ctx, by, social.Page{Limit: 1000})
	w.must(err)
	w.same("home", reader, home.Items, want)
	var paged []*view.Seen
	for before := int64(0); ; {
		part, err := w.timelines.Home(ctx, by, social.Page{Limit: 3, Before: before})
		w.must(err)
		if len(part.Items) == 0 {
			break
		}
		paged, before = append(paged, part.Items...), part.Oldest
	}
	w.same("home in pages", reader, paged, want)
	list, err := w.timelines.List(ctx, by, w.list[reader], social.Page{Limit: 1000})
	w.must(err)
	w.allowed("list", reader, list.Items, social.Offered)
	shared, err := w.timelines.ListShared(ctx, by, w.list[reader], social.Page{Limit: 1000})
	w.must(err)
	for _, p := range shared.Items {
		o := p.Original()
		if !w.may(0, p.ID, social.Asked) || !w.may(reader, p.ID, social.Offered) || p.Visibility != social.Public || o.Visibility != social.Public {
			w.t.Fatalf("list of %d, shared: %d by %d (%s) is not for everybody, or not for its owner", reader, p.ID, p.Author.ID, o.Visibility)
		}
		if q := o.Quoted; q != nil && (!w.may(0, q.ID, social.Asked) || !w.may(reader, q.ID, social.Offered)) {
			w.t.Fatalf("list of %d, shared: %d shows %d, which is not for everybody, or not for its owner", reader, p.ID, q.ID)
		}
	}
	liked, err := w.timelines.Marked(ctx, by, social.Liked, social.Page{Limit: 1000})
	w.must(err)
	w.allowed("liked", reader, liked.Items, social.Asked)
	direct, err := w.timelines.Direct(ctx, by, social.Page{Limit: 1000})
	w.must(err)
	w.same("direct", reader, direct.Items, w.expect(reader, social.Offered, func(p social.Post) bool { return p.Visibility == social.Direct }))
	told, err := w.notices.List(ctx, by, social.NoticeFilter{}, social.Page{Limit: 1000})
	w.must(err)
	for _, n := range told.Items {
		if n.Post != nil {
			w.allowed("notices", reader, []*view.Seen{n.Post}, social.Asked)
		}
	}
	found, err := w.search.Search(ctx, by, search.Query{Text: "word", Page: social.Page{Limit: 1000}})
	w.must(err)
	w.allowed("search", reader, found.Posts, social.Offered)
}

func (w *world) expect(reader social.AccountID, door social.Door, where func(social.Post) bool) []social.PostID {
	var out []social.PostID
	for id, p := range w.said {
		if w.may(reader, id, door) && where(p) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) allowed(where string, reader social.AccountID, got []*view.Seen, door social.Door) {
	for _, p := range got {
		if !w.may(reader, p.ID, door) {
			w.t.Fatalf("%s: reader %d is given %d by %d (%s), which is not for it", where, reader, p.ID, p.Author.ID, p.Visibility)
		}
		w.quoted(where, reader, p.Original(), door)
	}
}

// quoted looks at what came along within a post, and at what came within that.
func (w *world) quoted(where string, reader social.AccountID, p *view.Seen, door social.Door) {
	of, q := p.Quote.Of, p.Quoted
	switch {
	case q != nil && !w.may(reader, of, door):
		w.t.Fatalf("%s: reader %d is given what %d quotes (%d), which is not for it", where, reader, p.ID, of)
	case q == nil && w.may(reader, of, social.Offered):
		w.t.Fatalf("%s: reader %d is not given what %d quotes (%d)", where, reader, p.ID, of)
	case of != 0 && q == nil && p.Unseen == "":
		w.t.Fatalf("%s: reader %d is not told why it is not given what %d quotes", where, reader, p.ID)
	case q != nil && q.ID != of:
		w.t.Fatalf("%s: %d quotes %d, and %d is shown", where, p.ID, of, q.ID)
	case q != nil && q.Quoted != nil && !w.may(reader, q.Quoted.ID, door):
		w.t.Fatalf("%s: reader %d is told of %d within %d, which is not for it", where, reader, q.Quoted.ID, q.ID)
	}
}

func (w *world) same(where string, reader social.AccountID, got []*view.Seen, want []social.PostID) {
	w.allowed(where, reader, got, social.Asked)
	var ids []social.PostID
	for _, p := range got {
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, want) {
		w.t.Fatalf("%s: reader %d is given %v, want %v", where, reader, ids, want)
	}
}

func TestNobodySeesWhatIsNotForThem(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { check(t, storetest.SQLite) })
	url := os.Getenv("PLAZA_TEST_POSTGRES")
	if url == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		checks := flag.Lookup("rapid.checks").Value
		defer checks.Set(checks.String())
		checks.Set(onPostgres) // each begins with a schema of its own, which takes a while
		check(t, func(t testing.TB) *store.Store { return storetest.Postgres(t, url) })
	})
}

// onPostgres is how many worlds are looked at there; the rules are the same
// and the SQL is, but for what dialect says.
const onPostgres = "10"

func check(t *testing.T, open func(testing.TB) *store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, open(t))
		defer w.store.Close()
		w.populate(t)
		for range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				w.step(t)
			}
			w.look(t)
		}
	})
}
