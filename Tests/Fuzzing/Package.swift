// swift-tools-version: 6.1
import PackageDescription

/// A coverage-guided fuzzer of everything that reads files; see README.md.
///
/// A package of its own, so that nothing else is built with its instrumentation.
let package = Package(
  name: "elixir-gpu-fuzzing",
  dependencies: [.package(name: "elixir-gpu", path: "../..")],
  targets: [
    .executableTarget(
      name: "Fuzzing",
      dependencies: [.product(name: "ElixirReaders", package: "elixir-gpu")],
      path: "Sources/Fuzzing",
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")])
  ]
)
