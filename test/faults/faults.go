// Package faults shows what a server does when what it stands on gives way:
// nothing that was acknowledged is lost, and the answers say what is wrong.
package faults
