package social

import (
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Standing is what an account is still allowed to do here.
type Standing string

// The standings.
const (
	Good      Standing = "good"
	Pending   Standing = "pending" // the address is not confirmed, or the account not approved
	Suspended Standing = "suspended"
	Disabled  Standing = "disabled" // nobody can sign in; of an actor only, never of an account
	Leaving   Standing = "leaving"  // asked to be deleted, and can take it back; of an actor only: the account is suspended
)

// AccountKind says what stands behind an account.
type AccountKind string

// The kinds.
const (
	Person  AccountKind = "person"
	Bot     AccountKind = "bot"
	Group   AccountKind = "group"
	Service AccountKind = "service"
)

// A Field is a line of a profile: a name and a value, in plain text.
type Field struct {
	Name       string     `json:"name"`
	Value      string     `json:"value"`
	VerifiedAt *time.Time `json:"verified_at,omitempty"`
	Misses     int        `json:"misses,omitempty"` // how often in a row its page could not be had

	DomainAt     *time.Time `json:"domain_at,omitempty"` // since when its domain says that it is theirs
	DomainMisses int        `json:"domain_misses,omitempty"`
}

// An Account is somebody who posts, ours or a remote one.
type Account struct {
	ID          AccountID
	Username    string // as its owner writes it
	Host        string // empty for ours
	URI         string // a remote account's ActivityPub id
	Page        string // a remote account's page at home
	Kind        AccountKind
	DisplayName string
	Bio         string // plain text of ours, clean HTML of remote ones
	Fields      []Field
	Avatar      string // name in the blob store, or empty
	AvatarAlt   string
	Header      string
	HeaderAlt   string
	Locked      bool // follows are approved by hand
	Discoverable,
	Indexable bool
	HideFollows bool // who follows and is followed is not shown
	Wishes      Wishes
	Standing    Standing
	Limited     bool // nobody is offered what it posts who does not follow it
	Sensitive   bool // what its posts show is behind a warning
	CreatedAt   time.Time
	ChangedAt   time.Time // of the profile
	Posts,
	Followers,
	Following int
	LastPostAt time.Time // zero if there is none
	MovedTo    AccountID // where it went to live, or zero
	MovedAt    time.Time // when it last said so
	Aliases    []string  // ActivityPub ids of what else is the same person's
}

// Wishes are what an account wants of how others show it.
// https://docs.joinmastodon.org/entities/Profile/
type Wishes struct {
	HideFeatured     bool     `json:"hide_featured,omitempty"` // the tab of what it features
	HideMedia        bool     `json:"hide_media,omitempty"`    // the tab of what its posts show
	HideMediaReplies bool     `json:"hide_media_replies,omitempty"`
	Credits          []string `json:"credits,omitempty"` // sites that may name it as the author of a page
}

// MaxCredits is how many sites may name somebody as an author.
const MaxCredits = 10

var siteForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// Check reports why w cannot be taken, or nil.
func (w Wishes) Check() error {
	if len(w.Credits) > MaxCredits {
		return errs.Newf(errs.Invalid, "Validation failed: Name at most %d sites that may credit you.", MaxCredits)
	}
	for _, host := range w.Credits {
		if len(host) > 253 || !siteForm.MatchString(host) {
			return errs.New(errs.Invalid, "Validation failed: A site that may credit you is given by its name alone, such as example.org.")
		}
	}
	return nil
}

// Local reports whether the account lives here.
func (a Account) Local() bool { return a.Host == "" }

// MayPost reports why nothing can be posted with a, or nil: who lives elsewhere
// is heard there.
func (a Account) MayPost() error {
	if a.MovedTo != 0 && a.Local() {
		return errs.New(errs.Forbidden, "You have moved to another account. To post with this one again, say first that you have come back.")
	}
	return nil
}

// Acct is the account's address as seen from here: "ada", or "ada@elsewhere.example".
func (a Account) Acct() string {
	if a.Local() {
		return a.Username
	}
	return a.Username + "@" + a.Host
}

// Name is what to call the account: its display name, or its username.
func (a Account) Name() string {
	if n := strings.TrimSpace(a.DisplayName); n != "" {
		return n
	}
	return a.Username
}

// Limits of a profile, in characters.
const (
	MaxUsername    = 30
	MaxDisplayName = 30
	MaxBio         = 500
	MaxFields      = 4
	MaxFieldText   = 255
	MaxMediaAlt    = 1500
)

var usernameForm = regexp.MustCompile(`^[A-Za-z0-9_]+([A-Za-z0-9_.-]*[A-Za-z0-9_]+)?$`)

// reserved are names that would be mistaken for the house.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`about abuse account accounts actor admin administrator api auth contact explore help home
		hostmaster info instance inbox legal media mod moderator moderation notices notifications oauth official owner
		outbox plaza postmaster privacy public root search security settings signup staff status support sysadmin system
		tags terms user users webmaster well-known`) {
		m[n] = true
	}
	return m
}()

// UsernameKey is the form under which usernames are compared.
func UsernameKey(name string) string { return strings.ToLower(name) }

// CheckUsername reports why name cannot be a new local account's, or nil.
func CheckUsername(name string) error {
	switch {
	case name == "":
		return errs.New(errs.Invalid, "Choose a username.")
	case len(name) > MaxUsername:
		return errs.New(errs.Invalid, "A username has at most 30 characters.")
	case !usernameForm.MatchString(name) || strings.ContainsAny(name, ".-"):
		return errs.New(errs.Invalid, "A username has letters from a to z, digits and underscores only.")
	}
	return nil
}

// Reserved reports whether name is kept for the house, or looks like one that is.
// The command line may still give it to somebody.
func Reserved(name string) bool { return reserved[UsernameKey(name)] || reservedLooks()[LookKey(name)] }

var reservedLooks = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for name := range reserved {
		if key := LookKey(name); key != "" {
			m[key] = true
		}
	}
	return m
})

// A Profile is what people say about themselves. Nil leaves a part as it is.
type Profile struct {
	DisplayName, Bio       *string
	Fields                 *[]Field
	Avatar, Header         *string // names in the blob store; empty removes
	AvatarAlt, HeaderAlt   *string
	Locked, Bot            *bool
	Discoverable           *bool
	Indexable, HideFollows *bool
	HideFeatured, HideMedia,
	HideMediaReplies *bool
	Credits *[]string
}

// Check reports why p cannot be taken, or nil.
func (p Profile) Check() error {
	long := func(s *string, limit int) bool { return s != nil && utf8.RuneCountInString(*s) > limit }
	switch {
	case long(p.DisplayName, MaxDisplayName):
		return errs.New(errs.Invalid, "A display name has at most 30 characters.")
	case long(p.Bio, MaxBio):
		return errs.New(errs.Invalid, "The text about you has at most 500 characters.")
	case long(p.AvatarAlt, MaxMediaAlt) || long(p.HeaderAlt, MaxMediaAlt):
		return errs.New(errs.Invalid, "A picture's description has at most 1,500 characters.")
	case p.Fields != nil && len(*p.Fields) > MaxFields:
		return errs.New(errs.Invalid, "A profile has at most 4 fields.")
	}
	if p.Credits != nil {
		if err := (Wishes{Credits: *p.Credits}).Check(); err != nil {
			return err
		}
	}
	if p.Fields != nil {
		for _, f := range *p.Fields {
			if long(&f.Name, MaxFieldText) || long(&f.Value, MaxFieldText) {
				return errs.New(errs.Invalid, "A profile field has at most 255 characters.")
			}
		}
	}
	return nil
}

// Apply is a with p's parts in place.
func (p Profile) Apply(a Account, now time.Time) Account {
	set := func(to *string, from *string) {
		if from != nil {
			*to = *from
		}
	}
	setBool := func(to *bool, from *bool) {
		if from != nil {
			*to = *from
		}
	}
	set(&a.DisplayName, p.DisplayName)
	set(&a.Bio, p.Bio)
	set(&a.Avatar, p.Avatar)
	set(&a.Header, p.Header)
	set(&a.AvatarAlt, p.AvatarAlt)
	set(&a.HeaderAlt, p.HeaderAlt)
	setBool(&a.Locked, p.Locked)
	setBool(&a.Discoverable, p.Discoverable)
	setBool(&a.Indexable, p.Indexable)
	setBool(&a.HideFollows, p.HideFollows)
	setBool(&a.Wishes.HideFeatured, p.HideFeatured)
	setBool(&a.Wishes.HideMedia, p.HideMedia)
	setBool(&a.Wishes.HideMediaReplies, p.HideMediaReplies)
	if p.Credits != nil {
		a.Wishes.Credits = *p.Credits
	}
	if p.Bot != nil {
		a.Kind = Person
		if *p.Bot {
			a.Kind = Bot
		}
	}
	if p.Fields != nil {
		was := a.Fields
		a.Fields = nil
		for _, f := range *p.Fields {
			if f.Name != "" || f.Value != "" {
				a.Fields = append(a.Fields, f.proven(was))
			}
		}
	}
	a.ChangedAt = now
	return a
}
