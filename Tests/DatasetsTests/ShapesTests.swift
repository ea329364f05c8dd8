import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct ShapesTests {
  @Test func isAFunctionOfSeedAndIndex() {
    let first = Shapes(seed: 5)
    #expect(first.image(31) == Shapes(seed: 5).image(31))
    #expect(first.image(31) != Shapes(seed: 6).image(31))
    #expect(first.image(31) != first.image(41))
    #expect((0..<20).map(first.label) == (0..<20).map { Int32($0 % 10) })
  }

  @Test func writesACIFARFolder() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/shapes"
    let shapes = Shapes(seed: 1)
    try shapes.writeFolder(path, training: 30, test: 20)
    let training = try ImageDataset.open(path)
    let test = try ImageDataset.open(path, split: .test)
    #expect(training.count == 30 && test.count == 20)
    #expect(training.classNames == Shapes.classNames)
    #expect(try training.image(17) == shapes.image(17))
    #expect(try test.image(3) == shapes.image(33))
    #expect(test.labels[3] == shapes.label(of: 33))
  }

  /// Softmax regression on raw pixels, trained to convergence on 3,000 samples.
  @Test func aLinearModelFails() {
    let shapes = Shapes(seed: 9)
    let classes = Shapes.classNames.count
    let features = Shapes.shape.byteCount
    func sample(_ index: Int) -> [Float] { shapes.image(index).pixels.map { Float($0) / 128 - 1 } }
    var weights = [Float](repeating: 0, count: classes * features)
    func scores(_ x: [Float]) -> [Float] {
      (0..<classes).map { label in
        var sum: Float = 0
        for feature in 0..<features { sum += x[feature] * weights[label * features + feature] }
        return sum
      }
    }
    let training = (0..<3000).map(sample)
    for epoch in 0..<6 {
      let rate = 0.002 / Float(epoch + 1)
      for (index, x) in training.enumerated() {
        let values = scores(x)
        let top = values.max() ?? 0
        let exponentials = values.map { exp($0 - top) }
        let total = exponentials.reduce(0, +)
        for label in 0..<classes {
          let target: Float = label == Int(shapes.label(of: index)) ? 1 : 0
          let step = rate * (target - exponentials[label] / total)
          for feature in 0..<features { weights[label * features + feature] += step * x[feature] }
        }
      }
    }
    let test = 3000..<3500
    let correct = test.count { index in
      let values = scores(sample(index))
      return values.firstIndex(of: values.max() ?? 0) == Int(shapes.label(of: index))
    }
    let accuracy = Double(correct) / Double(test.count)
    #expect(accuracy < 0.6, "a linear model reaches \(accuracy)")
  }

  @Test func colorDoesNotTellTheClass() {
    // Over 200 images of each class the mean brightness differs by less than five standard errors.
    let shapes = Shapes(seed: 3)
    var sums = [Double](repeating: 0, count: 10)
    var squares = 0.0
    for index in 0..<2000 {
      let pixels = shapes.image(index).pixels
      let mean = Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count)
      sums[index % 10] += mean / 200
      squares += mean * mean / 2000
    }
    let center = sums.reduce(0, +) / 10
    let error = ((squares - center * center) / 200).squareRoot()
    for sum in sums { #expect(abs(sum - center) < 5 * error) }
  }
}
