// Package media shows, with files that other programs make, that pictures,
// films and sounds come through a whole server as they were and without what
// they told, and that files made to do harm do none.
package media
