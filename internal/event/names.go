package event

import "github.com/plaza-social/plaza/internal/social"

// HousePrepared: the house answers under another name too, to go there when it
// has to. It says nothing under it yet.
type HousePrepared struct {
	Next string `json:"next"`
}

// Kind implements Fact.
func (HousePrepared) Kind() string { return "house.prepared" }

// HouseMoved: the house is called otherwise from now on.
type HouseMoved struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Kind implements Fact.
func (HouseMoved) Kind() string { return "house.moved" }

// HomeMoved: one of ours has moved along with the house. It comes once for
// each, after HouseMoved.
type HomeMoved struct {
	Account social.AccountID `json:"account"`
	From    string           `json:"from"`
	To      string           `json:"to"`
	Handle  string           `json:"handle"` // what they are called now
}

// Kind implements Fact.
func (HomeMoved) Kind() string { return "account.house" }

var (
	_ = register[HousePrepared]()
	_ = register[HouseMoved]()
	_ = register[HomeMoved]()
)
