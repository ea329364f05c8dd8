import Autograd
import ComputeBackend
import Datasets
import Diffusion
import Purification
import TestSupport
import Testing

/// The pool of images between the rounds, on every device.
@Suite struct DiffusionCandidatesTests {
  /// A cheap one that depends on image and time.
  private struct Denoiser: Diffusion.Denoiser {
    var imageChannels = 1
    var outputChannels = 1

    func predict(_ sample: Tensor, timestep: Float) -> Tensor {
      (sample * (1 + timestep / 100)).tanh()
    }
  }

  private static let shape = ImageShape(height: 4, width: 5, channels: 1)

  private func generator(
    on backend: any ComputeBackend, denoiser: any Diffusion.Denoiser = Denoiser()
  ) throws -> DiffusionCandidates {
    let plan = try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 40, steps: 4)
    return DiffusionCandidates(
      chain: try DiffusionChain(denoiser: denoiser, plan: plan, seed: 2), shape: Self.shape,
      keepLast: 2, kind: .samples, on: backend
    ) { bytes in bytes.reshaped([bytes.shape[0], Self.shape.byteCount]).argmax() }
  }

  private func image(_ sample: Int) -> [UInt8] {
    (0..<Self.shape.byteCount).map { UInt8(($0 * 37 + sample * 61) % 256) }
  }

  /// A sample's candidates and labels, round after round, in a pool of its own.
  private func alone(
    _ sample: Int, rounds: Int, on backend: any ComputeBackend
  ) throws -> [CandidateRound] {
    let generator = try generator(on: backend)
    return try (0..<rounds).map {
      try generator.round(
        [PooledSample(sample: sample, round: $0)], newImages: $0 == 0 ? image(sample) : [])
    }
  }

  @Test(arguments: TestDevices.all)
  func eachSampleGoesOnWhereItWas(_ device: TestDevice) throws {
    let backend = device.backend
    let generator = try generator(on: backend)
    // Samples leave at the front, in the middle and all at once; others come behind them.
    let pools = [[3, 5, 8], [3, 5, 8], [5, 8, 9], [5, 9, 10, 11], [9, 10, 11], [12]]
    var seen: [Int: Int] = [:]
    for pool in pools {
      let new = pool.filter { seen[$0] == nil }
      let made = try generator.round(
        pool.map { PooledSample(sample: $0, round: seen[$0] ?? 0) },
        newImages: new.flatMap { image($0) })
      #expect(made.notNumbers.isEmpty)
      #expect(
        made.originals
          == new.map { sample in
            let image = image(sample)
            return image.firstIndex(of: image.max() ?? 0) ?? -1
          })
      for (place, sample) in pool.enumerated() {
        let round = seen[sample] ?? 0
        let expected = try alone(sample, rounds: round + 1, on: backend)[round]
        let size = Self.shape.byteCount
        for number in 0..<2 {
          let bytes = made.candidates[number][place * size..<(place + 1) * size]
          #expect(Array(bytes) == expected.candidates[number], "\(sample), round \(round)")
          #expect(made.labels[number][place] == expected.labels[number][0])
        }
        seen[sample] = round + 1
      }
    }
    #expect(seen == [3: 2, 5: 4, 8: 3, 9: 3, 10: 2, 11: 2, 12: 1])
  }

  @Test(arguments: TestDevices.all)
  func namesWhatIsNotANumber(_ device: TestDevice) throws {
    /// Makes no number of the second image.
    struct Broken: Diffusion.Denoiser {
      var imageChannels = 1
      var outputChannels = 1

      func predict(_ sample: Tensor, timestep: Float) -> Tensor {
        concatenateRows([sample.rows(0..<1), sample.rows(1..<2) * Float.nan, sample.rows(2..<3)])
      }
    }
    let generator = try generator(on: device.backend, denoiser: Broken())
    let made = try generator.round(
      (0..<3).map { PooledSample(sample: $0, round: 0) }, newImages: (0..<3).flatMap { image($0) })
    #expect(made.notNumbers == [1])
  }
}
