package mastoapi

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/screen"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/admin/email_domain_blocks/
// https://docs.joinmastodon.org/methods/admin/ip_blocks/
// https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/
func (a *API) screenRoutes() {
	read, write := staff(Admin, "admin:read:email_domain_blocks"), staff(Admin, "admin:write:email_domain_blocks")
	a.do("GET /api/v1/admin/email_domain_blocks", read, a.mailBlocks)
	a.do("GET /api/v1/admin/email_domain_blocks/{id}", read, a.mailBlockByID)
	a.do("POST /api/v1/admin/email_domain_blocks", write, a.addMailBlock)
	a.do("DELETE /api/v1/admin/email_domain_blocks/{id}", write, a.endMailBlock)
	read, write = staff(Admin, "admin:read:ip_blocks"), staff(Admin, "admin:write:ip_blocks")
	a.do("GET /api/v1/admin/ip_blocks", read, a.ipBlocks)
	a.do("GET /api/v1/admin/ip_blocks/{id}", read, a.ipBlockByID)
	a.do("POST /api/v1/admin/ip_blocks", write, a.addIPBlock)
	a.do("PUT /api/v1/admin/ip_blocks/{id}", write, a.changeIPBlock)
	a.do("DELETE /api/v1/admin/ip_blocks/{id}", write, a.endIPBlock)
	read, write = staff(Admin, "admin:read:canonical_email_blocks"), staff(Admin, "admin:write:canonical_email_blocks")
	a.do("GET /api/v1/admin/canonical_email_blocks", read, a.printBlocks)
	a.do("GET /api/v1/admin/canonical_email_blocks/{id}", read, a.printBlockByID)
	a.do("POST /api/v1/admin/canonical_email_blocks/test", read, a.testPrint)
	a.do("POST /api/v1/admin/canonical_email_blocks", write, a.addPrintBlock)
	a.do("DELETE /api/v1/admin/canonical_email_blocks/{id}", write, a.endPrintBlock)
}

// https://docs.joinmastodon.org/entities/Admin_EmailDomainBlock/
type mailBlock struct {
	ID                string   `json:"id"`
	Domain            string   `json:"domain"`
	CreatedAt         string   `json:"created_at"`
	History           []tagDay `json:"history"` // of the same form
	AllowWithApproval bool     `json:"allow_with_approval"`
}

func mailBlockJSON(b social.MailBlock) mailBlock {
	return mailBlock{num(b.ID), b.Host, stamp(b.CreatedAt), each(b.Days, func(d social.MailTries) tagDay {
		return tagDay{strconv.FormatInt(d.Day.Unix(), 10), strconv.Itoa(d.Uses), strconv.Itoa(d.People)}
	}), b.Approval}
}

// screenID is the id in the path, of something that is turned away.
func (q *request) screenID() social.ScreenID { return social.ScreenID(q.pathID()) }

func (a *API) mailBlocks(q *request) (any, error) {
	all, err := a.Screen.Mails(q.Context(), q.By, q.page(staffPage, maxStaffPage))
	link(q, all)
	return each(all.Items, mailBlockJSON), err
}

func (a *API) mailBlockByID(q *request) (any, error) {
	b, err := a.Screen.Mail(q.Context(), q.By, q.screenID())
	return answerOf(b, err, mailBlockJSON)
}

func (a *API) addMailBlock(q *request) (any, error) {
	b, err := a.Screen.AddMail(q.Context(), q.By, q.str("domain"), q.strs("other_domains"), q.flag("allow_with_approval", false))
	return answerOf(b, err, mailBlockJSON)
}

func (a *API) endMailBlock(q *request) (any, error) {
	return nothing{}, a.Screen.EndMail(q.Context(), q.By, q.screenID())
}

// https://docs.joinmastodon.org/entities/Admin_IpBlock/
type ipBlock struct {
	ID        string  `json:"id"`
	IP        string  `json:"ip"`
	Severity  string  `json:"severity"`
	Comment   string  `json:"comment"`
	CreatedAt string  `json:"created_at"`
	ExpiresAt *string `json:"expires_at"`
}

func ipBlockJSON(b social.IPBlock) ipBlock {
	return ipBlock{num(b.ID), b.Net.String(), string(b.Severity), b.Comment, stamp(b.CreatedAt), stampOrNil(b.ExpiresAt)}
}

func (a *API) ipBlocks(q *request) (any, error) {
	all, err := a.Screen.Nets(q.Context(), q.By, q.page(staffPage, maxStaffPage))
	link(q, all)
	return each(all.Items, ipBlockJSON), err
}

func (a *API) ipBlockByID(q *request) (any, error) {
	b, err := a.Screen.Net(q.Context(), q.By, q.screenID())
	return answerOf(b, err, ipBlockJSON)
}

var errLasts = errs.New(errs.Invalid, "Validation failed: How long a block lasts is a number of seconds, or nothing for good.")

// netWish reads what is wanted of a block of a network.
func (q *request) netWish() (w screen.NetWish, err error) {
	w.Net, w.Comment = q.opt("ip"), q.opt("comment")
	if s := q.str("severity"); s != "" {
		severity := social.IPSeverity(s)
		w.Severity = &severity
	}
	if q.has("expires_in") {
		lasts := time.Duration(0)
		if s := q.str("expires_in"); s != "" {
			n, err := strconv.ParseInt(s, 10, 32)
			if err != nil || n <= 0 {
				return w, errLasts
			}
			lasts = time.Duration(n) * time.Second
		}
		w.Lasts = &lasts
	}
	return w, nil
}

// from is where the call comes from, or no address.
func (q *request) from() netip.Addr {
	at, _ := netip.ParseAddr(q.clientAddr())
	return at.Unmap()
}

func (a *API) addIPBlock(q *request) (any, error) {
	w, err := q.netWish()
	if err != nil {
		return nil, err
	}
	b, err := a.Screen.AddNet(q.Context(), q.By, q.from(), w)
	return answerOf(b, err, ipBlockJSON)
}

func (a *API) changeIPBlock(q *request) (any, error) {
	w, err := q.netWish()
	if err != nil {
		return nil, err
	}
	b, err := a.Screen.ChangeNet(q.Context(), q.By, q.from(), q.screenID(), w)
	return answerOf(b, err, ipBlockJSON)
}

func (a *API) endIPBlock(q *request) (any, error) {
	return nothing{}, a.Screen.EndNet(q.Context(), q.By, q.screenID())
}

// https://docs.joinmastodon.org/entities/Admin_CanonicalEmailBlock/
type printBlock struct {
	ID   string `json:"id"`
	Hash string `json:"canonical_email_hash"`
}

func printBlockJSON(b social.PrintBlock) printBlock { return printBlock{num(b.ID), b.Print} }

func (a *API) printBlocks(q *request) (any, error) {
	all, err := a.Screen.Prints(q.Context(), q.By, q.page(staffPage, maxStaffPage))
	link(q, all)
	return each(all.Items, printBlockJSON), err
}

func (a *API) printBlockByID(q *request) (any, error) {
	b, err := a.Screen.Print(q.Context(), q.By, q.screenID())
	return answerOf(b, err, printBlockJSON)
}

// testPrint is the blocks that stand against an address: one, or none.
func (a *API) testPrint(q *request) (any, error) {
	if q.str("email") == "" {
		return nil, errs.New(errs.Invalid, "Validation failed: Give an e-mail address.")
	}
	b, err := a.Screen.PrintOf(q.Context(), q.By, q.str("email"))
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return []printBlock{}, nil
	}
	return answerOf(b, err, func(b social.PrintBlock) []printBlock { return []printBlock{printBlockJSON(b)} })
}

func (a *API) addPrintBlock(q *request) (any, error) {
	print := q.str("canonical_email_hash")
	if email := q.str("email"); email != "" {
		print = social.MailPrint(email)
	}
	b, err := a.Screen.AddPrint(q.Context(), q.By, print)
	return answerOf(b, err, printBlockJSON)
}

func (a *API) endPrintBlock(q *request) (any, error) {
	return nothing{}, a.Screen.EndPrint(q.Context(), q.By, q.screenID())
}
