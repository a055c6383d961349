// Package doors goes through every way into a whole server, as somebody
// outside would: who may call what, what is shown to whom, what apps send and
// what they are answered.
package doors
