package inbox_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// under is the emoji under a post: "🎉 1".
func (h *house) under(which social.PostID) (out []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, v *store.View) error {
		all, err := v.ReactionCounts(ctx, []social.PostID{which})
		for _, x := range all {
			out = append(out, fmt.Sprint(x.Name, " ", x.Count))
		}
		return err
	})
	return out
}

// TestReactions plays the shapes in which other servers send emoji: Akkoma's,
// Misskey's, and what is none.
func TestReactions(t *testing.T) { t.Parallel(); each(t, playReactions) }

func playReactions(t *testing.T, h *house) {
	which, at := h.post(h.ben, "Hello", "public")
	picture := func(name, image string) []m {
		return []m{{"type": "Emoji", "id": h.ada.URL("/emoji/" + name), "name": ":" + name + ":", "icon": m{"type": "Image", "url": image}}}
	}
	ours := picture("cat", base+"/files/emoji/cat.png")
	far := picture("blob", h.ada.URL("/blob.png"))
	for what, c := range map[string]struct {
		did  m
		want []string
		like int
	}{
		"as Akkoma has it":                 {h.ada.Does("EmojiReact", at, m{"content": "🎉"}), []string{"🎉 1"}, 0},
		"a picture, as Akkoma has it":      {h.ada.Does("EmojiReact", at, m{"content": ":blob:", "tag": far}), []string{"blob@far.example 1"}, 0},
		"as Misskey has it":                {h.ada.Does("Like", at, m{"content": "❤", "_misskey_reaction": "❤"}), []string{"❤️ 1"}, 0},
		"a picture, as Misskey has it":     {h.ada.Does("Like", at, m{"content": ":blob:", "_misskey_reaction": ":blob:", "tag": far}), []string{"blob@far.example 1"}, 0},
		"a picture with its host":          {h.ada.Does("EmojiReact", at, m{"content": ":blob@far.example:", "tag": picture("blob@far.example", h.ada.URL("/blob.png"))}), []string{"blob@far.example 1"}, 0},
		"a like with words":                {h.ada.Does("Like", at, m{"content": "well said"}), nil, 1},
		"a like with a nameless picture":   {h.ada.Does("Like", at, m{"content": ":blob:"}), nil, 1},
		"words":                            {h.ada.Does("EmojiReact", at, m{"content": "well said"}), nil, 0},
		"two emoji":                        {h.ada.Does("EmojiReact", at, m{"content": "🎉🎉"}), nil, 0},
		"no emoji":                         {h.ada.Does("EmojiReact", at, nil), nil, 0},
		"a picture that nothing tells of":  {h.ada.Does("EmojiReact", at, m{"content": ":blob:", "tag": picture("dog", h.ada.URL("/dog.png"))}), nil, 0},
		"one of ours that we do not have":  {h.ada.Does("EmojiReact", at, m{"content": ":cat:", "tag": ours}), nil, 0},
		"a picture that is no web address": {h.ada.Does("EmojiReact", at, m{"content": ":blob:", "tag": picture("blob", "javascript:alert(1)")}), nil, 0},
	} {
		h.send(h.ada, c.did)
		h.send(h.ada, c.did)
		if got, likes := h.under(which), h.local(which).Likes; !slices.Equal(got, c.want) || likes != c.like {
			t.Errorf("%s: %q and %d likes, want %q and %d", what, got, likes, c.want, c.like)
		}
		h.send(h.ada, h.ada.Does("Undo", c.did, nil))
		if got, likes := h.under(which), h.local(which).Likes; len(got) != 0 || likes != 0 {
			t.Errorf("%s, undone: %q and %d likes", what, got, likes)
		}
		h.send(h.ada, c.did) // some use an address again
		h.send(h.ada, h.ada.Does("Undo", c.did["id"], nil))
		if got, likes := h.under(which), h.local(which).Likes; len(got) != 0 || likes != 0 {
			t.Errorf("%s, undone by its address: %q and %d likes", what, got, likes)
		}
	}
	early := h.ada.Does("EmojiReact", at, m{"content": "🔥"})
	h.send(h.ada, h.ada.Does("Undo", early, nil))
	h.send(h.ada, early)
	if got := h.under(which); len(got) != 0 {
		t.Errorf("undone before it came: %q", got)
	}
	one := h.ada.Does("EmojiReact", at, m{"content": "👀"})
	h.send(h.ada, one)
	zoe := h.ada.Host.Actor("zoe")
	h.send(zoe, zoe.Does("Undo", one["id"], nil))
	h.send(zoe, zoe.Does("Undo", one, nil))
	if got := h.under(which); !slices.Equal(got, []string{"👀 1"}) {
		t.Errorf("undone by another: %q", got)
	}
}

// TestGroupVotes has a group pass on votes, as Lemmy does: what their own
// servers do not say counts for nothing.
func TestGroupVotes(t *testing.T) { t.Parallel(); each(t, playGroupVotes) }

func playGroupVotes(t *testing.T, h *house) {
	which, at := h.post(h.ben, "Hello", "public")
	_, other := h.post(h.ben, "And again", "public")
	group := h.world.Host("lemmy.example").Actor("bread")
	group.Doc["type"] = "Group"
	group.Publish()
	voter := h.world.Host("voters.example").Actor("kim")
	vote := func(verb string, object any, served m) m {
		did := voter.Does(verb, object, nil)
		if served != nil {
			voter.Serve(did["id"].(string), copied(did, served))
		}
		return did
	}
	check := func(what string, did m, up, down int) {
		t.Helper()
		h.send(group, group.Does("Announce", did, m{"to": []string{fedtest.Public}}))
		if p := h.local(which); p.Likes != up || p.Downs != down {
			t.Errorf("%s: %d for, %d against; want %d and %d", what, p.Likes, p.Downs, up, down)
		}
	}
	check("by a group that nobody follows", vote("Dislike", at, m{}), 0, 0)
	h.befriend(h.ben, group)
	check("that its server does not know", vote("Dislike", at, nil), 0, 0)
	check("that is of another post there", vote("Dislike", at, m{"object": other}), 0, 0)
	check("that is something else there", vote("Dislike", at, m{"type": "Like"}), 0, 0)
	check("that is somebody else's there", vote("Dislike", at, m{"actor": voter.URL("/users/lou")}), 0, 0)
	forged := group.Does("Dislike", at, m{"actor": voter.ID})
	group.Serve(forged["id"].(string), forged)
	check("that the group serves", forged, 0, 0)
	against := vote("Dislike", at, m{})
	check("against", against, 0, 1)
	check("again", against, 0, 1)
	check("for", vote("Like", at, m{}), 1, 0)
	again := vote("Dislike", at, m{})
	check("against once more", again, 0, 1)
	check("taken back, says only the group", vote("Undo", again, nil), 0, 1)
	check("taken back", vote("Undo", again, m{}), 0, 0)
}

// TestDislikes: what comes of a Dislike that is somebody else's, of what is elsewhere,
// of what is not for them, and by whom the author has blocked.
func TestDislikes(t *testing.T) { t.Parallel(); each(t, playDislikes) }

func playDislikes(t *testing.T, h *house) {
	which, at := h.post(h.ben, "Hello", "public")
	closed, closedAt := h.post(h.ben, "Near", "private")
	zoe := h.ada.Host.Actor("zoe")
	check := func(what string, post social.PostID, up, down int) {
		t.Helper()
		if p := h.local(post); p.Likes != up || p.Downs != down {
			t.Errorf("%s: %d for, %d against; want %d and %d", what, p.Likes, p.Downs, up, down)
		}
	}
	down := h.ada.Does("Dislike", at, nil)
	h.send(h.ada, down)
	check("one", which, 0, 1)
	h.send(zoe, zoe.Does("Undo", down, nil))
	h.send(zoe, zoe.Does("Undo", down["id"], nil))
	h.send(zoe, zoe.Does("Undo", copied(down, m{"actor": zoe.ID}), nil))
	check("undone by another", which, 0, 1)
	h.send(zoe, copied(zoe.Does("Dislike", at, nil), m{"id": down["id"]}))
	check("another's, under the same address", which, 0, 1)
	h.send(h.ada, h.ada.Does("Undo", down, nil))
	check("undone by who did it", which, 0, 0)
	for _, first := range []string{"Like", "Dislike"} {
		one, two := h.ada.Does(first, at, nil), h.ada.Does(map[string]string{"Like": "Dislike", "Dislike": "Like"}[first], at, nil)
		h.send(h.ada, one)
		h.send(h.ada, two)
		up, against := 0, 1
		if first == "Dislike" {
			up, against = 1, 0
		}
		check(first+" and then the other", which, up, against)
		h.send(h.ada, h.ada.Does("Undo", one, nil)) // what two has replaced
		check("the first undone", which, up, against)
		h.send(h.ada, h.ada.Does("Undo", two["id"], nil))
		check("both undone", which, 0, 0)
	}
	h.send(h.ada, h.ada.Does("Dislike", closedAt, nil))
	check("of what is not for them", closed, 0, 0)
	note := zoe.Note("<p>Elsewhere</p>", nil)
	h.befriend(h.ben, zoe)
	h.send(zoe, zoe.Does("Create", note, nil))
	h.send(h.ada, h.ada.Does("Dislike", note["id"], nil))
	if p := h.found(note["id"].(string)); p.Downs != 0 {
		t.Errorf("of a post elsewhere: %d against", p.Downs)
	}
	h.must(h.Relations.Block(t.Context(), h.ben.Actor(), h.account(h.ada.ID).ID))
	h.send(h.ada, h.ada.Does("Dislike", at, nil))
	check("by whom the author has blocked", which, 0, 0)
}
