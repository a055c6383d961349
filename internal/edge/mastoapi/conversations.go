package mastoapi

import (
	"cmp"

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
	a.do("GET /api/plaza/v1/conversations/requests", member("read:statuses"), a.messageRequests)
	a.do("POST /api/plaza/v1/conversations/{id}/accept", member("write:conversations"), a.acceptConversation)
	a.do("POST /api/plaza/v1/conversations/{id}/refuse", member("write:conversations"), a.refuseConversation)
	a.do("POST /api/plaza/v1/conversations/{id}/leave", member("write:conversations"), a.leaveConversation)
	a.do("GET /api/v1/timelines/direct", member("read:statuses"), a.direct)
}

// A conversation goes by the id of its thread.
// https://docs.joinmastodon.org/entities/Conversation/
type conversation struct {
	ID         string `json:"id"`
	Unread     bool   `json:"unread"`
	Accounts   raw    `json:"accounts"`
	LastStatus raw    `json:"last_status"`

	Plaza talkState `json:"plaza"`
}

// talkState is what apps that know Plaza are told of a conversation.
type talkState struct {
	Request bool `json:"request"`
	Muted   bool `json:"muted"`
}

func (r renderer) conversation(t conversations.Talk) conversation {
	return conversation{num(t.Thread), t.Unread, r.accounts(t.Others), r.status(t.Last, t.Owner), talkState{t.State == social.TalkRequest, t.Muted}}
}

// Conversation is a message and who takes part, for streams.
func (a *API) Conversation(s *view.Seen, others []*view.Face, reader social.AccountID) []byte {
	return marshal(a.render.conversation(conversations.Talk{Others: others, Last: s,
		Conversation: social.Conversation{Owner: reader, Thread: s.Thread, Unread: s.Author.ID != reader}}))
}

func (a *API) conversations(q *request) (any, error) {
	s, err := a.Conversations.List(q.Context(), q.By, q.page(20, conversations.MaxPage))
	return a.talks(q, s, err)
}

// messageRequests are those of people whom the reader does not know. Apps that do not
// know of them see nothing of them: neither in the list nor in streams.
func (a *API) messageRequests(q *request) (any, error) {
	s, err := a.Conversations.Requests(q.Context(), q.By, q.page(20, conversations.MaxPage))
	return a.talks(q, s, err)
}

func (a *API) talks(q *request, s view.Slice[conversations.Talk], err error) (any, error) {
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

func (a *API) acceptConversation(q *request) (any, error) {
	t, err := a.Conversations.Accept(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	return a.render.conversation(t), nil
}

func (a *API) refuseConversation(q *request) (any, error) {
	return nothing{}, a.Conversations.Refuse(q.Context(), q.By, social.PostID(q.pathID()))
}

// leftWords are said by who leaves without words of their own.
const leftWords = "I have left this conversation."

func (a *API) leaveConversation(q *request) (any, error) {
	return nothing{}, a.Posts.Leave(q.Context(), q.By, social.PostID(q.pathID()), cmp.Or(q.str("comment"), leftWords))
}

func (a *API) removeConversation(q *request) (any, error) {
	return nothing{}, a.Conversations.Remove(q.Context(), q.By, social.PostID(q.pathID()))
}

func (a *API) direct(q *request) (any, error) {
	s, err := a.Timelines.Direct(q.Context(), q.By, q.posts())
	return a.timeline(q, s, err)
}
