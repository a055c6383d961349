package social

import "github.com/plaza-social/plaza/internal/base/errs"

// A Charge is what a case is about, as far as a jury goes.
type Charge struct {
	Harms    []Harm    `json:"harms"`    // of all that was reported
	Channels []Channel `json:"channels"` // by which it was
	Law      bool      `json:"law,omitempty"`
	Private  bool      `json:"private,omitempty"` // not everybody could see it
	Graphic  bool      `json:"graphic,omitempty"` // it shows what not everybody wants to see
}

// A juryRule says of a harm or channel whether a jury may see it.
type juryRule struct {
	may bool
	why string
}

// juryHarms holds every harm. What is not in it no jury sees.
var juryHarms = map[Harm]juryRule{
	HarmSpam:       {true, "what is unwanted is a matter of custom"},
	HarmHarassment: {true, "what goes too far among people is for people to say"},
	HarmHate:       {true, "as far as it is about our rules; what breaks a law is reported as that"},
	HarmRules:      {true, "they are the members' own"},
	HarmOther:      {true, "nothing says that it is worse"},

	HarmScam:     {false, "it is a crime, and nobody can tell without following the links"},
	HarmViolence: {false, "threats cannot wait, and gore and terror are nobody's to look at"},
	HarmSelfHarm: {false, "somebody may be in danger now"},
	HarmSexual:   {false, "what is shown without consent looks like what is not"},
	HarmMinors:   {false, "it is a crime to look at it"},
	HarmPrivacy:  {false, "every juror would read what should be read by nobody"},
	HarmRights:   {false, "the law says how it is answered"},
	HarmIllegal:  {false, "the law says what it is, not a vote"},
}

// juryChannels holds every channel by which reports come.
var juryChannels = map[Channel]juryRule{
	ChannelApp:      {true, ""},
	ChannelWeb:      {true, ""},
	ChannelStranger: {true, "who claims a breach of law says so"},
	ChannelFlag:     {true, ""},
	ChannelRule:     {true, "a machine that asks people"},

	ChannelHost: {false, "hosts want an answer in time, and orders are followed or fought, not voted on"},
}

// JuryHarms are those that a juror can be asked about, and so refuse.
var JuryHarms = []Harm{HarmSpam, HarmHarassment, HarmHate, HarmRules, HarmOther}

// MayJury reports why no jury may see m, or nil. Everything about m must allow it.
func (m Charge) MayJury() error {
	if m.Law || m.Private || len(m.Harms) == 0 || len(m.Channels) == 0 {
		return errNoJury
	}
	for _, c := range m.Harms {
		if !juryHarms[c].may {
			return errNoJury
		}
	}
	for _, c := range m.Channels {
		if !juryChannels[c].may {
			return errNoJury
		}
	}
	return nil
}

var errNoJury = errs.New(errs.Forbidden, "This case is not for a jury: the staff decides it.")
