# elixir-gpu: `make demo` and `make test` do all the set-up themselves on Debian 12 with Swift 6.3.

PACKAGES = ocl-icd-opencl-dev opencl-headers libopenblas-dev libsqlite3-dev libmicrohttpd-dev pkg-config \
  $(FORMAT_PACKAGES)
# Image files, and the compression of archives and tables.
FORMAT_PACKAGES = libpng-dev libjpeg-dev libwebp-dev libtiff-dev zlib1g-dev libzstd-dev liblz4-dev \
  libsnappy-dev libbrotli-dev
# PoCL is an OpenCL implementation on the CPU: with it the OpenCL tests run on any machine. The
# documents are checked by Python.
TEST_PACKAGES = pocl-opencl-icd python3
PREFIX ?= /usr/local
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
SWIFT_FLAGS = -c release --explicit-target-dependency-import-check error

.PHONY: all setup build mpi test check lint documents docs embedding interop walkthrough walkthrough-short oclgrind \
  gpu-check sanitize kill-test service-test browser-test screenshots chromium fuzz dist dist-test demo install format \
  clean

all: build

# Installs the Debian packages that are missing; does nothing (and needs no root) when all are there.
setup:
	@missing=""; for package in $(PACKAGES) $(TEST_PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "Installing:$$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
	fi

build: setup
	swift build $(SWIFT_FLAGS) --product elixir-gpu

# The plug-in for MPI, against the library whose compiler MPICC is, beside the program or where MPI_PLUGIN says.
MPICC = mpicc
MPI_PLUGIN = .build/release/elixir-gpu-mpi.so
mpi:
	@test -d $(dir $(MPI_PLUGIN)) || { echo "$(dir $(MPI_PLUGIN)) is not there; run make build first" >&2; exit 1; }
	$(MPICC) -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -fPIC -shared -ISources/CMPI/include \
	  $(MPI_CFLAGS) -o $(MPI_PLUGIN) Plugins/MPI/mpi.c

test: setup
	swift build $(SWIFT_FLAGS) --product elixir-gpu
	Tests/test.sh $(SWIFT_FLAGS)

# All that must hold before a change is taken: format, a build without warnings, documents that are right, all
# tests with OpenCL, the README's commands and a short walk-through.
check: setup
	Tests/lint.sh
	Tests/build.sh $(SWIFT_FLAGS)
	Tests/documents.py
	Tests/docs.py
	Tests/embedding.py
	ELIXIR_REQUIRE=opencl$$(test ! -d ../shared/fixtures || echo ,fixtures) \
	  Tests/test.sh $(SWIFT_FLAGS) --skip-build
	Tests/readme.sh
	$(MAKE) walkthrough-short

# Format, documentation comments, and 100 columns.
lint:
	Tests/lint.sh

# Reference, articles and tutorial of the library, into .build/Elixir.doccarchive.
docs: build
	Tests/docs.py

# The tutorial's program, Examples/Embedding: its steps compile; built with what is built already, it purifies.
embedding: build
	Tests/embedding.py

# Lets the tools of the field read what is written in every layout. Needs datasets that they wrote, FIXTURES=DIR.
FIXTURES = ../shared/formats/datasets
interop: build
	python3 -m pip install --quiet torch torchvision datasets webdataset pillow
	python3 Tests/interop/listing.py .build/release/elixir-gpu $(FIXTURES)
	folder=$$(mktemp -d) && python3 Tests/interop/roundtrip.py .build/release/elixir-gpu $(FIXTURES) $$folder; \
	  code=$$?; rm -rf $$folder; exit $$code

# Length, links, spelling, and every command line in the documents and in --help.
documents: build
	Tests/documents.py

# Fashion-MNIST from beginning to end; see docs/walkthroughs.md.
walkthrough: build
	Examples/fashion-mnist.sh walkthrough-output

# The same with few images and short trainings (minutes); of its 60 poisoned images most must be found.
walkthrough-short: build
	rm -rf .build/walkthrough
	Examples/fashion-mnist.sh --short .build/walkthrough
	test $$(grep -c ',carrier$$' .build/walkthrough/purified/purified.csv) -ge 45

# Every OpenCL kernel on a simulator that finds races and accesses out of bounds (minutes).
oclgrind: setup
	@command -v oclgrind >/dev/null || $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq oclgrind
	swift build $(SWIFT_FLAGS) --build-tests
	Tests/oclgrind.sh

# What GPU compilers make of the OpenCL kernels (minutes): registers, memory, occupancy. No GPU is needed.
GPU_CHECK_PACKAGES = clang-14 libclc-14 python3-venv
gpu-check: build
	@for package in $(GPU_CHECK_PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$package; \
	done
	test -x .build/gpu-check/bin/python || python3 -m venv .build/gpu-check
	.build/gpu-check/bin/python -m pip install --quiet nvidia-cuda-nvcc-cu12 nvidia-cuda-nvdisasm
	.build/gpu-check/bin/python Tests/gpu/check.py --json .build/gpu-check/kernels.json

# The CPU backend, and what is built on it, under the compiler's sanitizers of addresses, undefined behavior in C,
# and threads (two builds, minutes).
sanitize: setup
	Tests/sanitize.sh address
	Tests/sanitize.sh thread

# A person's review in a real browser, from the purification to the final dataset (minutes).
browser-test: build chromium
	Tests/browser/review.py .build/release/elixir-gpu

# Real runs of all commands, ended at random moments and resumed: the same bytes (KILLS=200, SEED=0).
KILLS = 200
SEED = 0
kill-test: build
	Tests/kill.py --kills $(KILLS) --seed $(SEED)

# The service as its users see it: results, tenants, restarts, jobs per minute, and requests under load (by wrk) and
# made from its description (by schemathesis), if these are installed.
service-test: build
	Tests/service.py --program .build/release/elixir-gpu

# The pictures in docs/images.
screenshots: build chromium
	rm -rf .build/screenshots && mkdir -p .build/screenshots
	.build/release/elixir-gpu demo --output .build/screenshots/demo
	Tests/browser/screenshots.py .build/screenshots/demo/purified/report.html docs/images
	Tests/browser/review.py .build/release/elixir-gpu docs/images/review.png

chromium:
	@command -v chromium >/dev/null || $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium

# All that reads files, under a coverage-guided fuzzer, each reader for SECONDS (a build of minutes first).
SECONDS = 60
READERS =
fuzz: setup
	FIXTURES=$$(test ! -d ../shared/formats || echo ../shared/formats) Tests/fuzz.sh $(SECONDS) $(READERS)

# A tarball that runs on Debian 12 without Swift, and a .deb, into dist/. Swift's libraries are in the program; the
# tarball has the C libraries beside it, where the program looks first.
# Foundation's networking, which the review's server links, needs libcurl where it is linked statically.
DIST_PACKAGES = libcurl4-openssl-dev
DIST_BUILD = swift build $(SWIFT_FLAGS) --scratch-path .build/dist --static-swift-stdlib --product elixir-gpu \
  -Xlinker -lcurl \
  -Xlinker -rpath -Xlinker '$$ORIGIN/../lib/elixir-gpu' -Xlinker --disable-new-dtags
dist: setup
	@dpkg-query -W -f='$${Status}' $(DIST_PACKAGES) 2>/dev/null | grep -q 'ok installed' || \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(DIST_PACKAGES)
	$(DIST_BUILD)
	Packaging/dist.sh .build/dist/release/elixir-gpu dist

# Both in a fresh Debian 12, from installation to a purified dataset (needs root and debootstrap).
dist-test:
	$(SUDO) Packaging/test.sh dist

demo: build
	.build/release/elixir-gpu demo --output demo-output --force

install: build
	install -D .build/release/elixir-gpu $(DESTDIR)$(PREFIX)/bin/elixir-gpu
	install -d $(DESTDIR)$(PREFIX)/share/elixir-gpu/kernels
	install -m 644 Kernels/*.cl Kernels/*.h $(DESTDIR)$(PREFIX)/share/elixir-gpu/kernels
	test ! -e $(MPI_PLUGIN) || install -D $(MPI_PLUGIN) $(DESTDIR)$(PREFIX)/lib/elixir-gpu/elixir-gpu-mpi.so

format:
	swift format --in-place --recursive Sources Tests Examples/Embedding/Sources docs/Elixir.docc/Resources \
	  Package.swift Benchmarks/Package.swift Benchmarks/Benchmarks Examples/Embedding/Package.swift

clean:
	rm -rf .build dist demo-output walkthrough-output
