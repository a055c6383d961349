package evidence

// Bodies are JSON, kept as the bytes that were committed to. People are named by
// what they are called here (acct) where a record is about them, and by a
// pseudonym where it is by them; posts by their addresses. Times are RFC 3339.

// A Reported is the body of a report.
type Reported struct {
	Report     string   `json:"report"`
	Channel    string   `json:"channel"` // app, web, stranger, flag, host, authority, rights, rule
	Subject    string   `json:"subject"`
	Posts      []string `json:"posts,omitempty"`
	Category   string   `json:"category"`
	Rules      []string `json:"rules,omitempty"` // id@version
	Statement  string   `json:"statement,omitempty"`
	Reporter   string   `json:"reporter"` // a pseudonym for this report alone
	GoodFaith  bool     `json:"good_faith,omitempty"`
	ReceivedAt string   `json:"received_at"`
}

// A Snapshot is the body of what was reported, as it stood then.
type Snapshot struct {
	Subject    string   `json:"subject"`
	Address    string   `json:"address,omitempty"`
	Text       string   `json:"text,omitempty"`
	Warning    string   `json:"warning,omitempty"`
	Media      []string `json:"media,omitempty"` // HMAC of each file under the record's salt
	Visibility string   `json:"visibility,omitempty"`
	Published  string   `json:"published,omitempty"`
	Edited     string   `json:"edited,omitempty"`
	Reach      *Reach   `json:"reach,omitempty"`
}

// A Reach is how far something had come.
type Reach struct {
	Likes   int `json:"likes"`
	Boosts  int `json:"boosts"`
	Replies int `json:"replies"`
}

// A Triage is the body of how a case was sorted.
type Triage struct {
	Case     string `json:"case"`
	Subject  string `json:"subject"`
	Queue    string `json:"queue"`
	Priority int    `json:"priority"`
	By       string `json:"by"`            // the version of what sorted it, or a pseudonym
	Due      string `json:"due,omitempty"` // until when it is to be decided
	Reason   string `json:"reason,omitempty"`
}

// An Assigned is the body of who took a case.
type Assigned struct {
	Case string `json:"case"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	Why  string `json:"why,omitempty"`
}

// A Decided is the body of a decision.
type Decided struct {
	Decision   string   `json:"decision"`
	Case       string   `json:"case,omitempty"`
	Subject    string   `json:"subject"`
	Posts      []string `json:"posts,omitempty"`
	Action     string   `json:"action"`
	Rule       string   `json:"rule,omitempty"` // id@version
	Ground     string   `json:"ground"`         // rules or law
	Law        string   `json:"law,omitempty"`
	Facts      string   `json:"facts,omitempty"`
	Detected   string   `json:"detected"` // how it was found: person or machine
	Decider    string   `json:"decider"`  // person, jury or machine
	By         string   `json:"by"`       // role and pseudonym
	Second     string   `json:"second,omitempty"`
	Until      string   `json:"until,omitempty"`
	Territory  []string `json:"territory,omitempty"`
	Precedents []string `json:"precedents,omitempty"`
	Undoes     string   `json:"undoes,omitempty"`
}

// An Acted is the body of what followed from a decision.
type Acted struct {
	Decision string `json:"decision"`
	Did      string `json:"did"`
	Result   string `json:"result,omitempty"`
	Servers  int    `json:"servers,omitempty"`  // for which it is queued
	Sessions int    `json:"sessions,omitempty"` // browsers and apps that were signed in
	Millis   int64  `json:"ms,omitempty"`       // after the decision
}

// A Told is the body of what somebody was told.
type Told struct {
	Decision  string `json:"decision"`
	To        string `json:"to"` // author or reporter
	Template  string `json:"template"`
	Language  string `json:"language,omitempty"`
	Channel   string `json:"channel"`
	Delivered string `json:"delivered"`
}

// An Appealed is the body of an appeal.
type Appealed struct {
	Appeal   string `json:"appeal"`
	Decision string `json:"decision"`
	Grounds  string `json:"grounds"`
	FiledAt  string `json:"filed_at"`
}

// An AppealDecided is the body of how an appeal ended.
type AppealDecided struct {
	Appeal   string `json:"appeal"`
	Decision string `json:"decision"`
	Outcome  string `json:"outcome"`
	Facts    string `json:"facts,omitempty"`
	By       string `json:"by"`
	First    string `json:"first"` // who decided first: somebody else
}

// A Ruled is the body of a policy: a rule as it stands from a moment on.
type Ruled struct {
	Policy    string `json:"policy"`
	Version   int    `json:"version"`
	Language  string `json:"language,omitempty"`
	Text      string `json:"text"`
	Hint      string `json:"hint,omitempty"`
	Effective string `json:"effective"`
	By        string `json:"by"`
	Replaces  string `json:"replaces,omitempty"`
	Ended     bool   `json:"ended,omitempty"`
}

// An Erased is the body of an erasure: the salts and bodies of these are gone.
type Erased struct {
	Leaves    []int64 `json:"leaves"`
	Ground    string  `json:"ground"`
	Requested string  `json:"requested_at"`
	Done      string  `json:"done_at"`
}

// A Held is the body of a hold: that it was placed, and that it ended.
type Held struct {
	Hold    string `json:"hold"`
	Did     string `json:"did"` // placed, ended, expired
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Reason  string `json:"reason"` // for what was done
	Until   string `json:"until,omitempty"`
	Silent  bool   `json:"silent,omitempty"` // whom it is about is not told
	By      string `json:"by"`
	Second  string `json:"second,omitempty"`
}

// A ToldOutside is the body of an external report: a law wanted somebody else told of
// what a case is about.
type ToldOutside struct {
	Case   string `json:"case,omitempty"`
	To     string `json:"to"`     // minors, police, terror
	Source string `json:"source"` // the law
	Ref    string `json:"ref"`    // what they call it
	By     string `json:"by"`
}

// A Configured is the body of a change of who may do what, or of how the house
// works.
type Configured struct {
	What string `json:"what"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	By   string `json:"by"`
}

// An Accessed is the body of what somebody of the staff was shown that is not for
// everybody: each thing once a day.
type Accessed struct {
	What    string `json:"what"`
	Subject string `json:"subject,omitempty"`
	Case    string `json:"case,omitempty"`
	Why     string `json:"why"`
	By      string `json:"by"` // role and pseudonym
}

// An Exported is the body of a bundle that left the house.
type Exported struct {
	Bundle  string `json:"bundle"` // SHA-256 of its manifest
	Scope   string `json:"scope"`
	Profile string `json:"profile"`
	For     string `json:"for,omitempty"`
}

// A Measured is the body of what was changed about hosts, networks, addresses or
// relays: who is turned away, limited or let in.
type Measured struct {
	What    string    `json:"what"`
	Changes []Changed `json:"changes"`
	By      string    `json:"by"` // role and pseudonym, or the list that others keep
}

// A Lots is the body of a prevalence record: how posts are drawn by lot of which
// moderators say blind whether they are in breach. Commit is SHA-256 of the key of
// the next draw. Of each post the lot is SHA-256(HMAC(key, checkpoint's root) || its
// id as eight bytes); those with the lowest are drawn. The key of a draw is told
// by the next one.
type Lots struct {
	Commit   string `json:"commit"`
	Root     string `json:"root,omitempty"`  // of the last checkpoint
	Size     int64  `json:"size,omitempty"`  // of that checkpoint
	Since    string `json:"since,omitempty"` // public posts of people of the house, from then
	Until    string `json:"until,omitempty"` // to then
	Posts    int    `json:"posts,omitempty"` // so many
	Of       string `json:"of,omitempty"`    // SHA-256 of their ids, in order
	Drawn    int    `json:"drawn,omitempty"`
	Key      string `json:"key,omitempty"` // of the draw before
	Sampling string `json:"sampling"`      // the version of all that
}

// A Sampled is the body of a post that was drawn, and of what it was found to be.
type Sampled struct {
	Post    string `json:"post"`
	Case    string `json:"case,omitempty"`
	Outcome string `json:"outcome"`
}

// A Quality is the body of how right guesses are, on decisions that were not learned
// from: of what is put first how much was a breach, and how much of the breaches was
// put first, in thousandths.
type Quality struct {
	Month     string `json:"month"`
	Algorithm string `json:"algorithm"`
	Learned   int    `json:"learned"`
	Tried     int    `json:"tried"`
	Precision int    `json:"precision"`
	Recall    int    `json:"recall"`
	On        bool   `json:"on"` // whether it sorts cases
}

// A Changed is how something was and is; nothing for what was not there, or is no
// more. Networks and addresses are under an alias.
type Changed struct {
	Target string `json:"target"`
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
}

// A Proposed is the body of a grave decision that waits for somebody else to
// agree, and of what became of that: made, replaced, agreed, refused or lapsed.
type Proposed struct {
	Case    string `json:"case"`
	Subject string `json:"subject"`
	Action  string `json:"action"`
	Outcome string `json:"outcome"`
	By      string `json:"by"`               // who proposed it
	Second  string `json:"second,omitempty"` // who agreed, or ended it
	Instead string `json:"instead,omitempty"`
}
