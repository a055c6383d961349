package main

import (
	"context"
	"strings"
	"sync"
	"time"

	mastodon "github.com/mattn/go-mastodon"
)

func (w *world) rest() {
	w.filters()
	if where("GET /api/v1/conversations") {
		word := must(ben.PostStatus(ctx, &mastodon.Toot{Status: "@ada A word", Visibility: "direct"}))
		all := see("GetConversations", func(l []*mastodon.Conversation) bool { return len(l) > 0 && l[0].LastStatus.ID == word.ID })(soon(
			func() ([]*mastodon.Conversation, error) { return ada.GetConversations(ctx, nil) },
			func(l []*mastodon.Conversation) bool { return len(l) > 0 && l[0].LastStatus.ID == word.ID }))
		see("GetTimelineDirect", hasStatus(word.ID))(ada.GetTimelineDirect(ctx, nil))
		done("MarkConversationAsRead", ada.MarkConversationAsRead(ctx, all[0].ID))
		done("DeleteConversation", ada.DeleteConversation(ctx, all[0].ID))
	}
	if where("POST /api/v1/reports") {
		r := see("Report", func(r *mastodon.Report) bool { return r.ID != "" })(ben.Report(ctx, w.me.ID, []mastodon.ID{w.post.ID}, "Too much butter"))
		w.moderate(r)
	}
}

func (w *world) filters() {
	if !where("POST /api/v1/filters") {
		return
	}
	f := see("CreateFilter", func(f *mastodon.Filter) bool { return f.Phrase == "loud" && f.WholeWord })(
		ada.CreateFilter(ctx, &mastodon.Filter{Phrase: "loud", Context: []string{"home"}, WholeWord: true, ExpiresAt: time.Now().Add(time.Hour)}))
	see("GetFilters", func(l []*mastodon.Filter) bool { return len(l) == 1 && l[0].ID == f.ID })(ada.GetFilters(ctx))
	see("GetFilter", func(x *mastodon.Filter) bool { return x.Phrase == "loud" })(ada.GetFilter(ctx, f.ID))
	see("UpdateFilter", func(x *mastodon.Filter) bool { return x.Phrase == "louder" })(ada.UpdateFilter(ctx, f.ID, &mastodon.Filter{Phrase: "louder", Context: []string{"public"}}))
	done("DeleteFilter", ada.DeleteFilter(ctx, f.ID))
	_, err := ada.GetFilter(ctx, f.ID)
	refused("GetFilter afterwards", "404", err)
}

func (w *world) moderate(r *mastodon.Report) {
	if where("GET /api/v1/admin/reports") {
		see("GetAdminReports", func(l []*mastodon.AdminReport) bool { return len(l) == 1 && l[0].ID == r.ID })(mod.GetAdminReports(ctx, nil))
		see("GetAdminReport", func(x *mastodon.AdminReport) bool { return x.Comment == "Too much butter" })(mod.GetAdminReport(ctx, r.ID))
		see("AdminReportAssignToSelf", func(x *mastodon.AdminReport) bool { return x.AssignedAccount != nil })(mod.AdminReportAssignToSelf(ctx, r.ID))
		see("AdminReportUnassign", func(x *mastodon.AdminReport) bool { return x.AssignedAccount == nil })(mod.AdminReportUnassign(ctx, r.ID))
		see("AdminReportResolve", func(x *mastodon.AdminReport) bool { return x.ActionTaken })(mod.AdminReportResolve(ctx, r.ID))
		see("AdminReportReopen", func(x *mastodon.AdminReport) bool { return !x.ActionTaken })(mod.AdminReportReopen(ctx, r.ID))
	}
	if where("GET /api/v1/admin/accounts") {
		see("GetAdminAccounts", func(l []*mastodon.AdminAccount) bool { return len(l) >= 3 })(mod.GetAdminAccounts(ctx, nil))
		see("GetAdminAccount", func(a *mastodon.AdminAccount) bool { return a.Username == "ben" })(mod.GetAdminAccount(ctx, w.him.ID))
		_, err := ada.GetAdminAccounts(ctx, nil)
		refused("GetAdminAccounts as a member", "403", err)
	}
	if where("POST /api/v1/admin/accounts/{id}/action") {
		dora := must(mod.AccountLookup(ctx, "ben"))
		done("AdminAccountPerformAction", mod.AdminAccountPerformAction(ctx, dora.ID, &mastodon.AdminAccountAction{Type: "silence"}))
		see("AdminAccountUnsilence", func(a *mastodon.AdminAccount) bool { return !a.Silenced })(mod.AdminAccountUnsilence(ctx, dora.ID))
	}
}

// streams listens in both ways, over server-sent events and WebSockets.
func (w *world) streams() {
	list := must(ada.CreateList(ctx, "Bakers"))
	must(0, ada.AddToList(ctx, list.ID, w.him.ID))
	listening, stop := context.WithCancel(ctx)
	defer stop()
	ws := ada.NewWSClient()
	heard := &ears{}
	for name, open := range map[string]func() (chan mastodon.Event, error){
		"StreamingUser":      func() (chan mastodon.Event, error) { return ada.StreamingUser(listening) },
		"StreamingPublic":    func() (chan mastodon.Event, error) { return ada.StreamingPublic(listening, true) },
		"StreamingHashtag":   func() (chan mastodon.Event, error) { return ada.StreamingHashtag(listening, "streamed", false) },
		"StreamingList":      func() (chan mastodon.Event, error) { return ada.StreamingList(listening, list.ID) },
		"StreamingDirect":    func() (chan mastodon.Event, error) { return ada.StreamingDirect(listening) },
		"StreamingWSUser":    func() (chan mastodon.Event, error) { return ws.StreamingWSUser(listening) },
		"StreamingWSPublic":  func() (chan mastodon.Event, error) { return ws.StreamingWSPublic(listening, false) },
		"StreamingWSHashtag": func() (chan mastodon.Event, error) { return ws.StreamingWSHashtag(listening, "streamed", true) },
		"StreamingWSList":    func() (chan mastodon.Event, error) { return ws.StreamingWSList(listening, list.ID) },
		"StreamingWSDirect":  func() (chan mastodon.Event, error) { return ws.StreamingWSDirect(listening) },
	} {
		events := must(open())
		go func() {
			for e := range events {
				heard.add(name, e)
			}
		}()
	}
	time.Sleep(500 * time.Millisecond) // these open in the background
	said := must(ben.PostStatus(ctx, &mastodon.Toot{Status: "@ada Over the wire #streamed"}))
	must(ben.PostStatus(ctx, &mastodon.Toot{Status: "@ada Only you", Visibility: "direct"}))
	for _, kind := range []string{"Streaming", "StreamingWS"} {
		for _, what := range []string{"User update ", "Public update ", "Hashtag update ", "List update "} {
			heard.wait(kind + what + string(said.ID))
		}
		heard.wait(kind + "User notification")
		heard.wait(kind + "Direct conversation")
	}
	done("DeleteStatus", ben.DeleteStatus(ctx, said.ID))
	heard.wait("StreamingUser delete " + string(said.ID))
	heard.wait("StreamingWSUser delete " + string(said.ID))
	_, err := ada.GetStatus(ctx, said.ID)
	refused("GetStatus afterwards", "404", err)
}

// ears remembers what came over which stream.
type ears struct {
	mu  sync.Mutex
	all []string
}

func (e *ears) add(name string, event mastodon.Event) {
	line := name
	switch x := event.(type) {
	case *mastodon.UpdateEvent:
		line += " update " + string(x.Status.ID)
	case *mastodon.NotificationEvent:
		line += " notification"
	case *mastodon.ConversationEvent:
		line += " conversation"
	case *mastodon.DeleteEvent:
		line += " delete " + string(x.ID)
	case *mastodon.ErrorEvent:
		line += " error " + x.Error()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, line)
}

func (e *ears) wait(line string) {
	name := strings.Join(strings.Fields(line)[:2], " ")
	see(name, func(all []string) bool { return has(all, line) })(soon(func() ([]string, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		return append([]string(nil), e.all...), nil
	}, func(all []string) bool { return has(all, line) }))
}

func has(all []string, line string) bool {
	for _, l := range all {
		if l == line {
			return true
		}
	}
	return false
}
