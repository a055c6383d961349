.DEFAULT_GOAL := help

.PHONY: help
help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.PHONY: test
test: ## set up what the tests need and run them all
	scripts/test.sh

.PHONY: check
check: ## the quick look: format, vet, fences, unit tests on SQLite
	@test -z "$$(gofmt -l cmd internal test 2>/dev/null | tee /dev/stderr)"
	go vet ./...
	go test -short ./...
