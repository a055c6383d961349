package audit

import (
	"context"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// console is what the log calls who sits at the command line of the machine.
const console = "console"

// names knows who is meant by the pseudonyms of the log: those of today's staff, for
// the quarters of a year that are asked for.
type names struct {
	staff []social.AccountID
	known map[string]map[string]social.AccountID // by the quarter and the pseudonym
}

func newNames(ctx context.Context, v *store.View) (*names, error) {
	staff, err := v.Staff(ctx)
	return &names{staff, map[string]map[string]social.AccountID{}}, err
}

// who is called so at a moment; zero for the console and for who is unknown.
func (n *names) who(ctx context.Context, v *store.View, alias string, at time.Time) (social.AccountID, error) {
	words := strings.Fields(alias)
	if len(words) == 0 || alias == console {
		return 0, nil
	}
	quarter := at.UTC().Format("2006 ") + string(rune('0'+(int(at.UTC().Month())-1)/3))
	if n.known[quarter] == nil {
		n.known[quarter] = map[string]social.AccountID{}
		for _, who := range n.staff {
			name, err := v.Pseudonym(ctx, who, at)
			if err != nil {
				return 0, err
			}
			n.known[quarter][name] = who
		}
	}
	return n.known[quarter][words[len(words)-1]], nil
}

// aliasLetters is how long a pseudonym is: see store.Alias.
const aliasLetters = 16

// staffed reports whether the log calls somebody of the staff so: the console, or a
// pseudonym behind a role or alone. Machines, juries and lists have other names.
func staffed(alias string) bool {
	words := strings.Fields(alias)
	switch {
	case alias == console:
		return true
	case len(words) == 2:
		return social.Role(words[0]).AtLeast(social.Moderator) && len(words[1]) == aliasLetters
	}
	return len(words) == 1 && len(words[0]) == aliasLetters
}
