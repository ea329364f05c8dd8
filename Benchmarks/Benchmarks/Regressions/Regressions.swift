import Benchmark
import Benchmarking
import ComputeBackend
import Devices
import Foundation
import Models

/// A few kernels, a reverse step and a training step of a small U-Net, on each device there is.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = Benchmark.Configuration(
    metrics: [.wallClock, .peakMemoryResident], warmupIterations: 3, maxDuration: .seconds(2),
    maxIterations: 10_000,
    // Medians of shared machines differ by some per cent from run to run.
    thresholds: [
      .wallClock: BenchmarkThresholds(relative: [.p50: 15]),
      .peakMemoryResident: BenchmarkThresholds(relative: [.p50: 10]),
    ])
  do {
    for device in try Devices.list() {
      for operation in kernels { measure(operation, on: device.identifier) }
      measureNetwork(on: device.identifier)
    }
  } catch {
    fatalError("Regressions: \(error)")
  }
}

/// One of each kind that matters, at batch 8.
private var kernels: [DeviceOperation] {
  let geometry = Conv2DGeometry(
    batch: 8, inputHeight: 16, inputWidth: 16, inputChannels: 256, outputChannels: 256,
    kernelHeight: 3, kernelWidth: 3, padding: .symmetric(1))
  var strided = geometry
  strided.stride = 2
  let attention = AttentionShape(
    batch: 8, queries: 256, keys: 256, heads: 1, headSize: 256, scale: 1 / 16)
  let norm = GroupNormShape(batch: 8, spatial: 1024, channels: 128, groups: 32)
  return ConvolutionOperation.allCases.map { .convolution(geometry, $0) } + [
    .convolution(strided, .forward), .matrixProduct(MatrixProductShape(m: 1024, n: 1024, k: 1024)),
    .attention(attention), .groupNorm(norm, activation: .silu),
    .groupNormGradient(norm, activation: .silu), .adamStep(4_000_000),
  ]
}

private func measure(_ operation: DeviceOperation, on device: String) {
  register("\(device) \(operation.name)") {
    let backend = try Devices.make(device)
    let encode = operation.prepare(on: backend)
    return {
      encode()
      try backend.synchronize()
    }
  }
}

private func measureNetwork(on device: String) {
  register("\(device) unet-64-128-128 reverse step, batch 8") {
    let backend = try Devices.make(device)
    let step = try DenoiserStep(try smallNetwork(on: backend), batch: 8, on: backend)
    return { _ = try step.run() }
  }
  register("\(device) unet-64-128-128 training step, batch 8") {
    let backend = try Devices.make(device)
    let step = TrainingStep.denoiser(try smallNetwork(on: backend), batch: 8, on: backend)
    return step.run
  }
}

/// Measures what `prepare` returns; it runs once, before the warm-up.
private func register(_ name: String, prepare: @escaping () throws -> () throws -> Void) {
  Benchmark(name) { (_, run: () throws -> Void) in
    try run()
  } setup: {
    try prepare()
  }
}

private func smallNetwork(on backend: any ComputeBackend) throws -> UNet2DModel {
  // This file is Benchmarks/Benchmarks/Regressions/Regressions.swift.
  let folder = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }
  let file = folder.appendingPathComponent("configurations/unet-64-128-128/config.json")
  return UNet2DModel(try UNet2DConfiguration(file), seed: 0, on: backend)
}
