package web

import "strings"

func (s *Site) aboutRoutes(r *router) {
	r.Do("GET /about", anyone, s.about)
	r.Do("GET /terms", anyone, s.terms)
	r.Do("GET /privacy", anyone, func(q *ask) error { return q.show("Privacy", privacyPage(q.page)) })
}

func (s *Site) about(q *ask) error {
	n, err := s.Instance.Counts(q.Context())
	if err != nil {
		return err
	}
	q.page.Tab = "about"
	q.page.Head.Description = q.page.House.Description
	return q.show("About", aboutPage(q.page, n))
}

// terms is the terms of service in force, or none.
func (s *Site) terms(q *ask) error {
	t, _, err := s.Instance.TermsOn("")
	if err != nil {
		return err
	}
	return q.show("Terms of service", termsPage(q.page, t))
}

// browserOf is what an agent calls itself, in two words people know.
func (f *frame) browserOf(agent string) string {
	browser, system := f.say("A browser"), ""
	for _, b := range []struct{ sign, name string }{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"SamsungBrowser", "Samsung Internet"},
		{"Chrome", "Chrome"}, {"CriOS", "Chrome"}, {"Safari", "Safari"}, {"curl", "curl"},
	} {
		if strings.Contains(agent, b.sign) {
			browser = b.name
			break
		}
	}
	for _, o := range []struct{ sign, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS", "Mac"}, {"CrOS", "Chromebook"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, o.sign) {
			system = o.name
			break
		}
	}
	if system == "" {
		return browser
	}
	return f.say("%s on %s", browser, system)
}

// sourceURL is where the program's source is: its licence has us offer it to
// everybody who uses it over the network.
const sourceURL = "https://github.com/plaza-social/plaza"
