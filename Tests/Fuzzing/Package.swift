// swift-tools-version: 6.1
import PackageDescription

/// A coverage-guided fuzzer of everything that reads files, which `make fuzz` builds and runs.
///
/// A package of its own, so that nothing else is built with its instrumentation.
let package = Package(
  name: "elixir-gpu-fuzzing",
  dependencies: [.package(name: "elixir-gpu", path: "../..")],
  targets: [
    .target(name: "CLibFuzzer"),
    .executableTarget(
      name: "Fuzzing",
      dependencies: ["CLibFuzzer", .product(name: "FuzzedReaders", package: "elixir-gpu")],
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
  ]
)
