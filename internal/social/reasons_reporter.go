package social

import "fmt"

// outcomes is what each decision means for who reported something.
var outcomes = map[Action]string{
	Warn:       "Whose it is was warned.",
	Veil:       "What they post stands behind a warning now.",
	Limit:      "The account is limited: only those who follow it come across what it posts.",
	Disable:    "The account was closed to whoever had it.",
	Suspend:    "The account was suspended: nobody can see it or what it posted.",
	LabelPost:  "The post stands behind a warning now.",
	LimitPost:  "The post is limited: only those who follow its author come across it.",
	HidePost:   "The post was hidden: nobody sees it.",
	DeletePost: "The post was deleted.",
}

// Answer is why c ended, for who reported it: by d, where the rule that it names
// says what rule says. A d without an ID means that there was nothing left to do.
func (c Case) Answer(d Decision, rule string) Statement {
	if c.Outcome == Gone {
		return Statement{What: "The account that it was about was deleted before anybody decided, and what it posted with it. So there is nothing left to decide about."}
	}
	said, acted := outcomes[c.Outcome]
	if d.ID != 0 {
		return d.Answer(rule)
	}
	if d.At = c.ClosedAt; !acted {
		return d.Answer(rule)
	}
	s := Statement{What: "There was nothing left to do, as this was so already. " + said, Redress: d.Answer(rule).Redress}
	if c.Outcome.OfPost() {
		s.What = "There was nothing left to do: the post was deleted by whose it is, or this was so already. " + said
	}
	return s
}

// Answer is Statement for who reported what d is about. What was found about
// somebody is told to them and not to others.
func (d Decision) Answer(rule string) Statement {
	s := d.Statement(rule)
	s.Facts = ""
	said, acted := outcomes[d.Action]
	if !acted {
		s = Statement{What: "It was looked at, and breaks neither the rules of this house nor, as far as we can see, the law. Nothing was done.", Found: "A person decided, without a machine."}
		if d.Decider == ByJury {
			s.Found = "A jury of people who live here decided, without a machine."
		}
		said = s.What
	}
	s.What = said
	s.Redress = fmt.Sprintf("If you think this is wrong, you can ask until %s that it is looked at again, at no cost, where you see how your report stands. "+
		"You can also turn to a body for the settlement of disputes out of court that is certified where you live (in the European Union: Article 21 of the Digital Services Act), or to a court.",
		d.At.Add(AppealWithin).UTC().Format(reasonsDate))
	return s
}
