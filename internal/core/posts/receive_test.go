package posts_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// zoe and yan live on one server elsewhere, mal on another. Ben follows zoe.
const (
	zoe, yan, mal = 11, 12, 13
	base          = view.Base("https://plaza.example")
)

func from(who social.AccountID) social.Actor {
	return social.Actor{Account: who, Standing: social.Good, Role: social.Member, Remote: true}
}

func afar(t *testing.T, fn func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		people(t, s)
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for who, name := range map[social.AccountID]string{zoe: "zoe@far", yan: "yan@far", mal: "mal@evil"} {
				name, host, _ := strings.Cut(name, "@")
				a := social.Account{ID: who, Username: name, Host: host + ".example", URI: "https://" + host + ".example/" + name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
				if err := tx.AddAccount(ctx, a); err != nil {
					return err
				}
			}
			return tx.AddFollow(ctx, social.Follow{Owner: ben, Target: zoe, Boosts: true}, true)
		}); err != nil {
			t.Fatal(err)
		}
		fn(ctx, t, s, posts.New(s, posts.Config{MaxText: social.MaxText, HandleHost: "plaza.example", Base: base}), c)
	})
}

// note is a post of zoe's server.
func note(n string, change ...func(*social.ForeignPost)) social.ForeignPost {
	f := social.ForeignPost{URI: "https://far.example/p/" + n, HTML: "<p>" + n + "</p>", Visibility: social.Public, At: storetest.Noon.Add(-time.Minute)}
	for _, c := range change {
		c(&f)
	}
	return f
}

func receive(t *testing.T, svc *posts.Service, by social.AccountID, f social.ForeignPost) social.Post {
	t.Helper()
	p, err := svc.Receive(t.Context(), from(by), f)
	if err != nil {
		t.Fatalf("%s: %v", f.URI, err)
	}
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestReceive(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		f := note("1", func(f *social.ForeignPost) {
			f.Page, f.Warning, f.Language = "https://far.example/@zoe/1", "dogs", "en"
			f.Mentions = []social.Mention{{Account: ben}, {Account: ben, Username: "lies"}, {Account: yan}, {Account: 99}}
			f.Tags = []string{"#Go", "go", "a b", "Straße"}
			f.Media = []social.Media{{Kind: social.Image, Remote: "https://far.example/a.png", Alt: "a", FocusX: 9, File: "x", Shape: social.Shape{Width: 10, Height: -1}}, {Kind: social.Image, Remote: "javascript:x"}}
			f.Poll = &social.Poll{Options: []social.PollOption{{Title: "yes", Votes: 3}, {Title: "no", Votes: -2}}, Voters: 3}
		})
		p := receive(t, svc, zoe, f)
		if again := receive(t, svc, zoe, f); again.ID != p.ID {
			t.Errorf("the same again is %d, want %d", again.ID, p.ID)
		}
		got, err := read(t, s, p.ID)
		must(t, err)
		if got.URI != f.URI || got.Page != f.Page || got.HTML != f.HTML || got.Text != "" || !got.Sensitive || got.Warning != "dogs" || !got.At.Equal(f.At) || got.Thread != p.ID {
			t.Errorf("kept %+v", got)
		}
		if !id.Time(int64(p.ID)).Equal(f.At) {
			t.Errorf("its id is of %v, want %v", id.Time(int64(p.ID)), f.At)
		}
		if len(got.Mentions) != 2 || got.Mentions[0].Username != "Ben" || got.Mentions[1].URL != "https://far.example/yan" {
			t.Errorf("mentions %+v", got.Mentions)
		}
		if !slices.Equal(got.Tags, []string{"Go", "Straße"}) || len(got.Media) != 1 || got.Poll == 0 {
			t.Errorf("tags %q, %d attachments, poll %d", got.Tags, len(got.Media), got.Poll)
		}
		must(t, s.Read(ctx, func(v *store.View) error {
			m, err := v.Media(ctx, got.Media)
			must(t, err)
			if m[0].File != "" || m[0].FocusX != 0 || m[0].Shape.Height != 0 || m[0].Shape.Width != 10 || m[0].State != social.MediaReady || m[0].Post != p.ID {
				t.Errorf("attachment %+v", m[0])
			}
			poll, err := v.Poll(ctx, got.Poll)
			if poll.Options[0].Votes != 3 || poll.Options[1].Votes != 0 || poll.Voters != 3 {
				t.Errorf("poll %+v", poll)
			}
			return err
		}))
		if n := facts(t, s)["post.published"]; n != 1 || count(t, s, zoe) != 1 {
			t.Errorf("told of %d posts, counted %d; want 1", n, count(t, s, zoe))
		}
		if which, err := svc.Lookup(ctx, f.URI); err != nil || which != p.ID {
			t.Errorf("looked up: %d, %v", which, err)
		}
	})
}

func TestLookup(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		ours, theirs := say(t, svc, ada, "hello", social.Public), receive(t, svc, zoe, note("1"))
		for uri, want := range map[string]social.PostID{
			base.PostURI(ours.ID): ours.ID, base.BoostURI(ours.ID): ours.ID, string(base) + "/@ada/" + strings.TrimPrefix(base.PostURI(ours.ID), string(base)+"/ap/posts/"): ours.ID,
			base.PostURI(theirs.ID): 0, base.PostURI(99): 0, base.ActorURI(ada): 0, base.PostURI(ours.ID) + "/likes": 0, "https://far.example/none": 0, "": 0,
		} {
			if got, err := svc.Lookup(ctx, uri); got != want || (err == nil) != (want != 0) || err != nil && errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %d, %v; want %d", uri, got, err, want)
			}
		}
	})
}

// Times from elsewhere are believed as far as they can be.
func TestReceiveBoundsTimes(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		old := storetest.Noon.AddDate(-10, 0, 0)
		for name, tt := range map[string]struct{ at, want time.Time }{
			"never":       {time.Time{}, storetest.Noon},
			"to come":     {storetest.Noon.Add(time.Millisecond), storetest.Noon},
			"now":         {storetest.Noon, storetest.Noon},
			"old":         {old, old},
			"before 2000": {social.Earliest.Add(-time.Millisecond), social.Earliest},
		} {
			p := receive(t, svc, zoe, note(strings.ReplaceAll(name, " ", "-"), func(f *social.ForeignPost) { f.At = tt.at }))
			if !p.At.Equal(tt.want) || !id.Time(int64(p.ID)).Equal(tt.want) {
				t.Errorf("%s: at %v with an id of %v, want %v", name, p.At, id.Time(int64(p.ID)), tt.want)
			}
		}
		if n := facts(t, s); n["post.published"] != 3 || n["post.imported"] != 2 {
			t.Errorf("told of %v; old posts are no news", n)
		}
	})
}

func TestReceiveRefuses(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		options := func(n int) *social.Poll { return &social.Poll{Options: make([]social.PollOption, n)} }
		none := errs.Internal // stands for no error
		for name, tt := range map[string]struct {
			by   social.AccountID
			f    social.ForeignPost
			want errs.Kind
		}{
			"by one of ours":       {ada, note("a"), errs.Invalid},
			"of another server":    {mal, note("b"), errs.Invalid},
			"without an address":   {zoe, note("c", func(f *social.ForeignPost) { f.URI = "" }), errs.Invalid},
			"with another scheme":  {zoe, note("d", func(f *social.ForeignPost) { f.URI = "http://far.example/d" }), errs.Invalid},
			"an address too long":  {zoe, note("e", func(f *social.ForeignPost) { f.URI += strings.Repeat("x", social.MaxAddress) }), errs.Invalid},
			"HTML at the limit":    {zoe, note("f", func(f *social.ForeignPost) { f.HTML = strings.Repeat("x", social.MaxForeignHTML) }), none},
			"HTML past the limit":  {zoe, note("g", func(f *social.ForeignPost) { f.HTML = strings.Repeat("x", social.MaxForeignHTML+1) }), errs.Invalid},
			"HTML with a NUL":      {zoe, note("h", func(f *social.ForeignPost) { f.HTML = "a\x00b" }), errs.Invalid},
			"HTML that is no text": {zoe, note("i", func(f *social.ForeignPost) { f.HTML = "a\xffb" }), errs.Invalid},
			"warning at the limit": {zoe, note("j", func(f *social.ForeignPost) { f.Warning = strings.Repeat("x", social.MaxForeignWarning) }), none},
			"warning past it":      {zoe, note("k", func(f *social.ForeignPost) { f.Warning = strings.Repeat("x", social.MaxForeignWarning+1) }), errs.Invalid},
			"language too long":    {zoe, note("l", func(f *social.ForeignPost) { f.Language = strings.Repeat("x", social.MaxLanguage+1) }), errs.Invalid},
			"options at the limit": {zoe, note("m", func(f *social.ForeignPost) { f.Poll = options(social.MaxForeignOptions) }), none},
			"options past it":      {zoe, note("n", func(f *social.ForeignPost) { f.Poll = options(social.MaxForeignOptions + 1) }), errs.Invalid},
			"a poll of nothing":    {zoe, note("o", func(f *social.ForeignPost) { f.Poll = options(0) }), errs.Invalid},
			"no such visibility":   {zoe, note("p", func(f *social.ForeignPost) { f.Visibility = "" }), errs.Invalid},
		} {
			if _, err := svc.Receive(ctx, from(tt.by), tt.f); errs.KindOf(err) != tt.want || (err == nil) != (tt.want == none) {
				t.Errorf("%s: %v, want kind %v", name, err, tt.want)
			}
		}
		if _, err := svc.Receive(ctx, social.Actor{Account: zoe, Standing: social.Suspended}, note("q")); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("of the suspended: %v", err)
		}
	})
}

// Of what honest servers have more of, the first is taken.
func TestReceiveCuts(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		p := receive(t, svc, zoe, note("1", func(f *social.ForeignPost) {
			for i := range social.MaxForeignTags + 1 {
				f.Tags = append(f.Tags, "t"+strings.Repeat("x", i))
			}
			for i := range social.MaxForeignAttachments + 1 {
				f.Media = append(f.Media, social.Media{Kind: social.Image, Remote: "https://far.example/" + strings.Repeat("x", i+1), Alt: strings.Repeat("ä", social.MaxForeignAlt+1)})
			}
			f.Poll = &social.Poll{Options: []social.PollOption{{Title: strings.Repeat("ä", social.MaxForeignOption+1), Votes: social.MaxForeignCount + 1}}}
		}))
		if len(p.Tags) != social.MaxForeignTags || len(p.Media) != social.MaxForeignAttachments {
			t.Errorf("%d tags, %d attachments", len(p.Tags), len(p.Media))
		}
		must(t, s.Read(ctx, func(v *store.View) error {
			m, err := v.Media(ctx, p.Media[:1])
			must(t, err)
			poll, err := v.Poll(ctx, p.Poll)
			if o := poll.Options[0]; len([]rune(m[0].Alt)) != social.MaxForeignAlt || len([]rune(o.Title)) != social.MaxForeignOption || o.Votes != social.MaxForeignCount {
				t.Errorf("%d characters of description, %d of option, %d votes", len([]rune(m[0].Alt)), len([]rune(o.Title)), o.Votes)
			}
			return err
		}))
	})
}

// What is for nobody here is not kept.
func TestReceiveOnlyWhatConcernsUs(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.AddBlock(ctx, cleo, zoe) }))
		for name, tt := range map[string]struct {
			by       social.AccountID
			v        social.Visibility
			mentions []social.Mention
			kept     bool
		}{
			"for everybody":                  {yan, social.Public, nil, true},
			"quietly for everybody":          {yan, social.Unlisted, nil, true},
			"for followers, of whom ben":     {zoe, social.Followers, nil, true},
			"for followers elsewhere":        {yan, social.Followers, nil, false},
			"for followers, and ada":         {yan, social.Followers, []social.Mention{{Account: ada}}, true},
			"to ada":                         {zoe, social.Direct, []social.Mention{{Account: ada}}, true},
			"to somebody elsewhere":          {zoe, social.Direct, []social.Mention{{Account: yan}}, false},
			"to nobody":                      {zoe, social.Direct, nil, false},
			"to who blocks the author":       {zoe, social.Direct, []social.Mention{{Account: cleo}}, false},
			"to who blocks them, and to ben": {zoe, social.Direct, []social.Mention{{Account: cleo}, {Account: ben}}, true},
		} {
			p, err := svc.Receive(ctx, from(tt.by), note(strings.ReplaceAll(name, " ", "-"), func(f *social.ForeignPost) { f.Visibility, f.Mentions = tt.v, tt.mentions }))
			if (err == nil) != tt.kept || err != nil && errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v, want it kept %v", name, err, tt.kept)
			}
			if p.Mentioned(cleo) {
				t.Errorf("%s: who blocks the author is called", name)
			}
		}
	})
}

// Advisory 9: that something is known does not let others say more of it.
func TestReceiveWidensNothing(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		f := note("1", func(f *social.ForeignPost) {
			f.Visibility, f.Mentions = social.Direct, []social.Mention{{Account: ben}}
		})
		p := receive(t, svc, zoe, f)
		wide := note("1", func(f *social.ForeignPost) { f.Mentions, f.HTML = []social.Mention{{Account: ada}}, "<p>more</p>" })
		for who, want := range map[social.AccountID]errs.Kind{yan: errs.NotFound, mal: errs.Invalid} { // yan's server could say it, but yan is not its author
			if _, err := svc.Receive(ctx, from(who), wide); errs.KindOf(err) != want {
				t.Errorf("received from %d: %v", who, err)
			}
			if err := svc.Revise(ctx, from(who), wide); errs.KindOf(err) != want {
				t.Errorf("revised by %d: %v", who, err)
			}
			if err := svc.Retract(ctx, from(who), f.URI); errs.KindOf(err) != errs.NotFound {
				t.Errorf("retracted by %d: %v", who, err)
			}
		}
		receive(t, svc, zoe, wide) // its own author changes it by an update only
		if got, err := read(t, s, p.ID); err != nil || got.Visibility != social.Direct || got.HTML != f.HTML || got.Mentioned(ada) {
			t.Errorf("became %+v, %v", got, err)
		}
		must(t, svc.Revise(ctx, from(zoe), wide))
		if got, err := read(t, s, p.ID); err != nil || got.Visibility != social.Direct || got.HTML != "<p>more</p>" {
			t.Errorf("after an update: %+v, %v; want it as direct as before", got, err)
		}
	})
}

func adopt(t *testing.T, s *store.Store, svc *posts.Service) {
	t.Helper()
	for {
		n, err := work.Once(t.Context(), s, svc.AdoptWorker())
		must(t, err)
		if n == 0 {
			return
		}
	}
}

// Whichever way round a thread comes, it becomes the same.
func TestOrphansAreAdopted(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		under := func(n, parent string, v social.Visibility) social.ForeignPost {
			return note(n, func(f *social.ForeignPost) {
				f.ReplyTo, f.Visibility = "https://far.example/p/"+parent, v
				f.Mentions = []social.Mention{{Account: ben}}
			})
		}
		grandchild := receive(t, svc, yan, under("3", "2", social.Public))
		if grandchild.ReplyTo != 0 || grandchild.Thread != grandchild.ID || grandchild.ReplyAuthor != social.Somebody {
			t.Fatalf("an orphan: %+v", grandchild)
		}
		below, err := svc.Publish(ctx, as(ben), social.Draft{Text: "mine", Visibility: social.Public, ReplyTo: grandchild.ID})
		must(t, err)
		quiet := receive(t, svc, zoe, under("2b", "1", social.Followers))
		child := receive(t, svc, zoe, under("2", "1", social.Public))
		adopt(t, s, svc)
		_, err = svc.Mark(ctx, as(ben), grandchild.ID, social.MutedThread, true)
		must(t, err)
		before := facts(t, s)["post.published"]
		root := receive(t, svc, yan, note("1"))
		adopt(t, s, svc)
		for name, tt := range map[string]struct {
			which, parent social.PostID
			author        social.AccountID
		}{"child": {child.ID, root.ID, yan}, "quiet": {quiet.ID, root.ID, yan}, "grandchild": {grandchild.ID, child.ID, zoe}, "below": {below.ID, grandchild.ID, yan}} {
			got, err := read(t, s, tt.which)
			if err != nil || got.ReplyTo != tt.parent || got.ReplyAuthor != tt.author || got.Thread != root.ID {
				t.Errorf("%s: answers %d by %d in thread %d, %v; want %d by %d in %d", name, got.ReplyTo, got.ReplyAuthor, got.Thread, err, tt.parent, tt.author, root.ID)
			}
		}
		for which, want := range map[social.PostID]int{root.ID: 1, child.ID: 1, grandchild.ID: 1} { // what is for followers is not counted
			if got, _ := read(t, s, which); got.Replies != want {
				t.Errorf("%s has %d replies, want %d", got.URI, got.Replies, want)
			}
		}
		if n := facts(t, s); n["post.published"] != before+1 || n["post.adopted"] == 0 {
			t.Errorf("told of %v, %d posts before", n, before)
		}
		if !marks(t, s, ben, root.ID).Has(social.MutedThread) {
			t.Error("the thread is not muted any more")
		}
		adopt(t, s, svc)
		receive(t, svc, yan, note("1"))
		if got, _ := read(t, s, root.ID); got.Replies != 1 {
			t.Errorf("%d replies after it came again", got.Replies)
		}
	})
}

// More than one step's worth of replies comes under, and what answers itself
// does no harm.
func TestManyOrphans(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		const many = 450 // more than two steps
		first := receive(t, svc, zoe, note("first", func(f *social.ForeignPost) { f.ReplyTo = "https://far.example/p/root" }))
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			for range many {
				p := social.Post{ID: social.PostID(id.New(tx.Now)), Author: yan, HTML: "x", Visibility: social.Public, ReplyTo: first.ID, ReplyAuthor: zoe, Thread: first.ID, At: tx.Now}
				if err := tx.AddPost(ctx, p); err != nil {
					return err
				}
			}
			return nil
		}))
		loop := receive(t, svc, zoe, note("loop", func(f *social.ForeignPost) { f.ReplyTo = f.URI }))
		root := receive(t, svc, zoe, note("root"))
		adopt(t, s, svc)
		must(t, s.Read(ctx, func(v *store.View) error {
			all, err := v.Thread(ctx, root.ID, 2*many)
			if len(all) != many+1 {
				t.Errorf("%d replies in the thread, want %d", len(all), many+1)
			}
			return err
		}))
		if got, _ := read(t, s, loop.ID); got.ReplyTo != 0 || got.Thread != loop.ID {
			t.Errorf("what answers itself: %+v", got)
		}
	})
}

// Whom the author of a post of ours keeps away is not put under it.
func TestReceiveReplies(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.AddBlock(ctx, ada, mal) }))
		open, closed := say(t, svc, ada, "hello", social.Public), say(t, svc, ada, "friends", social.Followers)
		to := func(n string, p social.Post) social.ForeignPost {
			return note(n, func(f *social.ForeignPost) { f.ReplyTo = base.PostURI(p.ID) })
		}
		bad := to("1", open)
		bad.URI = "https://evil.example/p/1"
		for name, tt := range map[string]struct {
			by   social.AccountID
			f    social.ForeignPost
			want social.PostID
		}{"to what all see": {zoe, to("2", open), open.ID}, "to what it cannot see": {zoe, to("3", closed), 0}, "by the blocked": {mal, bad, 0},
			"to what is gone": {zoe, to("4", social.Post{ID: 99}), 0}} {
			p := receive(t, svc, tt.by, tt.f)
			if p.ReplyTo != tt.want || tt.want == 0 && (p.ReplyAuthor != social.Somebody || p.Thread != p.ID) {
				t.Errorf("%s: answers %d by %d in %d", name, p.ReplyTo, p.ReplyAuthor, p.Thread)
			}
		}
		if got, _ := read(t, s, open.ID); got.Replies != 1 {
			t.Errorf("%d replies", got.Replies)
		}
		must(t, s.Read(ctx, func(v *store.View) error {
			waiting, err := v.OrphansOf(ctx, base.PostURI(99), 9)
			if len(waiting) > 0 {
				t.Error("something waits for what is gone")
			}
			return err
		}))
	})
}

// A message goes on in the conversation of a message that its author got. Beneath all else
// it opens one, whichever comes first.
func TestForeignMessagesOpenConversations(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		message := func(n, parent string, to ...social.AccountID) social.ForeignPost {
			return note(n, func(f *social.ForeignPost) {
				f.Visibility = social.Direct
				for _, who := range to {
					f.Mentions = append(f.Mentions, social.Mention{Account: who})
				}
				if parent != "" {
					f.ReplyTo = "https://far.example/p/" + parent
				}
			})
		}
		evil := func(n, parent string) social.ForeignPost {
			f := message(n, parent, ben)
			f.URI = "https://evil.example/p/" + n
			return f
		}
		stands := func(what string, p social.Post, parent, thread social.PostID) {
			t.Helper()
			if got, err := read(t, s, p.ID); err != nil || got.ReplyTo != parent || got.Thread != thread {
				t.Errorf("%s: answers %d in thread %d, %v; want %d in %d", what, got.ReplyTo, got.Thread, err, parent, thread)
			}
		}
		early := receive(t, svc, yan, message("early", "open", ben))
		beneath := receive(t, svc, zoe, message("beneath", "early", ben, yan)) // who does not have it
		open := receive(t, svc, zoe, note("open"))
		adopt(t, s, svc)
		stands("what came before the post that it answers", early, open.ID, early.ID)
		stands("beneath it, by somebody who did not get it", beneath, early.ID, beneath.ID)

		first := receive(t, svc, zoe, message("first", "", ben, yan))
		stands("answered by who got it", receive(t, svc, yan, message("second", "first", ben, zoe)), first.ID, first.ID)
		mine, err := svc.Publish(ctx, as(ben), social.Draft{Text: "@zoe@far.example yes", ReplyTo: first.ID, Visibility: social.Direct})
		must(t, err)
		stands("answered here", mine, first.ID, first.ID)
		spam := receive(t, svc, mal, evil("spam", "first"))
		stands("answered by a stranger, who knows its address", spam, first.ID, spam.ID)

		waits := receive(t, svc, yan, message("waits", "late", ben, zoe))
		sneaks := receive(t, svc, mal, evil("sneaks", "late"))
		late := receive(t, svc, zoe, message("late", "", ben, yan))
		adopt(t, s, svc)
		stands("what came before the message that it answers", waits, late.ID, late.ID)
		stands("by a stranger", sneaks, late.ID, sneaks.ID)
	})
}

// Threads that open beneath each other go round in no circle.
func TestConversationsInACircle(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		under := func(n, parent string, v social.Visibility) social.ForeignPost {
			return note(n, func(f *social.ForeignPost) {
				f.Visibility, f.ReplyTo, f.Mentions = v, "https://far.example/p/"+parent, []social.Mention{{Account: ben}}
			})
		}
		root := receive(t, svc, zoe, under("root", "hush", social.Public))
		open := receive(t, svc, yan, under("open", "root", social.Public))
		hush := receive(t, svc, zoe, under("hush", "open", social.Direct))
		adopt(t, s, svc)
		if got, err := read(t, s, root.ID); err != nil || got.ReplyTo != 0 || got.Thread != root.ID {
			t.Errorf("what opened the thread answers %d in %d, %v", got.ReplyTo, got.Thread, err)
		}
		must(t, s.Read(ctx, func(v *store.View) error {
			above, err := v.Ancestors(ctx, hush.ID, 10)
			if want := []social.PostID{open.ID, root.ID}; !slices.Equal(above, want) {
				t.Errorf("above it %v, want %v", above, want)
			}
			return err
		}))
	})
}

// What somebody decided about messages outlives that they turn out to be part of another
// conversation.
func TestDecisionsOutliveAdoption(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		for name, tt := range map[string]struct {
			waits, found, want social.TalkState
			since              bool // deleted up to what came first
		}{
			"refused":       {waits: social.TalkRefused, found: social.TalkOpen, want: social.TalkRefused},
			"refused-group": {waits: social.TalkOpen, found: social.TalkRefused, want: social.TalkRefused},
			"left":          {waits: social.TalkLeft, found: social.TalkRequest, want: social.TalkLeft},
			"left-group":    {waits: social.TalkOpen, found: social.TalkLeft, want: social.TalkLeft},
			"deleted":       {waits: social.TalkGone, found: social.TalkOpen, want: social.TalkGone, since: true},
			"request":       {waits: social.TalkOpen, found: social.TalkRequest, want: social.TalkRequest},
			"none":          {waits: social.TalkOpen, found: social.TalkOpen, want: social.TalkOpen},
		} {
			parent := receive(t, svc, zoe, note(name+"-parent", func(f *social.ForeignPost) {
				f.Visibility, f.Mentions = social.Direct, []social.Mention{{Account: ben}}
			}))
			child := receive(t, svc, zoe, note(name+"-child", func(f *social.ForeignPost) {
				f.At = f.At.Add(time.Second) // it is the later one
				f.Visibility, f.Mentions, f.ReplyTo = social.Direct, []social.Mention{{Account: ben}}, "https://far.example/p/unheard"
			}))
			must(t, s.Write(ctx, func(tx *store.Tx) error {
				for _, c := range []social.Conversation{{Thread: parent.ID, State: tt.found}, {Thread: child.ID, State: tt.waits}} {
					c.Owner, c.Last = ben, c.Thread
					if tt.since && c.Thread == child.ID {
						c.Since = child.ID
					}
					if err := tx.AddMessage(ctx, c, false); err != nil {
						return err
					}
					if err := tx.SetConversation(ctx, c); err != nil {
						return err
					}
				}
				child.AnswerIn(parent)
				return tx.SetParent(ctx, child)
			}))
			must(t, s.Read(ctx, func(v *store.View) error {
				got, err := v.Conversation(ctx, ben, parent.ID)
				if got.State != tt.want || got.Last != max(parent.ID, child.ID) {
					t.Errorf("%s: %+v, want %q", name, got, tt.want)
				}
				return err
			}))
		}
	})
}
