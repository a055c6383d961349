package fetch

import (
	"context"
	"html"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// read is a post in our words.
func (r *Resolver) read(ctx context.Context, n as2.Note, author person) (f social.ForeignPost, err error) {
	f = social.ForeignPost{URI: n.ID, Page: own(n.URL, n.ID), HTML: n.Content, Warning: n.Summary, Language: n.Language,
		Visibility: visibility(n.To, n.Cc, author.Contact.Followers), At: n.Published, EditedAt: n.Updated, ReplyTo: n.InReplyTo,
		Tags: tags(n.Tags), Media: media(n), Poll: poll(n.Poll), QuotePolicy: quotePolicy(n.Policy.CanQuote, author), ReplyPolicy: replyPolicy(n.Policy.CanReply, author), Emojis: emojis(n.Tags)}
	if f.Visibility == social.Direct && n.Scope != "" {
		f.Visibility = social.Circle
		if f.Audience, err = r.addressed(ctx, n); err != nil {
			return f, err
		}
	}
	if t := taskOf(ctx); t != nil {
		f.Quiet = t.quiet
	}
	if n.Type != "Note" && n.Type != "Question" {
		f.HTML, f.Warning = asLink(n), ""
	} else {
		f.HTML += links(n)
	}
	f.Sensitive = n.Sensitive || f.Warning != ""
	if f.Mentions, err = r.mentions(ctx, n, f.Visibility); err != nil {
		return f, err
	}
	f.Quote, f.QuoteStamp, err = r.quote(ctx, n)
	return f, err
}

// visibility is whom a post is for, by its addressees.
func visibility(to, cc []string, followers string) social.Visibility {
	switch {
	case slices.Contains(to, as2.Public):
		return social.Public
	case slices.Contains(cc, as2.Public):
		return social.Unlisted
	case followers != "" && (slices.Contains(to, followers) || slices.Contains(cc, followers)):
		return social.Followers
	}
	return social.Direct
}

// maxExcerpt is how much is shown of what is read elsewhere, in characters.
const maxExcerpt = 500

// asLink is what has a page of its own elsewhere: its title, what it is about
// and where it is.
func asLink(n as2.Note) string {
	var out strings.Builder
	if n.Name != "" {
		out.WriteString("<p><strong>" + html.EscapeString(n.Name) + "</strong></p>")
	}
	about := n.Summary
	if about == "" {
		about = text.FromHTML(n.Content, func(_, shown string) string { return shown })
	}
	if about = strings.TrimSpace(about); about != "" {
		if all := []rune(about); len(all) > maxExcerpt {
			about = strings.TrimSpace(string(all[:maxExcerpt])) + "…"
		}
		out.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(about), "\n", "<br>") + "</p>")
	}
	at := own(n.URL, n.ID)
	if at == "" {
		at = n.ID
	}
	out.WriteString(link(at))
	return text.SafeHTML(out.String() + links(n))
}

// links are the pages that a post has attached.
func links(n as2.Note) string {
	var out strings.Builder
	for _, a := range n.Attachments {
		if (a.Type == "Link" || a.Type == "Page") && !strings.Contains(n.Content, html.EscapeString(a.URL)) {
			out.WriteString(link(a.URL))
		}
	}
	return text.SafeHTML(out.String())
}

func link(to string) string {
	to = html.EscapeString(to)
	return `<p><a href="` + to + `">` + to + `</a></p>`
}

func tags(all []as2.Tag) (out []string) {
	for _, t := range all {
		if t.Type == "Hashtag" {
			out = append(out, strings.TrimPrefix(t.Name, "#"))
		}
	}
	return out
}

// media are a post's files, where they are.
func media(n as2.Note) (out []social.Media) {
	files := n.Attachments
	if len(files) == 0 && n.Image.URL != "" && n.Type != "Note" && n.Type != "Question" {
		files = []as2.Attachment{n.Image}
	}
	for _, a := range files {
		if a.Type == "Link" || a.Type == "Page" {
			continue
		}
		m := social.Media{Kind: mediaKind(a), Alt: a.Description, Blurhash: a.Blurhash, Type: a.MediaType, Remote: a.URL,
			Shape: social.Shape{Width: a.Width, Height: a.Height, Seconds: a.Duration.Seconds()}}
		if a.Focus != nil {
			m.FocusX, m.FocusY = a.Focus[0], a.Focus[1]
		}
		out = append(out, m)
	}
	return out
}

// mediaKind goes by the type of the file, and by what it is said to be only if
// that is not told.
func mediaKind(a as2.Attachment) social.MediaKind {
	kind, _, _ := strings.Cut(a.MediaType, "/")
	if kind == "" {
		kind = strings.ToLower(a.Type)
	}
	switch kind {
	case "image":
		return social.Image
	case "video":
		return social.Video
	case "audio":
		return social.Audio
	}
	return social.Unknown
}

func poll(p *as2.Poll) *social.Poll {
	if p == nil {
		return nil
	}
	out := &social.Poll{Multiple: p.Multiple, EndsAt: p.EndTime, Voters: int(max(p.Voters, 0))}
	if !p.Closed.IsZero() {
		out.EndsAt = p.Closed
	}
	for _, o := range p.Options {
		out.Options = append(out.Options, social.PollOption{Title: o.Name, Votes: int(max(o.Votes, 0))})
	}
	return out
}

// quotePolicy is who may quote a post. Who says nothing has not agreed.
func quotePolicy(r *as2.Rule, author person) social.QuotePolicy {
	switch {
	case r == nil:
		return social.QuoteNobody
	case slices.Contains(r.Automatic, as2.Public):
		return social.QuotePublic
	case author.Contact.Followers != "" && slices.Contains(r.Automatic, author.Contact.Followers):
		return social.QuoteFollowers
	}
	return social.QuoteNobody
}

// replyPolicy is who may reply to a post, of what we know of others' collections. Who
// says nothing has not said no.
func replyPolicy(r *as2.Rule, author person) social.ReplyPolicy {
	if r == nil || slices.Contains(r.Automatic, as2.Public) {
		return ""
	}
	followers := author.Contact.Followers
	following := strings.TrimSuffix(followers, "followers") + "following"
	policy := social.ReplyMentioned // those named, or the author alone: whom it mentions may always
	switch {
	case followers != "" && slices.Contains(r.Automatic, followers):
		policy = social.ReplyFollowers
	case followers != "" && slices.Contains(r.Automatic, following):
		policy = social.ReplyFollowing
	}
	if slices.ContainsFunc(r.Manual, func(who string) bool { return who != author.URI }) {
		return policy.Asking()
	}
	return policy
}

// mentions are those whom a post names and who are known here, or get known
// now. Of what is not for everybody, also those it is addressed to: they may
// see it.
func (r *Resolver) mentions(ctx context.Context, n as2.Note, v social.Visibility) (out []social.Mention, err error) {
	asked := 0
	for _, uri := range named(n, v) {
		p, err := r.known(ctx, uri)
		if errs.KindOf(err) == errs.NotFound && err != nil && !r.Own(as2.Host(uri)) && asked < MaxMet && n.Mentions(uri) {
			asked++
			p, err = r.person(ctx, uri, false)
		}
		if errs.KindOf(err) == errs.Internal && err != nil {
			return nil, err
		}
		if err == nil && p.Standing != social.Pending && !slices.ContainsFunc(out, func(m social.Mention) bool { return m.Account == p.ID }) {
			out = append(out, social.Mention{Account: p.ID, Username: p.Username, Host: p.Host, URL: pageOf(p.Account)})
		}
	}
	return out, nil
}

func pageOf(a social.Account) string {
	if a.Page != "" || a.Local() {
		return a.Page
	}
	return a.URI
}

// named are the addresses of those whom a post names.
func named(n as2.Note, v social.Visibility) (out []string) {
	for _, t := range n.Tags {
		if t.Type == "Mention" {
			out = append(out, t.Href)
		}
	}
	if v == social.Public || v == social.Unlisted || v == social.Circle {
		return out
	}
	for _, to := range append(slices.Clone(n.To), n.Cc...) {
		if to != as2.Public && len(out) < as2.MaxMentions && !slices.Contains(out, to) {
			out = append(out, to)
		}
	}
	return out
}

// addressed are those of ours whom a post is for by name.
func (r *Resolver) addressed(ctx context.Context, n as2.Note) (out []social.AccountID, err error) {
	for _, to := range append(slices.Clone(n.To), n.Cc...) {
		if !r.Own(as2.Host(to)) || len(out) == as2.MaxMentions {
			continue
		}
		p, err := r.known(ctx, to)
		if errs.KindOf(err) == errs.Internal && err != nil {
			return nil, err
		}
		if err == nil {
			out = append(out, p.ID)
		}
	}
	return out, nil
}

// quote is what a post quotes, with the stamp if that holds. Where the form
// that asks for consent is not used, what is quoted is only a link.
func (r *Resolver) quote(ctx context.Context, n as2.Note) (of, stamp string, err error) {
	q := n.Quote
	if q.Of == "" || !q.Consent {
		return "", "", nil
	}
	if q.Authorization == "" || r.Own(as2.Host(q.Of)) {
		return q.Of, own(q.Authorization, q.Of), nil // of our stamps the core knows
	}
	which, err := r.Posts.Lookup(ctx, q.Of)
	if err != nil {
		return q.Of, "", errs.Absent(err)
	}
	by, err := r.Posts.Author(ctx, which)
	if err != nil {
		return q.Of, "", errs.Absent(err)
	}
	if err := r.Stamp(ctx, q.Authorization, by.URI, n.ID, q.Of); err != nil {
		return q.Of, "", ours(err)
	}
	return q.Of, q.Authorization, nil
}

// ours is err if it is a fault of ours, not of another server.
func ours(err error) error {
	if errs.KindOf(err) == errs.Internal {
		return err
	}
	return nil
}
