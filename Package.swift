// swift-tools-version: 6.1
import PackageDescription

/// Targets are listed bottom-up: a target depends only on targets above it in this file.
let package = Package(
  name: "elixir-gpu",
  products: [
    .executable(name: "elixir-gpu", targets: ["elixir-gpu"]),
    .library(
      name: "Elixir",
      targets: [
        "ComputeBackend", "Devices", "Autograd", "NeuralNet", "Checkpoints", "Models", "Critic",
        "Datasets", "Diffusion", "Training", "Attacks", "Tracing", "Detection", "Purification",
        "Evaluation", "Benchmarking",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // System libraries and C.
    .systemLibrary(name: "COpenCL", pkgConfig: "OpenCL", providers: [.apt(["ocl-icd-opencl-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CMicroKernels", linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CKernelSources"),
    .target(name: "CBundledDenoiser", exclude: ["README.md", "model"]),

    // Devices.
    .target(name: "ComputeBackend"),
    .target(name: "CPUBackend", dependencies: ["ComputeBackend", "COpenBLAS", "CMicroKernels"]),
    .target(name: "OpenCLBackend", dependencies: ["ComputeBackend", "COpenCL", "CKernelSources"]),
    .target(name: "Devices", dependencies: ["ComputeBackend", "CPUBackend", "OpenCLBackend"]),

    // Networks.
    .target(name: "Autograd", dependencies: ["ComputeBackend"], exclude: ["README.md"]),
    .target(name: "NeuralNet", dependencies: ["Autograd"]),
    .target(name: "Checkpoints"),
    .target(name: "Models", dependencies: ["NeuralNet", "Checkpoints"]),
    .target(name: "Critic", dependencies: ["NeuralNet", "Checkpoints"]),

    // Data and algorithms.
    .target(name: "Datasets", dependencies: ["ComputeBackend", "CPNG"]),
    .target(name: "Diffusion", dependencies: ["Models", "Checkpoints"]),
    .target(name: "Training", dependencies: ["Diffusion", "Datasets"]),
    .target(name: "Attacks", dependencies: ["Training"]),
    .target(name: "Tracing", dependencies: ["Training"]),
    .target(name: "Detection", dependencies: ["Training"]),
    .target(
      name: "Purification", dependencies: ["Detection", "Critic"],
      exclude: ["DataElixir/Evidence/README.md"]),
    .target(name: "Evaluation", dependencies: ["Attacks", "Tracing"]),
    .target(name: "Benchmarking", dependencies: ["Diffusion", "Critic"]),
    .executableTarget(
      name: "elixir-gpu",
      dependencies: [
        "Devices", "Detection", "Purification", "Evaluation", "Tracing", "Benchmarking",
        "CBundledDenoiser",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Tests mirror Sources; the Double reference backend and fixture access are shared support.
    .target(
      name: "ReferenceBackend", dependencies: ["ComputeBackend"],
      path: "Tests/Support/ReferenceBackend"),
    .target(
      name: "TestSupport", dependencies: ["ComputeBackend", "Devices", "Checkpoints"],
      path: "Tests/Support/TestSupport"),
  ]
)

/// Test targets by the module each one mirrors.
let tests: [String: [Target.Dependency]] = [
  "ComputeBackend": ["Devices", "CPUBackend", "OpenCLBackend", "ReferenceBackend"],
  "Autograd": ["Autograd", "Devices", "ReferenceBackend"],
  "NeuralNet": ["NeuralNet", "Devices", "ReferenceBackend"],
  "Checkpoints": ["Checkpoints"],
  "Models": ["Models", "Devices"],
  "Critic": ["Critic", "Devices", "OpenCLBackend"],
  "Datasets": ["Datasets"],
  "Attacks": ["Attacks", "Devices", "ReferenceBackend"],
  "Diffusion": ["Diffusion", "Devices", "OpenCLBackend"],
  "Training": ["Training", "Devices"],
  "Tracing": ["Tracing", "Devices"],
  "Detection": ["Detection", "Devices"],
  "Purification": ["Purification", "Devices"],
  "Evaluation": ["Evaluation", "Devices"],
  "Benchmarking": ["Benchmarking", "Devices"],
  "Command": ["Devices", "Datasets", "Checkpoints"],
]
for (module, dependencies) in tests.sorted(by: { $0.key < $1.key }) {
  package.targets.append(
    .testTarget(name: "\(module)Tests", dependencies: dependencies + ["TestSupport"]))
}

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
  ]
}
