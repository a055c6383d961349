package mastoapi

// emptyRoutes are lists of what nobody can make here yet, and so are truly
// empty. Apps ask for them when they start, and some stop at an error.
func (a *API) emptyRoutes() {
	none := func(*request) (any, error) { return []struct{}{}, nil }
	a.do("GET /api/v1/custom_emojis", anyone(""), none)
	a.do("GET /api/v1/trends/links", anyone(""), none) // no page elsewhere is looked at yet
}
