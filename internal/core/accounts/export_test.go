package accounts

// What TestDeleteAccountGoesOn stops between.
var (
	Posts = posts
	Likes = likes
)
