package timelines

import "github.com/plaza-social/plaza/internal/social"

// What home.go chose.
const (
	FeedLength = feedLength
	RingLength = ringLength
	MaxFeeds   = maxFeeds
)

// Feeds is how many readers have a feed, once each of who asked for one.
func (s *Service) Feeds(who ...social.AccountID) int {
	for _, id := range who {
		s.feeds.of(id)
	}
	return len(s.feeds.m)
}
