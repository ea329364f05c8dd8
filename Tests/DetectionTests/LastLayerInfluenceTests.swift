import Detection
import Foundation
import Testing

@Suite struct LastLayerInfluenceTests {
  /// p = (0.7, 0.3), h = (1, 0): (0.3² + 0.3²)·2 and (0.7² + 0.7²)·2.
  @Test(arguments: [(0, 0.36), (1, 1.96)])
  func byHand(label: Int, expected: Double) {
    let value = LastLayerInfluence.value(
      logits: [Float(log(0.7)) + 50, Float(log(0.3)) + 50], features: [1, 0], label: label)
    #expect(abs(value - expected) < 1e-5)
  }
}
