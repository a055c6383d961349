package event

import "github.com/plaza-social/plaza/internal/social"

// Announced: the house tells everybody something, or has changed it.
type Announced struct {
	Announcement social.AnnouncementID `json:"announcement"`
}

// Kind implements Fact.
func (Announced) Kind() string { return "announcement.made" }

// AnnouncementReacted: somebody chose an emoji under an announcement, or does
// not any more.
type AnnouncementReacted struct {
	Announcement social.AnnouncementID `json:"announcement"`
	Name         string                `json:"name"`
}

// Kind implements Fact.
func (AnnouncementReacted) Kind() string { return "announcement.reacted" }

// AnnouncementEnded: an announcement was taken back, or its time is over.
type AnnouncementEnded struct {
	Announcement social.AnnouncementID `json:"announcement"`
}

// Kind implements Fact.
func (AnnouncementEnded) Kind() string { return "announcement.ended" }

var (
	_ = register[Announced]()
	_ = register[AnnouncementReacted]()
	_ = register[AnnouncementEnded]()
)
