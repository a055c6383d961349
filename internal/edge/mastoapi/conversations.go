package mastoapi

import (
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/conversations/, and the timeline that
// was there before them.
func (a *API) conversationRoutes() {
	a.do("GET /api/v1/conversations", member("read:statuses"), a.conversations)
	a.do("DELETE /api/v1/conversations/{id}", member("write:conversations"), a.removeConversation)
	a.do("POST /api/v1/conversations/{id}/read", member("write:conversations"), a.readConversation)
	a.do("GET /api/v1/timelines/direct", member("read:statuses"), a.direct)
}

// A conversation goes by the id of its thread.
// https://docs.joinmastodon.org/entities/Conversation/
type conversation struct {
	ID         string `json:"id"`
	Unread     bool   `json:"unread"`
	Accounts   raw    `json:"accounts"`
	LastStatus raw    `json:"last_status"`
}

func (r renderer) conversation(t conversations.Talk) conversation {
	return conversation{num(t.Thread), t.Unread, r.accounts(t.Others), r.status(t.Last, t.Owner)}
}

// Conversation is a message and who takes part, for streams.
func (a *API) Conversation(s *view.Seen, others []*view.Face, reader social.AccountID) []byte {
	return marshal(a.render.conversation(conversations.Talk{Others: others, Last: s,
		Conversation: social.Conversation{Owner: reader, Thread: s.Thread, Unread: s.Author.ID != reader}}))
}

func (a *API) conversations(q *request) (any, error) {
	s, err := a.Conversations.List(q.Context(), q.By, q.page(20, conversations.MaxPage))
	if err != nil {
		return nil, err
	}
	out := []conversation{}
	for _, t := range s.Items {
		out = append(out, a.render.conversation(t))
	}
	link(q, s)
	return out, nil
}

func (a *API) readConversation(q *request) (any, error) {
	t, err := a.Conversations.Read(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.render.conversation(t), nil
}

func (a *API) removeConversation(q *request) (any, error) {
	return nothing{}, a.Conversations.Remove(q.Context(), q.By, social.PostID(q.pathID()))
}

func (a *API) direct(q *request) (any, error) {
	s, err := a.Timelines.Direct(q.Context(), q.By, q.posts())
	return a.timeline(q, s, err)
}
