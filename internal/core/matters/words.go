package matters

import (
	"fmt"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// Draft is the answer to f as it is put before the staff: what is true of every
// matter of its class, and how each thing it names stands now.
func Draft(f File, house string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Your notice%s of %s was looked at by the people who look after %s.\n", called(f.Ref), f.Span.From.Format("2 January 2006, 15:04 MST"), house)
	if len(f.Objects) > 0 {
		b.WriteString("\nWhat was done:\n")
	}
	for _, o := range f.Objects {
		fmt.Fprintf(&b, "\n%s\n  %s\n", o.Address, o.Stands)
	}
	b.WriteString("\n" + closing(f.Class) + "\n")
	return b.String()
}

func called(ref string) string {
	if ref == "" {
		return ""
	}
	return " " + ref
}

// closing is what a class asks to be said.
func closing(c social.Class) string {
	switch c {
	case social.ClassHost:
		return "Every step of this is in a log that can be checked. Should you need more, answer to this message and name what it is about."
	case social.ClassNotice:
		return "A person decided this. Do you think it is wrong? Answer to this message, and somebody else looks at it. You can also go to a body for out-of-court settlement (Article 21 of the Digital Services Act), or to a court."
	case social.ClassIntimate:
		return "We also looked for copies of the same images that we know of, and treated them alike."
	case social.ClassRights:
		return "Whoever posted it was told of your notice. Should they send a counter-notice, you will get it from us."
	case social.ClassCounter:
		return "Your counter-notice was passed on to whom it answers. Unless they tell us that they went to court, what was taken down is put back after ten and before the end of fourteen working days."
	case social.ClassOrder, social.ClassTerror:
		return "This is what was done to follow your order, and when. Whom it is about was told, unless the order says otherwise."
	case social.ClassBreach:
		return "What we do not know yet we tell you as soon as we do (Article 33(4) of the GDPR). Those whom it puts at a high risk are told by us, too."
	case social.ClassSubject:
		return "Should you think that this does not do justice to your request, you can turn to the authority for data protection where you live."
	}
	return "Should you need more, answer to this message and name what it is about."
}
