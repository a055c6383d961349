package mastoapi

// emptyRoutes are lists of what nobody can make here yet, and so are truly
// empty. Apps ask for them when they start, and some stop at an error.
func (a *API) emptyRoutes() {
	a.stub("GET /api/v1/trends/links", anyone(""), "no page elsewhere is looked at yet")
}
