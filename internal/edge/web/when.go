package web

import (
	"slices"
	"time"
	_ "time/tzdata" // a machine may have no tables of time zones

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// maxZone bounds the name of a time zone, in bytes.
const maxZone = 40

// zoneOf is where a time zone is, or nil.
func zoneOf(zone string) *time.Location {
	if zone == "" || zone == "Local" || len(zone) > maxZone {
		return nil
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		return nil
	}
	return at
}

// chosenTime is when somebody chose, or what is wrong with that.
func chosenTime(w social.When, now time.Time) (time.Time, error) {
	where := zoneOf(w.Zone)
	day, badDay := time.Parse(time.DateOnly, w.Date)
	hour, badHour := time.Parse("15:04", w.Time)
	switch {
	case w.Date == "":
		return day, errs.New(errs.Invalid, "Choose a day, too.")
	case w.Time == "":
		return day, errs.New(errs.Invalid, "Choose a time of day, too.")
	case badDay != nil:
		return day, errs.New(errs.Invalid, "This day cannot be read. Write it as 2026-12-31.")
	case badHour != nil:
		return day, errs.New(errs.Invalid, "This time cannot be read. Write it as 18:30.")
	case where == nil:
		return day, errs.New(errs.Invalid, "Choose the time zone that the time is meant in.")
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), hour.Hour(), hour.Minute(), 0, 0, where)
	if at.Format("15:04") != w.Time {
		return at, errs.New(errs.Invalid, "There is no such time on that day: the clocks are put forward then. Choose another.")
	}
	switch {
	case at.Before(now.Add(social.MinSchedule)):
		return at, errs.Newf(errs.Invalid, "Choose a time that is at least %d minutes from now.", int(social.MinSchedule.Minutes()))
	case at.After(now.Add(social.MaxSchedule)):
		return at, errs.Newf(errs.Invalid, "Choose a time within the next %d years.", int(social.MaxSchedule.Hours()/24/365))
	}
	return at, nil
}

// clockOf is a moment as it is chosen, in a zone.
func clockOf(at time.Time, zone string) social.When {
	where := zoneOf(zone)
	if where == nil {
		where, zone = time.UTC, "UTC"
	}
	at = at.In(where)
	return social.When{Date: at.Format(time.DateOnly), Time: at.Format("15:04"), Zone: zone}
}

// inZone is a moment in words, as the clocks of a zone show it.
func (f *frame) inZone(at time.Time, zone string) string {
	where := zoneOf(zone)
	if where == nil {
		where = time.UTC
	}
	return f.locale().Date(at.In(where), msg("Monday, 2 January 2006, 15:04 MST"))
}

// zones are the time zones that can be chosen: one for each way that clocks are
// set, by a place that many people know.
var zones = []string{"UTC", "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
	"America/Anchorage", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Caracas", "America/Chicago", "America/Denver", "America/Halifax",
	"America/Havana", "America/Lima", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Phoenix", "America/Santiago", "America/Sao_Paulo", "America/St_Johns",
	"Asia/Almaty", "Asia/Baghdad", "Asia/Bangkok", "Asia/Beirut", "Asia/Colombo", "Asia/Dhaka", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Kabul",
	"Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila", "Asia/Novosibirsk", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tashkent",
	"Asia/Tbilisi", "Asia/Tehran", "Asia/Tokyo", "Asia/Vladivostok", "Asia/Yangon", "Atlantic/Azores", "Atlantic/Reykjavik",
	"Australia/Adelaide", "Australia/Brisbane", "Australia/Darwin", "Australia/Perth", "Australia/Sydney",
	"Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Bucharest", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon",
	"Europe/London", "Europe/Madrid", "Europe/Moscow", "Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich",
	"Pacific/Auckland", "Pacific/Fiji", "Pacific/Honolulu", "Pacific/Tongatapu"}

// zonesWith are all that can be chosen, and the one that is.
func zonesWith(zone string) []string {
	if zoneOf(zone) == nil || slices.Contains(zones, zone) {
		return zones
	}
	return append([]string{zone}, zones...)
}
