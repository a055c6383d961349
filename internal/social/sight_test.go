package social

import "testing"

func TestMayShow(t *testing.T) {
	const author, reader = 1, 2
	mention := []Mention{{Account: reader}}
	for _, tt := range []struct {
		name    string
		post    Post
		sight   Sight
		asked   bool
		offered bool
	}{
		{"public, to anyone", Post{Visibility: Public}, Sight{}, true, true},
		{"unlisted, to anyone", Post{Visibility: Unlisted}, Sight{}, true, true},
		{"followers, to anyone", Post{Visibility: Followers}, Sight{}, false, false},
		{"followers, to a stranger", Post{Visibility: Followers}, Sight{Reader: reader}, false, false},
		{"followers, to a follower", Post{Visibility: Followers}, Sight{Reader: reader, Author: Relation{Follows: true}}, true, true},
		{"followers, to the followed", Post{Visibility: Followers}, Sight{Reader: reader, Author: Relation{FollowedBy: true}}, false, false},
		{"followers, to one mentioned", Post{Visibility: Followers, Mentions: mention}, Sight{Reader: reader}, true, true},
		{"direct, to a follower", Post{Visibility: Direct}, Sight{Reader: reader, Author: Relation{Follows: true}}, false, false},
		{"direct, to one mentioned", Post{Visibility: Direct, Mentions: mention}, Sight{Reader: reader}, true, true},
		{"direct, to its author", Post{Visibility: Direct}, Sight{Reader: author}, true, true},
		{"mentions of nobody do not open to anyone", Post{Visibility: Direct, Mentions: []Mention{{Account: 0}}}, Sight{}, false, false},
		{"public, blocked by the reader", Post{Visibility: Public}, Sight{Reader: reader, Author: Relation{Blocks: true}}, false, false},
		{"public, the reader is blocked", Post{Visibility: Public}, Sight{Reader: reader, Author: Relation{BlockedBy: true}}, false, false},
		{"mention does not undo a block", Post{Visibility: Direct, Mentions: mention}, Sight{Reader: reader, Author: Relation{BlockedBy: true}}, false, false},
		{"muted", Post{Visibility: Public}, Sight{Reader: reader, Author: Relation{Mutes: true}}, true, false},
		{"author gone", Post{Visibility: Public}, Sight{Reader: author, Gone: true}, false, false},
		{"a circle, to anyone", Post{Visibility: Circle}, Sight{}, false, false},
		{"a circle, to a follower", Post{Visibility: Circle}, Sight{Reader: reader, Author: Relation{Follows: true}}, false, false},
		{"a circle, to one mentioned who is not of it", Post{Visibility: Circle, Mentions: mention}, Sight{Reader: reader}, false, false},
		{"a circle, to one of it", Post{Visibility: Circle}, Sight{Reader: reader, Circle: true}, true, true},
		{"a circle, to one of it who is blocked", Post{Visibility: Circle}, Sight{Reader: reader, Circle: true, Author: Relation{BlockedBy: true}}, false, false},
		{"a circle, to its author", Post{Visibility: Circle}, Sight{Reader: author}, true, true},
		{"what stays here, to anyone", Post{Visibility: Public, LocalOnly: true}, Sight{}, false, false},
		{"what stays here, to somebody elsewhere", Post{Visibility: Public, LocalOnly: true}, Sight{Reader: reader}, false, false},
		{"what stays here, to a follower elsewhere", Post{Visibility: Followers, LocalOnly: true}, Sight{Reader: reader, Author: Relation{Follows: true}}, false, false},
		{"what stays here, to somebody here", Post{Visibility: Public, LocalOnly: true}, Sight{Reader: reader, Here: true}, true, true},
		{"what stays here and is for followers, to somebody here", Post{Visibility: Followers, LocalOnly: true}, Sight{Reader: reader, Here: true}, false, false},
		{"a visibility we do not know", Post{Visibility: "galaxy"}, Sight{Reader: reader, Author: Relation{Follows: true}}, false, false},
	} {
		tt.post.Author = author
		if got := tt.post.MayShow(tt.sight, Asked); got != tt.asked {
			t.Errorf("%s: asked = %v, want %v", tt.name, got, tt.asked)
		}
		if got := tt.post.MayShow(tt.sight, Offered); got != tt.offered {
			t.Errorf("%s: offered = %v, want %v", tt.name, got, tt.offered)
		}
	}
}

// TestForCircle: nobody who joins sees what was said before, and nobody who left
// sees anything.
func TestForCircle(t *testing.T) {
	const reader, other = 2, 3
	for _, tt := range []struct {
		name   string
		post   Post
		listed bool
		want   bool
	}{
		{"on the list then and now", Post{Circle: 9, Audience: []AccountID{other, reader}}, true, true},
		{"on the list then", Post{Circle: 9, Audience: []AccountID{reader}}, false, false},
		{"on the list now", Post{Circle: 9, Audience: []AccountID{other}}, true, false},
		{"of a circle elsewhere", Post{Audience: []AccountID{reader}}, false, true},
		{"not of a circle elsewhere", Post{Audience: []AccountID{other}}, true, false},
	} {
		if got := tt.post.ForCircle(reader, tt.listed); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestAtHome(t *testing.T) {
	const author, reader, friend, stranger = 1, 2, 3, 4
	follows := func(id AccountID) bool { return id == author || id == friend }
	followed := Relation{Follows: true, Boosts: true}
	for _, tt := range []struct {
		name string
		post Post
		rel  Relation
		want bool
	}{
		{"a post of somebody followed", Post{Visibility: Public}, followed, true},
		{"of somebody not followed", Post{Visibility: Public}, Relation{}, false},
		{"one's own", Post{Author: reader}, Relation{}, true},
		{"a boost", Post{BoostOf: 9, BoostAuthor: stranger}, followed, true},
		{"a boost, unwanted", Post{BoostOf: 9, BoostAuthor: stranger}, Relation{Follows: true}, false},
		{"a boost of one's own post", Post{BoostOf: 9, BoostAuthor: reader}, followed, false},
		{"a reply to a friend", Post{ReplyTo: 9, ReplyAuthor: friend}, followed, true},
		{"a reply to a stranger", Post{ReplyTo: 9, ReplyAuthor: stranger}, followed, false},
		{"a reply to oneself", Post{ReplyTo: 9, ReplyAuthor: reader}, followed, true},
		{"a thread", Post{ReplyTo: 9, ReplyAuthor: author}, followed, true},
		{"a message", Post{Visibility: Direct}, followed, false},
		{"a language not wanted", Post{Language: "fr"}, Relation{Follows: true, Languages: []string{"en"}}, false},
		{"a language wanted", Post{Language: "en"}, Relation{Follows: true, Languages: []string{"en"}}, true},
		{"no language", Post{}, Relation{Follows: true, Languages: []string{"en"}}, true},
	} {
		if tt.post.Author == 0 {
			tt.post.Author = author
		}
		if got := tt.post.AtHome(reader, tt.rel, follows); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Scopes as https://docs.joinmastodon.org/api/oauth-scopes/ has them.
func TestScopes(t *testing.T) {
	for _, tt := range []struct {
		have, want string
		allowed    bool
	}{
		{"read write follow push", "write:statuses", true},
		{"read", "read:lists", true},
		{"read", "write:lists", false},
		{"read:lists", "read", false},
		{"read:lists", "read:lists", true},
		{"follow", "write:blocks", true},
		{"follow", "read:follows", true},
		{"follow", "write:statuses", false},
		{"admin:read", "admin:read:accounts", true},
		{"admin:read", "admin:write:accounts", false},
		{"read", "admin:read:accounts", false},
		{"", "read", false},
	} {
		if got := ParseScopes(tt.have).Allow(tt.want); got != tt.allowed {
			t.Errorf("%q allows %q: %v, want %v", tt.have, tt.want, got, tt.allowed)
		}
	}
}

func TestCheckUsername(t *testing.T) {
	thirty := "abcdefghijklmnopqrstuvwxyz0123"
	for name, ok := range map[string]bool{
		"ada": true, "Ada_L": true, "_": true, thirty: true,
		"": false, thirty + "4": false, "a b": false, "a.b": false, "a-b": false, "ädä": false, "аda": false, "a@b": false, "../x": false,
	} {
		if err := CheckUsername(name); (err == nil) != ok {
			t.Errorf("CheckUsername(%q) = %v", name, err)
		}
	}
}
