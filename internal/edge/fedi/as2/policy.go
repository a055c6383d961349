package as2

// A Policy says who may do what with a post, or with an actor, as GoToSocial
// and Mastodon publish it (FEP-044f). A rule that nobody published is nil,
// which is not the same as one that lets nobody.
type Policy struct {
	CanLike, CanReply, CanAnnounce, CanQuote, CanFeature *Rule
}

// A Rule is who may do something: actors, collections, or Public.
type Rule struct {
	Automatic []string // without asking
	Manual    []string // if the author agrees
}

// policy reads either generation's names of a rule's halves.
func (r *reader) policy(v value) Policy {
	v = first(v, "interactionPolicy")
	return Policy{r.rule(v, "canLike"), r.rule(v, "canReply"), r.rule(v, "canAnnounce"), r.rule(v, "canQuote"), r.rule(v, "canFeature")}
}

func (r *reader) rule(v value, name string) *Rule {
	v = first(v, name)
	if v.kind != '{' {
		return nil
	}
	rule := Rule{r.audience(v, "automaticApproval"), r.audience(v, "manualApproval")}
	if rule.Automatic == nil && rule.Manual == nil {
		rule = Rule{r.audience(v, "always"), r.audience(v, "approvalRequired")}
	}
	return &rule
}

// A PolicyDocument is the policy of something of ours.
type PolicyDocument struct {
	CanLike     *RuleDocument `json:"canLike,omitzero"`
	CanReply    *RuleDocument `json:"canReply,omitzero"`
	CanAnnounce *RuleDocument `json:"canAnnounce,omitzero"`
	CanQuote    *RuleDocument `json:"canQuote,omitzero"`
	CanFeature  *RuleDocument `json:"canFeature,omitzero"`
}

// A RuleDocument is a rule of ours. Both halves are always told.
type RuleDocument struct {
	AutomaticApproval []string `json:"automaticApproval"`
	ManualApproval    []string `json:"manualApproval"`
}

// An Authorization is the stamp by which an author agrees that something of
// theirs was used: Object is what uses it, Target what is used.
type Authorization struct {
	ID, Type       string
	By             string
	Object, Target string
}

// Authorization is d as such a stamp.
func (d Doc) Authorization() (Authorization, error) {
	if err := d.want(AnAuthorization, "an authorization"); err != nil {
		return Authorization{}, err
	}
	r := d.read()
	a := Authorization{r.id(d.v, "id"), d.Type(), r.id(d.v, "attributedTo"), r.id(d.v, "interactingObject"), r.id(d.v, "interactionTarget")}
	if a.ID == "" || a.By == "" || a.Object == "" || a.Target == "" {
		r.refuse("An authorization says who agrees to what being used where.")
	}
	return a, r.err
}

// An AuthorizationDocument is a stamp of ours. Its type is QuoteAuthorization or
// ReplyAuthorization.
type AuthorizationDocument struct {
	Context           Context `json:"@context,omitzero"`
	ID                string  `json:"id"`
	Type              string  `json:"type"`
	AttributedTo      string  `json:"attributedTo"`
	InteractingObject string  `json:"interactingObject"`
	InteractionTarget string  `json:"interactionTarget"`
}
