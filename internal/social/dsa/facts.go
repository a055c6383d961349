package dsa

import (
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// facts tells in sentences of our own how d came about. There is nothing in it
// that does not stand in the other fields, because nothing else may be in it.
func facts(d Decision) string {
	says := []string{came[d.Origin], looked[d.Decider], did[d.Done]}
	if d.Machine && d.Origin != Own {
		says[0] += " A machine had pointed to it, too."
	}
	if d.Machine && d.Origin == Own {
		says[0] = "A machine that looks for what breaks the rules or the law came upon it."
	}
	switch end := date(d.Until); {
	case lasting(d.Done):
		says = append(says, "This is for good.")
	case end != "":
		says = append(says, "This ends on "+end+".")
	default:
		says = append(says, "No end was set.")
	}
	return strings.Join(append(says, "Whom it is about was told why, and how to have it looked at again by somebody else."), " ")
}

// lasting reports whether d cannot be taken back.
func lasting(d Done) bool { return d == Delete || d == Terminate }

var came = map[Origin]string{
	Notice:  "Somebody gave notice of it as illegal.",
	Trusted: "A trusted flagger gave notice of it.",
	Told:    "It was reported.",
	Own:     "The staff of the house came upon it.",
}

var looked = map[social.Decider]string{
	social.ByPerson:  "Somebody of the staff of the house looked at it and decided.",
	social.ByJury:    "Members of the house who were drawn by lot looked at it without being shown whose it is, and most of them decided so.",
	social.ByMachine: "A rule that the staff of the house had written and tried out decided, and nobody looked at it before.",
}

var did = map[Done]string{
	Label:     "A note was put beside it.",
	Sensitive: "It was put behind a warning.",
	Limit:     "It stays where it is, but nobody is led to it any more who does not look for it.",
	Hide:      "Nobody can reach it any more.",
	Delete:    "It was deleted.",
	Freeze:    "The account can read, and do nothing else.",
	Disable:   "Nobody can sign in to the account.",
	Suspend:   "The account, and all that is in it, cannot be reached.",
	Terminate: "The account, and all that was in it, was deleted.",
}
