import Attacks
import Datasets

/// Test images with an attacker's trigger on them; the labels stay the true ones.
struct TriggeredImages: LabelledImages {
  let base: any LabelledImages
  let trigger: Trigger

  var shape: ImageShape { base.shape }
  var classCount: Int { base.classCount }
  var labels: [Int32] { base.labels }

  func images(_ samples: [Int]) throws -> [UInt8] {
    trigger.applied(to: try base.images(samples))
  }
}
