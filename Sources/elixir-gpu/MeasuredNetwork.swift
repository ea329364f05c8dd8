import ArgumentParser
import Benchmarking
import ComputeBackend
import Diffusion
import Foundation
import Models

/// Networks as the commands that measure them are given: stored ones, or random ones by their name.
enum MeasuredNetwork {
  static let architectures = ClassifierConfiguration.Architecture.trainable.map(\.rawValue)

  /// A diffusers folder, or a config.json for random weights.
  static func denoiser(_ path: String, on backend: any ComputeBackend) throws -> UNet2DModel {
    let url = URL(fileURLWithPath: path)
    guard url.pathExtension == "json" else { return try UNet2DModel.load(url, on: backend) }
    return UNet2DModel(try UNet2DConfiguration(url), seed: 0, on: backend)
  }

  /// The same with the schedule of the folder, or with the reference one for random weights.
  static func denoiserAndSchedule(
    _ path: String, on backend: any ComputeBackend
  ) throws -> (network: UNet2DModel, schedule: NoiseSchedule) {
    guard path.hasSuffix(".json") else {
      let denoiser = try PretrainedDenoiser(URL(fileURLWithPath: path), on: backend)
      return (denoiser.network, denoiser.schedule)
    }
    let network = try denoiser(path, on: backend)
    return (network, .reference(for: network))
  }

  /// A file of weights, or an architecture for random weights, 32×32 images and 10 classes.
  static func classifier(_ name: String, on backend: any ComputeBackend) throws -> any Classifier {
    guard let architecture = ClassifierConfiguration.Architecture(argument: name) else {
      return try ClassifierFile.load(URL(fileURLWithPath: name), on: backend)
    }
    let configuration = ClassifierConfiguration(
      architecture, classes: 10, inputChannels: 3, width: nil, imageSize: 32)
    return ClassifierFile.random(configuration, seed: 0, on: backend)
  }
}
