package inbox

import (
	"context"

	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
)

// verbs is what each activity does, by what it is about. Whatever is not here
// has no effect.
//
// When one of these is called, whoever acts has signed. That the object is
// theirs to act on is checked by each, or by the command.
var verbs = map[string]map[as2.Kind]func(*task, context.Context) error{
	"Create":       {as2.APost: (*task).create, as2.Reference: (*task).createdElsewhere},
	"Update":       {as2.APost: (*task).update, as2.AnActor: (*task).updateActor, as2.Reference: (*task).updated},
	"Delete":       {as2.ATombstone: (*task).remove, as2.Reference: (*task).remove, as2.APost: (*task).remove, as2.AnActor: (*task).remove, as2.AnAuthorization: (*task).remove, as2.Unknown: (*task).remove},
	"Announce":     {as2.Reference: (*task).announce, as2.APost: (*task).announce, as2.AnActivity: (*task).announceActivity},
	"Like":         {as2.Reference: (*task).like, as2.APost: (*task).like},
	"Dislike":      {as2.Reference: (*task).dislike, as2.APost: (*task).dislike},
	"EmojiReact":   {as2.Reference: (*task).react, as2.APost: (*task).react},
	"Follow":       {as2.Reference: (*task).follow, as2.AnActor: (*task).follow},
	"Block":        {as2.Reference: (*task).block, as2.AnActor: (*task).block},
	"Accept":       {as2.Reference: (*task).accept, as2.AnActivity: (*task).accept, as2.APost: (*task).accept},
	"Reject":       {as2.Reference: (*task).reject, as2.AnActivity: (*task).reject, as2.APost: (*task).reject},
	"Undo":         {as2.Reference: (*task).undoAddress, as2.AnActivity: (*task).undo},
	"Flag":         {as2.Reference: (*task).flag, as2.AnActor: (*task).flag, as2.APost: (*task).flag},
	"Add":          {as2.Reference: (*task).add, as2.APost: (*task).add},
	"Remove":       {as2.Reference: (*task).removeFeatured, as2.APost: (*task).removeFeatured},
	"Move":         {as2.Reference: (*task).move, as2.AnActor: (*task).move},
	"QuoteRequest": {as2.Reference: (*task).quoteRequest, as2.APost: (*task).quoteRequest},
	"ReplyRequest": {as2.Reference: (*task).replyRequest, as2.APost: (*task).replyRequest},
}

// undos is what taking something back does.
var undos = map[string]func(*task, context.Context, as2.Activity) error{
	"Follow":     (*task).unfollow,
	"Block":      (*task).unblock,
	"Like":       (*task).unlike,
	"Dislike":    (*task).undislike,
	"EmojiReact": (*task).unreact,
	"Announce":   (*task).unannounce,
	"Accept":     (*task).unaccept,
}
