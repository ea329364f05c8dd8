import Autograd
import ComputeBackend
import Datasets
import Models
import TestSupport
import Testing
import Tracing

@Suite struct RadioactiveMarkerTests {
  private let images = Small.images(5)

  private func marker(
    _ device: TestDevice, _ change: (inout MarkingRecipe) -> Void = { _ in }
  ) throws -> RadioactiveMarker {
    let network = Small.network(on: device.backend)
    var recipe = MarkingRecipe(
      epsilon: 6, iterations: 25, learningRate: 0.5,
      view: RandomView(smallestArea: 0.4, flips: true),
      seed: 5)
    change(&recipe)
    return try RadioactiveMarker(
      network, marks: RadioactiveMarks(classCount: 4, featureCount: 16, seed: 1), recipe: recipe)
  }

  private func mark(
    _ marker: RadioactiveMarker, _ samples: [Int]
  ) throws -> RadioactiveMarker.Result {
    try marker.mark(
      try images.images(samples), shape: images.shape, samples: samples,
      labels: samples.map { images.labels[$0] })
  }

  /// How far pixels moved, of all images.
  private func changes(_ result: RadioactiveMarker.Result) -> [Int] {
    zip(result.images, images.pixels).map { Int($0) - Int($1) }
  }

  /// φ(x̃) − φ(x) of all images, `[5, 16]`.
  private func moved(_ result: RadioactiveMarker.Result, _ device: TestDevice) throws -> [Float] {
    let network = Small.network(on: device.backend)
    let features = try [result.images, images.pixels].map { pixels in
      let bytes = Tensor(pixels.map { Float($0) }, shape: [5, 8, 8, 1], on: device.backend)
      return try network.features(
        network.configuration.normalization.normalize(bytes, range: 0...255)
      ).values()
    }
    return zip(features[0], features[1]).map { $0 - $1 }
  }

  @Test(arguments: TestDevices.all)
  func movesFeaturesAlongTheMarkInsideTheBall(device: TestDevice) throws {
    let result = try mark(
      try marker(device) { $0.view = RandomView(smallestArea: 1) }, Array(0..<5))
    let changes = changes(result)
    #expect(changes.allSatisfy { abs($0) <= 6 })
    #expect(changes.contains { abs($0) > 2 })
    #expect(result.shifts.allSatisfy { $0 > 0 }, "\(result.shifts)")
    // The shifts are those of the bytes that are returned.
    let marks = RadioactiveMarks(classCount: 4, featureCount: 16, seed: 1)
    let moved = try moved(result, device)
    let expected = (0..<5).map { sample in
      zip(moved[sample * 16..<(sample + 1) * 16], marks[Int(images.labels[sample])])
        .reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    }
    expectClose(result.shifts, expected, .relative(1e-4), device.name)
    let lengths = (0..<5).map { sample in
      moved[sample * 16..<(sample + 1) * 16].reduce(0.0) { $0 + Double($1) * Double($1) }
        .squareRoot()
    }
    expectClose(result.lengths, lengths, .relative(1e-4), device.name)
  }

  @Test(arguments: TestDevices.all)
  func theBatchDoesNotChangeASample(device: TestDevice) throws {
    let marker = try marker(device)
    let together = try mark(marker, Array(0..<5)).images
    let apart = try [[0, 1], [2], [4, 3]].map { try mark(marker, $0).images }
    let size = images.shape.byteCount
    #expect(apart[0] + apart[1] == Array(together[..<(3 * size)]))
    #expect(apart[2] == Array(together[(4 * size)...] + together[(3 * size)..<(4 * size)]))
    #expect(try mark(marker, Array(0..<5)).images == together)
  }

  @Test func seedsAndPenaltiesMatter() throws {
    let device = try #require(TestDevices.all.first { $0.name == "cpu" })
    let plain = changes(try mark(try marker(device), Array(0..<5)))
    let other = changes(try mark(try marker(device) { $0.seed = 6 }, Array(0..<5)))
    #expect(plain != other)
    func size(_ changes: [Int]) -> Int { changes.reduce(0) { $0 + $1 * $1 } }
    let careful = changes(try mark(try marker(device) { $0.imagePenalty = 0.8 }, Array(0..<5)))
    #expect(size(careful) < size(plain) / 2)
    // What features move in other directions than the mark becomes less.
    let aside = try [0, 0.4].map { (penalty: Float) in
      let result = try mark(
        try marker(device) {
          $0.featurePenalty = penalty
          $0.learningRate = 0.1
          $0.view = RandomView(smallestArea: 1)
        }, Array(0..<5))
      let lengths = try moved(result, device).reduce(0.0) { $0 + Double($1) * Double($1) }
      return lengths / result.shifts.reduce(0.0) { $0 + Double($1) * Double($1) }
    }
    #expect(aside[1] < 0.9 * aside[0], "\(aside)")
  }

  /// Black and white pixels only move inwards.
  @Test func staysInTheRangeOfBytes() throws {
    let device = try #require(TestDevices.all.first)
    let marker = try marker(device)
    for value: UInt8 in [0, 255] {
      let pixels = [UInt8](repeating: value, count: 64)
      let result = try marker.mark(pixels, shape: Small.shape, samples: [0], labels: [2])
      #expect(result.images.allSatisfy { abs(Int($0) - Int(value)) <= 6 })
      #expect(result.images != pixels)
    }
  }
}
