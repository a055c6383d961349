package app

import "github.com/plaza-social/plaza/internal/core/automation"

// openAutomation makes what acts by itself. What that does about posts and
// accounts, moderation does.
func (a *App) openAutomation() {
	a.Automation = automation.New(a.Store, automation.Config{Act: a.Moderation.Automatic, Tell: a.Auth.TellAdmins, Log: a.log})
	a.Media.Seal, a.Media.Abuse, a.Media.LookAgain = a.Automation.Seal, a.Automation.Abuse, automation.LookAgain
	a.blobs.Known, a.blobs.Seen = a.Automation.Known, a.Media.Saw
}
