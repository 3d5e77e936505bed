# faultline. `make` alone prints help; every target installs and builds what it needs first.

KERNEL  ?= debian-6.12
ARGS    ?=
# What `make catalogue` runs on, and the results of `faultline mutants` it takes the kills from.
KERNELS ?= debian-5.10 debian-6.1 debian-6.12 debian-7.2 debian-next
MUTANTS ?=
# How long `make fuzz` gives each target.
SECONDS ?= 600
PREFIX  ?= /usr/local
DESTDIR ?=

SWIFT_WANTED := $(shell cat .swift-version)
HOST_BUILD   := .build
GUEST_BUILD  := .build-guest

# What the executables are made of; a change in any of it makes them stale.
HOST_SOURCES  := Package.swift $(shell find Sources -type f)
GUEST_SOURCES := Package.swift guest/Package.swift guest/build $(shell find guest/Sources Sources/GuestProtocol \
                 Sources/CLinuxMM Sources/LinuxMM Sources/GuestKit Sources/StateModel -type f)

.DEFAULT_GOAL := help
.PHONY: help run test build guest check fmt fuzz catalogue bench clean packages toolchain install

help: ## this list
	@echo "faultline: does this kernel keep its promises about write-protection, swap, huge pages and fork?"
	@echo
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18
	@echo
	@echo '  make run KERNEL="debian-5.10 debian-6.1 debian-6.12 debian-7.2" ARGS="--suite swap"'

run: build ## boot KERNEL (default debian-6.12) and run every suite; ARGS goes to `faultline run`
	bin/faultline run $(foreach kernel,$(KERNEL),--kernel $(kernel)) $(ARGS)

test: build ## unit tests, and integration tests with real guests
	@kernels/install-packages Tests/packages.txt
	bin/faultline kernels fetch debian-6.12
	bin/faultline kernels build debian-source-6.12
	Tests/KernelLog/provoke/mkpatch >$(HOST_BUILD)/provoke.patch
	bin/faultline kernels build debian-source-6.12 --config lkdtm --patch $(HOST_BUILD)/provoke.patch \
	  >$(HOST_BUILD)/storm-kernel
	Fuzz/run 8
	Tests/run $(HOST_BUILD)

build: packages bin/faultline bin/guest/.built ## bin/faultline and the guest programs in bin/guest

guest: packages bin/guest/.built ## only the guest programs

check: packages ## formatting and the tidy rules
	swift format lint --strict --parallel --recursive Package.swift guest/Package.swift Sources Tests guest/Sources Fuzz/Sources
	swift test --scratch-path $(HOST_BUILD) --filter TidyTests

fuzz: packages ## fuzz what reads a guest's bytes, SECONDS (default 600) for each of three targets
	Fuzz/run $(SECONDS)

fmt: toolchain ## format every Swift file in place
	swift format --in-place --parallel --recursive Package.swift guest/Package.swift Sources Tests guest/Sources Fuzz/Sources

catalogue: build ## run every suite on KERNELS and write docs/catalogue.md anew; MUTANTS names a mutants.json
	run=$$(mktemp -d) && trap 'rm -rf "$$run"' EXIT && \
	{ bin/faultline run --no-history --steps $(foreach kernel,$(KERNELS),--kernel $(kernel)) --out "$$run" || [ $$? -eq 1 ]; } && \
	bin/faultline catalogue "$$run/run.json" $(foreach file,$(MUTANTS),--mutants $(file)) >docs/catalogue.md

bench: build ## measure against bare QEMU and plain make, side by side (Benchmarks/)
	Benchmarks/run
	Benchmarks/build
	Benchmarks/isolate
	Benchmarks/history

install: build ## install below PREFIX (default /usr/local)
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/lib/faultline/guest" "$(DESTDIR)$(PREFIX)/share/faultline"
	install -m 755 bin/faultline "$(DESTDIR)$(PREFIX)/bin/faultline"
	find bin/guest -maxdepth 1 -type f ! -name '.*' -exec install -m 755 {} "$(DESTDIR)$(PREFIX)/lib/faultline/guest/" \;
	cp -R kernels "$(DESTDIR)$(PREFIX)/share/faultline/"

clean: ## remove what was built; the kernel cache stays
	rm -rf bin .build .build-guest .build-fuzz

packages: toolchain
	@kernels/install-packages

toolchain:
	@found=$$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p'); \
	if [ -z "$$found" ]; then \
	  echo "faultline needs Swift $(SWIFT_WANTED) and found none; install it from https://swift.org/install and put it on PATH" >&2; exit 69; \
	elif [ "$$found" != "$(SWIFT_WANTED)" ]; then \
	  echo "faultline needs Swift $(SWIFT_WANTED) (.swift-version) and found $$found at $$(command -v swift)" >&2; exit 69; \
	fi

bin/faultline: $(HOST_SOURCES) | packages
	swift build --scratch-path $(HOST_BUILD) -c release --product faultline
	@mkdir -p bin
	install -m 755 "$$(swift build --scratch-path $(HOST_BUILD) -c release --show-bin-path)/faultline" $@

bin/guest/.built: $(GUEST_SOURCES) | packages
	guest/build $(GUEST_BUILD) bin/guest
	@touch $@
