import ComputeBackend
import Checkpoints
import Datasets
import Devices
import Diffusion
import Foundation
import Models
import Purification
import TestSupport
import Training

/// A dataset on disk of 8×8 gray images whose class is the bright quarter, a denoiser with random
/// weights (which at little noise changes images little) and a victim model that knows the classes.
///
/// 24 images of the classes 1, 2 and 3 are labelled 0.
struct SmallWorld {
  let folder: TemporaryFolder
  let backend: any ComputeBackend
  static let truth = (0..<160).map { $0 % 4 }
  static let mislabelled = Set(stride(from: 5, to: 160, by: 4).prefix(10)).union(
    stride(from: 6, to: 160, by: 4).prefix(7)
  ).union(stride(from: 7, to: 160, by: 4).prefix(7))
  static let labels = truth.indices.map { mislabelled.contains($0) ? 0 : truth[$0] }

  var dataset: String { folder.path + "/data" }
  var denoiser: String { folder.path + "/denoiser" }
  var victim: String { folder.path + "/victim.safetensors" }

  init() throws {
    folder = try TemporaryFolder()
    backend = try Devices.make("cpu")
    try Self.write(labels: Self.labels, to: folder, as: "data/small")
    try Self.write(labels: Self.truth, to: folder, as: "clean/small")
    var configuration = UNet2DConfiguration.denoiser(
      height: 8, width: 8, imageChannels: 1, channels: [8, 8], layers: 1, attention: [])
    configuration.attentionHeadSize = nil
    try UNet2DModel(configuration, seed: 1, on: backend).save(
      to: URL(fileURLWithPath: denoiser),
      scheduler: .object(NoiseSchedule.reference.configuration()))
    let clean = try ImageDataset.open(folder.path + "/clean")
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 4, inputChannels: 1, width: 4, imageSize: 8),
      seed: 1, on: backend)
    try ClassifierTrainer(network, recipe: recipe(epochs: 6), images: clean).train()
    try ClassifierFile.save(network, to: URL(fileURLWithPath: victim))
  }

  func recipe(epochs: Int) -> ClassifierRecipe { ClassifierRecipe(epochs: epochs, batchSize: 16) }

  var method: DataElixir {
    var options = DataElixir(denoiser: denoiser)
    options.rounds = 2
    options.noiseSteps = 6
    options.keepLast = 3
    options.victim.model = victim
    options.seed = 7
    // Its poison is wrong labels without a trigger, which only the paper's rules act on.
    options.compatibility = .paper
    return options
  }

  func job(_ method: DataElixir? = nil, batchSize: Int = 32) throws -> PurificationJob<DataElixir> {
    try job(method ?? self.method, batchSize: batchSize)
  }

  func job<Method: Purifier>(
    _ method: Method, on path: String? = nil, batchSize: Int = 32
  ) throws -> PurificationJob<Method> {
    var job = PurificationJob(
      dataset: try ImageDataset.open(path ?? dataset), purifier: method, on: backend)
    job.batchSize = batchSize
    return job
  }

  /// Every file of an output folder by name, but those that hold timings.
  func contents(_ output: String) throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for name in try folder.entries(output)
    where name != "timings.json" && name != "report.html" {
      contents[name] = try folder.read(output + "/" + name)
    }
    return contents
  }

  private static func write(labels: [Int], to folder: TemporaryFolder, as name: String) throws {
    let pixels = truth.enumerated().flatMap { sample, quarter in
      (0..<64).map { place -> UInt8 in
        let (y, x) = (place / 8, place % 8)
        let isBright = y / 4 * 2 + x / 4 == quarter
        return UInt8((isBright ? 190 : 40) + (sample * 7 + place * 13) % 40)
      }
    }
    func word(_ value: Int) -> [UInt8] { [0, 0, UInt8(value >> 8), UInt8(value & 255)] }
    try folder.write(
      [0, 0, 8, 3] + word(labels.count) + word(8) + word(8) + pixels,
      to: name + "-images-idx3-ubyte")
    try folder.write(
      [0, 0, 8, 1] + word(labels.count) + labels.map { UInt8($0) }, to: name + "-labels-idx1-ubyte")
  }
}
