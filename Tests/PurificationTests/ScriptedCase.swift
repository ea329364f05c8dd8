import Datasets
import Foundation
import Purification
import TestSupport

/// Twelve samples of three classes, a scripted denoiser and scripted classifiers.
///
/// Images are 3×3 gray. Pixel 0 is the label that the victim sees, pixel 1 the one that the benign
/// model sees, pixel 2 counts the candidates (0 is the original); the other pixels never change, so
/// that all images are similar (SSIM above 0.99). Three rounds of two candidates each.
enum ScriptedCase {
  struct Sample {
    var label: Int
    /// The benign model's label of the original.
    var truth: Int
    /// The victim's labels of the candidates.
    var victim: [Int]
    /// The benign model's.
    var benign: [Int]
  }

  static let rounds = 3
  static let perRound = 2
  static let samples: [Sample] = [
    // Class 0 is the target: two clean samples, three poisoned, one clean but unsteady.
    sample(0, truth: 0, [0, 0, 0, 0, 0, 0]),
    sample(0, truth: 0, [0, 0, 1, 0, 0, 0]),
    sample(0, truth: 1, [1, 1, 1, 1, 1, 1]),
    sample(0, truth: 2, [0, 0, 2, 2, 2, 2]),
    sample(0, truth: 1, [0, 0, 0, 1, 1, 1], benign: [0, 0, 1, 1, 1, 1]),
    sample(0, truth: 0, [0, 0, 0, 0, 1, 1], benign: [0, 0, 0, 0, 0, 0]),
    sample(1, truth: 1, [1, 1, 1, 1, 1, 1]),
    sample(1, truth: 1, [1, 1, 1, 1, 2, 2]),
    sample(1, truth: 1, [1, 1, 1, 1, 1, 1]),
    sample(2, truth: 2, [2, 2, 2, 2, 1, 1]),
    sample(2, truth: 2, [2, 1, 1, 2, 2, 1]),
    sample(2, truth: 2, [2, 2, 2, 2, 2, 0]),
  ]

  private static func sample(
    _ label: Int, truth: Int, _ victim: [Int], benign: [Int]? = nil
  ) -> Sample {
    Sample(label: label, truth: truth, victim: victim, benign: benign ?? victim)
  }

  static func image(victim: Int, benign: Int, number: Int) -> [UInt8] {
    [UInt8(victim), UInt8(benign), UInt8(number), 40, 200, 90, 160, 20, 240]
  }

  static func candidate(_ number: Int, of sample: Int) -> [UInt8] {
    let script = samples[sample]
    return image(
      victim: script.victim[number], benign: script.benign[number], number: number + 1)
  }

  struct Images: LabelledImages {
    let shape = ImageShape(height: 3, width: 3, channels: 1)
    let classCount = 3
    let labels = samples.map { Int32($0.label) }

    func images(_ indices: [Int]) -> [UInt8] {
      indices.flatMap {
        image(victim: samples[$0].label, benign: samples[$0].truth, number: 0)
      }
    }
  }

  /// Follows the script and notes the samples it is asked for.
  final class Denoiser: CandidateGenerator {
    let candidatesPerRound = perRound
    var calls: [[Int]] = []
    var failsAtCall: Int?
    /// The pool of the call before, after it.
    private var before: [PooledSample] = []

    struct Interruption: Error {}

    func round(_ pool: [PooledSample], newImages: [UInt8]) throws -> CandidateRound {
      if failsAtCall == calls.count { throw Interruption() }
      check(pool, newImages)
      calls.append(pool.map(\.sample))
      let candidates = (0..<perRound).map { step in
        pool.flatMap { candidate($0.round * perRound + step, of: $0.sample) }
      }
      let labels = candidates.map {
        Classifier(pixel: 0).labels($0, count: pool.count, except: nil)
      }
      return CandidateRound(
        candidates: candidates, labels: labels,
        originals: Classifier(pixel: 0).labels(newImages, count: newImages.count / 9, except: nil))
    }

    /// Whether the pool keeps what the protocol promises.
    private func check(_ pool: [PooledSample], _ newImages: [UInt8]) {
      let old = pool.prefix { $0.round > 0 }
      let new = pool.dropFirst(old.count)
      precondition(old.allSatisfy(before.contains), "\(pool) after \(before)")
      precondition(
        new.allSatisfy { $0.round == 0 } && pool.map(\.sample) == pool.map(\.sample).sorted())
      precondition(newImages == Images().images(new.map(\.sample)))
      before = pool.map { PooledSample(sample: $0.sample, round: $0.round + 1) }
    }
  }

  /// Reads its label from a pixel.
  ///
  /// The features of candidate j make cos = 1 − 0.2·(j + 1) with those of the original, so that its
  /// distance is about 0.05·(j + 1).
  struct Classifier: LabelModel {
    var pixel: Int

    func labels(_ images: [UInt8], count: Int, except wrong: Int?) -> [Int] {
      (0..<count).map { Int(images[$0 * 9 + pixel]) }
    }

    func features(_ images: [UInt8], count: Int) -> [Float] {
      (0..<count).flatMap { i in
        let cosine = 1 - 0.2 * Float(images[i * 9 + 2])
        return [cosine, (1 - cosine * cosine).squareRoot()]
      }
    }
  }

  /// Notes what it is asked to train on.
  final class Trainer: BenignTrainer {
    var stages: [BenignStage] = []
    var labels: [[Int32]] = []
    var images: [[UInt8]] = []

    func train(_ stage: BenignStage, on data: any LabelledImages) throws -> any LabelModel {
      stages.append(stage)
      labels.append(data.labels)
      images.append(try data.images(Array(0..<data.count)))
      return Classifier(pixel: 1)
    }
  }

  static func construction(
    _ denoiser: Denoiser, threshold: Int = 2, batchSize: Int = 12
  ) -> CandidateConstruction {
    CandidateConstruction(
      images: Images(), generators: [denoiser],
      filter: AnomalyFilter(threshold: .count(threshold)), rounds: rounds, batchSize: batchSize)
  }
}

extension TemporaryFolder {
  /// A store for the scripted samples.
  func store() throws -> CandidateStore {
    try CandidateStore(directory: url, candidatesPerSample: 6, imageBytes: 9)
  }
}
