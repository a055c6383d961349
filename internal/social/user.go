package social

import (
	"fmt"
	"time"
)

// A User is what we know of one of our own accounts only.
type User struct {
	Account   AccountID
	Email     string
	Password  string // its hash; empty if it cannot sign in with one
	Role      Role
	Confirmed bool // the address was shown to be theirs
	Approved  bool
	Disabled  bool   // nobody can sign in
	Reason    string // why they want to join
	Locale    string
	Invite    InviteID
	Prefs     Prefs
	CreatedAt time.Time
	LeavesAt  time.Time // when their account is deleted, as they asked; zero if they did not
}

// LeaveGrace is how long somebody who asked to be deleted can take it back.
const LeaveGrace = 14 * 24 * time.Hour

// On is what u may do, on an account whose own standing is given.
func (u User) On(own Standing) Standing {
	switch {
	case own == Suspended && !u.LeavesAt.IsZero() && !u.Disabled:
		return Leaving
	case own == Suspended:
		return own
	case u.Disabled:
		return Disabled
	case !(u.Confirmed && u.Approved):
		return Pending
	}
	return own
}

// Prefs are a person's defaults.
type Prefs struct {
	Visibility Visibility `json:"visibility,omitempty"` // empty means public
	Sensitive  bool       `json:"sensitive,omitempty"`
	Language   string     `json:"language,omitempty"`
	// Quotes says who may quote their posts; empty for what is usual.
	Quotes QuotePolicy `json:"quotes,omitempty"`
	// Replies says who may reply to their posts; empty for everybody.
	Replies ReplyPolicy `json:"replies,omitempty"`
	Look    Look        `json:"look,omitzero"`
	Zone    string      `json:"zone,omitempty"` // where they are, such as Europe/Berlin; empty for UTC
	// Hold has what they post here wait for a moment, so that it can be taken back.
	Hold bool `json:"hold,omitempty"`
	// Alt says what becomes of pictures without a description.
	Alt AltText `json:"alt,omitempty"`
	// Order is in which they read the replies to a post; empty for the oldest first.
	Order ReplyOrder `json:"reply_order,omitempty"`
	// ShowRole has everybody see that they look after the house, if they do.
	ShowRole bool `json:"show_role,omitempty"`
	// NoViews has nobody count how often their posts are viewed, nor what they read.
	NoViews bool `json:"no_views,omitempty"`
}

// AltText says what becomes of a post with a picture that is not described.
type AltText string

// The ways.
const (
	AltAsked    AltText = ""         // its author is reminded once
	AltRequired AltText = "required" // it is not taken
	AltFree     AltText = "free"     // it is taken
)

// A Session is a browser somebody is signed in with.
type Session struct {
	ID        SessionID
	Account   AccountID
	Agent     string // what the browser calls itself
	CreatedAt time.Time
	UsedAt    time.Time
}

// An App is a program that acts for people, registered as
// https://docs.joinmastodon.org/entities/Application/ has it.
type App struct {
	ID         AppID
	ClientID   string
	SecretHash string
	Name       string
	Website    string
	Redirects  []string
	Scopes     Scopes
	CreatedAt  time.Time
}

// A Token lets an app act, for itself or for somebody.
type Token struct {
	ID        TokenID
	App       AppID
	Account   AccountID // zero if for itself
	Scopes    Scopes
	CreatedAt time.Time
	UsedAt    time.Time
	AppName   string // where tokens are listed
}

// A Code is what an app exchanges for a token, once.
// https://www.rfc-editor.org/rfc/rfc6749#section-4.1
type Code struct {
	App       AppID
	Account   AccountID
	Redirect  string
	Scopes    Scopes
	Challenge string // PKCE, S256; empty if the app sent none
	Used      bool
	CreatedAt time.Time
}

// An Invite lets people in.
type Invite struct {
	ID        InviteID
	Code      string
	Owner     AccountID
	MaxUses   int // zero for any number
	Uses      int
	ExpiresAt time.Time // zero for never
	CreatedAt time.Time
}

// SignUps says who may join.
type SignUps string

// The ways to join.
const (
	SignUpOpen     SignUps = "open"
	SignUpApproval SignUps = "approval"
	SignUpInvite   SignUps = "invite"
	SignUpClosed   SignUps = "closed"
)

// Settings are what the owner decides while Plaza runs.
type Settings struct {
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Contact     string  `json:"contact"` // an e-mail address
	SignUps     SignUps `json:"sign_ups"`
	Rules       []Rule  `json:"rules"`
	About       Text    `json:"about,omitzero"`   // the longer description
	Privacy     Text    `json:"privacy,omitzero"` // instead of the page we bring
	Terms       []Text  `json:"terms,omitempty"`  // of service, the one in force last
	// LimitedFederation has only hosts that were let in come.
	LimitedFederation bool `json:"limited_federation,omitempty"`
	// ReviewTrends has nothing be a trend before somebody has looked at it.
	ReviewTrends bool `json:"review_trends,omitempty"`
	// Downvotes has people here vote against replies, and shows such votes. What
	// comes from elsewhere is counted also without.
	Downvotes bool `json:"downvotes,omitempty"`
	// DownDays is how many days somebody has been here before they vote against
	// replies, and before others vote against theirs.
	DownDays int `json:"down_days"`
	// ReplyAppeals has whose reply was hidden by the author of a thread ask the moderators.
	ReplyAppeals bool `json:"reply_appeals,omitempty"`
	// NoViews has nobody count how often posts are viewed.
	NoViews bool `json:"no_views,omitempty"`
	// SecondEyes has grave decisions about cases wait until somebody else agrees.
	SecondEyes bool `json:"second_eyes,omitempty"`
	// Juries has members who want to be drawn by lot to judge cases.
	Juries bool `json:"juries,omitempty"`
	// Sample is how many public posts of people of the house are drawn by lot each
	// week, and judged blind: by that it is known how many are in breach.
	Sample int `json:"sample,omitempty"`
	// Work has browsers work for a moment before somebody joins; who comes without
	// is let in after a look.
	Work bool `json:"sign_up_work,omitempty"`
	// NoGuard leaves the door open also when a wave of sign-ups comes, or nobody
	// of the staff was seen for long.
	NoGuard bool `json:"no_guard,omitempty"`
	// NoProbation lets people say everything as soon as they have joined.
	NoProbation bool `json:"no_probation,omitempty"`
	// Factors says who must have a second factor.
	Factors FactorRule `json:"factors,omitempty"`
	// Accent is the colour of the house, one of Accents.
	Accent string `json:"accent,omitempty"`
	// AltRequired takes no pictures without a description.
	AltRequired bool `json:"alt_required,omitempty"`
	// Templates are what people are told of decisions, ready to be used.
	Templates []Template `json:"templates,omitempty"`
}

// DownWait is DownDays as a duration.
func (s Settings) DownWait() time.Duration { return time.Duration(s.DownDays) * 24 * time.Hour }

// A Text is something the owner has written, and since when it says that.
type Text struct {
	Body  string    `json:"body"`
	Since time.Time `json:"since,omitzero"`
}

// Say is t with another body, from now on; the same body changes nothing.
func (t Text) Say(body string, now time.Time) Text {
	if body == t.Body {
		return t
	}
	return Text{Body: body, Since: now}
}

// A Rule is one of the house.
type Rule struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Hint string `json:"hint"`
}

// GeneralRule is what a decision rests on that names no rule and no law: that of
// an app or the command line, which cannot, or of a house without rules. It stands
// on no list, and has a version like the others once it is used.
var GeneralRule = Rule{ID: "house", Text: "The rules of this house"}

// A RuleVersion is a rule as it stood from a moment on: each change is a new one.
type RuleVersion struct {
	Rule
	Version  int
	Ended    bool // it was taken off the list
	Evidence EvidenceID
}

// Name is how decisions cite r.
func (r RuleVersion) Name() string { return fmt.Sprintf("%s@%d", r.ID, r.Version) }

// DefaultSettings are those of a house nobody has furnished yet.
var DefaultSettings = Settings{Title: "Plaza", SignUps: SignUpOpen, DownDays: 7,
	Description: "A place to talk that no company can switch off."}
