// Package evacuate has a house lose its name: nobody can fetch anything under it
// any more, and everybody there goes to the new one with their followers, who live
// on other servers that are processes of their own. It counts who arrived.
package evacuate
