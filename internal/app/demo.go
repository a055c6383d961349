package app

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// DemoPassword is that of everybody in a demo.
const DemoPassword = "plaza-demo"

// demoPeople are who lives in a demo: name, role, display name, about, follows.
var demoPeople = []struct {
	username, name, bio string
	role                social.Role
}{
	{"ada", "Ada", "Keeps this house. Gardens, engines, and long walks.", social.Owner},
	{"moss", "Moss", "Moderates here. Ask me anything about the rules.", social.Moderator},
	{"juno", "Juno Okafor", "Bakes bread and writes about it. #sourdough", social.Member},
	{"teo", "Téo", "Trains, timetables, tiny stations.", social.Member},
	{"linnea", "Linnéa", "Birds before breakfast. https://example.com/birds", social.Member},
	{"kenji", "賢治", "日々の写真と短い詩。", social.Member},
	{"omar", "Omar", "Astronomy teacher. The sky is free.", social.Member},
	{"rosa", "Rosa", "Repairs radios, bicycles and sometimes people's moods.", social.Member},
	{"wim", "Wim", "Open water swimmer. Cold is a feeling.", social.Member},
	{"priya", "Priya", "Typography, mostly the boring kind.", social.Member},
	{"sol", "Sol", "Cooperative bookshop. Ask for a recommendation.", social.Member},
	{"echo", "Echo the bot", "Says what time it is, when asked nicely.", social.Member},
}

// demoPosts is what they said: who, what, a warning, to whom, and which post
// (by its number in this list, from 1) it answers.
var demoPosts = []struct {
	by, text, warning string
	to                social.Visibility
	answers           int
}{
	{by: "ada", text: "Welcome to the square. Sit anywhere. Say what you came to say, and let others finish. #welcome"},
	{by: "juno", text: "Third attempt at an 85% loaf and it finally held together. The trick was patience, which I had hoped to avoid. #sourdough #baking"},
	{by: "teo", text: "There is a station in the hills with four trains a day and a stationmaster who waters tomatoes between them. I have never been so jealous of a timetable. #trains"},
	{by: "linnea", text: "A goldcrest weighs less than a sheet of paper and crossed the North Sea last night anyway. Remember that on Monday. #birds"},
	{by: "rosa", text: "@juno if you want the oven thermometer fixed, bring it by on Saturday. Payment in crusts.", answers: 2},
	{by: "juno", text: "@rosa deal. I will bring the good butter too.", answers: 5},
	{by: "kenji", text: "朝の市場、柚子の匂いだけが先に歩いていく。 #haiku"},
	{by: "omar", text: "Tonight after ten: Jupiter, low in the east, four moons in a line. Any binoculars will do. No telescope, no app, no subscription. #astronomy"},
	{by: "wim", text: "Water 7 °C, air 4 °C, me: awake.", to: social.Unlisted},
	{by: "priya", text: "A short defence of the plain paragraph:\n\nIt has been carrying meaning for centuries without once asking to be noticed. Set it well, at a comfortable measure, and then leave it alone.\n\nhttps://example.com/on-paragraphs"},
	{by: "sol", text: "The whole plot of the novel everybody is talking about: the lighthouse was the postman all along.", warning: "Spoiler for a book you were going to read"},
	{by: "teo", text: "@omar saw all four from platform two. A freight train waited with us.", answers: 8},
	{by: "omar", text: "@teo best observatory I have heard of this year.", answers: 12},
	{by: "moss", text: "A reminder of how things go here: mute what merely annoys you, block what you cannot stand, and write to us when something is wrong. We are people too, and we answer."},
	{by: "linnea", text: "Members of the early club: the hide is open on Sunday, I have the key.", to: social.Followers},
	{by: "echo", text: "It is now."},
	{by: "rosa", text: "Mended today: one radio (1961), two bicycles, one argument about who left the gate open. #repair"},
	{by: "ada", text: "The best thing about a square: nobody arranges what you hear. The newest first, from the people you chose. #plaza"},
}

// Furnish fills an empty house with a dozen people and what they said, and
// returns their names. Everybody has DemoPassword.
func (a *App) Furnish(ctx context.Context) ([]string, error) {
	house := a.Instance.Settings()
	house.NoProbation = true // they have been here for long, as it were
	if err := a.Instance.SetSettings(ctx, social.Console, house); err != nil {
		return nil, fmt.Errorf("furnish: %w", err)
	}
	ids := map[string]social.Actor{}
	var names []string
	for _, p := range demoPeople {
		who, _, err := a.Auth.Create(ctx, auth.SignUp{Username: p.username, Email: p.username + "@plaza.example", Password: DemoPassword}, p.role)
		if err != nil {
			return nil, fmt.Errorf("furnish: %w", err)
		}
		ids[p.username] = social.Actor{Account: who.ID, Standing: social.Good, Role: p.role}
		names = append(names, p.username)
		yes, bot := true, p.username == "echo"
		if _, err := a.Accounts.SetProfile(ctx, ids[p.username], social.Profile{DisplayName: &p.name, Bio: &p.bio, Discoverable: &yes, Indexable: &yes, Bot: &bot}); err != nil {
			return nil, fmt.Errorf("furnish: %w", err)
		}
	}
	if err := a.acquaint(ctx, names, ids); err != nil {
		return nil, fmt.Errorf("furnish: %w", err)
	}
	return names, a.converse(ctx, names, ids)
}

// acquaint has people follow most of the others.
func (a *App) acquaint(ctx context.Context, names []string, ids map[string]social.Actor) error {
	for i, from := range names {
		for j, to := range names {
			if i == j || (i*7+j*5)%4 == 0 {
				continue
			}
			if err := a.Relations.Follow(ctx, ids[from], social.Follow{Target: ids[to].Account, Boosts: true}); err != nil {
				return err
			}
		}
	}
	return nil
}

// converse has them talk, and like and pass on some of it.
func (a *App) converse(ctx context.Context, names []string, ids map[string]social.Actor) error {
	var said []social.PostID
	for i, d := range demoPosts {
		to := d.to
		if to == "" {
			to = social.Public
		}
		draft := social.Draft{Text: d.text, Warning: d.warning, Visibility: to, Language: "en"}
		if d.by == "kenji" {
			draft.Language = "ja"
		}
		if d.answers > 0 {
			draft.ReplyTo = said[d.answers-1]
		}
		p, err := a.Posts.Publish(ctx, ids[d.by], draft)
		if err != nil {
			return fmt.Errorf("furnish: %w", err)
		}
		said = append(said, p.ID)
		if to != social.Public {
			continue
		}
		for j, n := range names {
			if n == d.by || (i*3+j*11)%5 != 0 {
				continue
			}
			if _, err := a.Posts.Mark(ctx, ids[n], p.ID, social.Liked, true); err != nil {
				return fmt.Errorf("furnish: %w", err)
			}
			if (i+j)%6 == 0 {
				if _, err := a.Posts.Boost(ctx, ids[n], p.ID, social.Public); err != nil {
					return fmt.Errorf("furnish: %w", err)
				}
			}
		}
	}
	return nil
}
