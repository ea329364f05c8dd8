import Datasets
import Foundation
import Runs
import TestSupport
import Testing

import Purification

/// Purification with nothing but the dataset.
@Suite struct OwnDenoiserTests {
  private struct Images: LabelledImages {
    var labels: [Int32]
    let shape = ImageShape(height: 1, width: 1, channels: 1)
    let classCount = 4
    func images(_ samples: [Int]) -> [UInt8] { samples.map { _ in 0 } }
  }

  @Test func takesAShareOfEachClass() {
    let images = Images(
      labels: [Int32](repeating: 0, count: 200) + [Int32](repeating: 1, count: 30)
        + [Int32](repeating: 3, count: 5))
    var options = OwnDenoiser()
    // A quarter, but at least twenty, but no more than there are.
    options.share = 0.25
    #expect(options.quota(images) == [50, 20, 0, 5])
    options.share = 0.9
    #expect(options.quota(images) == [180, 27, 0, 5])
  }

  /// Stops a run at a phase's end.
  private struct Stop: Error {}

  @Test func makesOneAndGoesOnWhereItWasStopped() throws {
    let world = try SmallWorld()
    var method = world.method
    method.denoiser = nil
    method.ownDenoiser.sifters = 1
    method.ownDenoiser.steps = 3
    let report = try world.job(method).run(output: world.folder.path + "/whole")
    let own = try #require(report.findings.ownDenoiser)
    #expect(own.steps == 3 && own.sifters == 1)
    // 64 samples are labelled 0, 33, 33 and 30 the other classes.
    let sizes = (0..<4).map { label in SmallWorld.labels.count { $0 == label } }
    #expect(own.samples == sizes.map { max(20, Int((0.1 * Double($0)).rounded())) })
    let kept = world.folder.path + "/whole.run/denoiser/diffusion_pytorch_model.safetensors"
    #expect(FileManager.default.fileExists(atPath: kept))

    var job = try world.job(method)
    job.handler = { event in
      if case .note(let text) = event, text.hasPrefix("Denoiser: trained") { throw Stop() }
    }
    let output = world.folder.path + "/resumed"
    #expect(throws: Stop.self) { _ = try job.run(output: output) }
    job.handler = { event in
      if case .status(let phase, _, _) = event { #expect(phase != "denoiser") }
    }
    _ = try job.run(output: output)
    #expect(try world.contents("resumed") == world.contents("whole"))
  }
}
