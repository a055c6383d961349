package evidence

// A Noticed is the body of a notice of a host, of an order of an authority, and
// of what a stranger or a holder of rights told. What it said is committed to by
// its hash.
type Noticed struct {
	Matter     string   `json:"matter"`
	Class      string   `json:"class"`
	Channel    string   `json:"channel"`
	Sender     string   `json:"sender"` // the host of their address
	Ref        string   `json:"ref,omitempty"`
	Category   string   `json:"category"`
	Law        string   `json:"law,omitempty"`
	Objects    []string `json:"objects,omitempty"`
	Raw        string   `json:"raw,omitempty"` // SHA-256 of what came
	Statement  string   `json:"statement"`     // SHA-256 of what it says
	GoodFaith  bool     `json:"good_faith,omitempty"`
	ReceivedAt string   `json:"received_at"` // as it says; the leaf has when we took it
	Due        string   `json:"deadline_at"`
}

// A Replied is the body of an answer to one, or of another end that it took.
type Replied struct {
	Matter  string   `json:"matter"`
	Status  string   `json:"status"`
	By      string   `json:"by"` // role and pseudonym
	Objects []string `json:"objects,omitempty"`
	Done    []string `json:"done,omitempty"`   // of each of them
	Answer  string   `json:"answer,omitempty"` // SHA-256 of the text
	Bundle  string   `json:"bundle,omitempty"` // SHA-256 of the evidence that went with it
	Due     string   `json:"deadline_at"`      // until when it was, or is, to be answered
	InTime  bool     `json:"in_time"`
}
