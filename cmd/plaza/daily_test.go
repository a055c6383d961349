package main

import (
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

// replicate has the house keep a copy in a folder, sealed for who has the
// identity in a file.
func replicate(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: replicate IDENTITY FOLDER")
	}
	ts.Setenv("PLAZA_REPLICA_1_URL", "file://"+ts.MkAbs(args[1]))
	ts.Setenv("PLAZA_REPLICA_1_RECIPIENT", regexp.MustCompile(`age1[a-z0-9]{58}`).FindString(ts.ReadFile(args[0])))
}
