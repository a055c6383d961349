package social

// A Conversation is the messages of a thread, as one of those who take part
// has them.
type Conversation struct {
	Owner  AccountID
	Thread PostID
	Last   PostID // the newest that the owner may read
	Unread bool
}

// Parties is who takes part in a message: who wrote it, and whom it mentions.
func (p Post) Parties() []AccountID {
	out := []AccountID{p.Author}
	for _, m := range p.Mentions {
		if m.Account != p.Author {
			out = append(out, m.Account)
		}
	}
	return out
}

// Unreadable is what a message says whose key this machine has not.
const Unreadable = "🔒"

// OpenTags is the tags of p that may be told of: those of a message are words of it.
func (p Post) OpenTags() []string {
	if p.Visibility == Direct {
		return nil
	}
	return p.Tags
}
