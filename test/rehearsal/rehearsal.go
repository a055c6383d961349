// Package rehearsal plays what the handbook and deploy/ say, with the very
// commands and files that stand there. It has tests only.
package rehearsal
