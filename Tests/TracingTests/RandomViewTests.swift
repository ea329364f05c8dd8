import Autograd
import Devices
import TestSupport
import Testing
import Tracing

@Suite struct RandomViewTests {
  /// Rows 2 to 4 of 4, stretched: places 0, 0.25, 0.75, 1 of PyTorch's `interpolate` (bilinear).
  @Test func stretchesByHalfPixelCentres() {
    let weights = RandomView.weights(size: 4, start: 2, length: 2)
    #expect(
      weights == [
        0, 0, 1, 0,
        0, 0, 0.75, 0.25,
        0, 0, 0.25, 0.75,
        0, 0, 0, 1,
      ])
    #expect(
      RandomView.weights(size: 2, start: 0, length: 2, isFlipped: true) == [0, 1, 1, 0])
    #expect(RandomView.weights(size: 3, start: 1, length: 1) == [0, 1, 0, 0, 1, 0, 0, 1, 0])
  }

  @Test func windowsFitAndDependOnSampleAndIterationAlone() {
    let view = RandomView(smallestArea: 0.2, flips: true)
    func window(_ sample: Int, _ iteration: Int) -> RandomView.Window {
      view.window(height: 20, width: 30, seed: 4, sample: sample, iteration: iteration)
    }
    let windows = (0..<200).map { window($0, 3) }
    for window in windows {
      #expect(window.top >= 0 && window.top + window.height <= 20)
      #expect(window.left >= 0 && window.left + window.width <= 30)
      // A fifth of the area, less what rounding both sides takes.
      #expect(Double(window.height * window.width) >= 0.2 * 600 * 0.9)
      let ratio = Double(window.width) / Double(window.height)
      #expect((0.7...1.45).contains(ratio) || (window.height, window.width) == (20, 30))
    }
    #expect((60...140).contains(windows.count { $0.isFlipped }))
    #expect(Set(windows.map(\.top)).count > 5)
    #expect(window(7, 3) == windows[7])
    #expect(window(7, 4) != windows[7])
  }

  /// The product of matrices shows what each window says, pixel by pixel.
  @Test(arguments: TestDevices.all)
  func appliesItsWindows(device: TestDevice) throws {
    let (height, width, channels) = (5, 7, 2)
    let pixels = (0..<3 * height * width * channels).map { Float($0 % 41) }
    let images = Tensor(pixels, shape: [3, height, width, channels], on: device.backend)
    let view = RandomView(smallestArea: 0.3, flips: true)
    let samples = [9, 4, 30]
    let found = try view.applied(to: images, seed: 2, samples: samples, iteration: 1).values()
    var expected: [Float] = []
    for (place, sample) in samples.enumerated() {
      let window = view.window(height: height, width: width, seed: 2, sample: sample, iteration: 1)
      for y in 0..<height {
        for x in 0..<width {
          let column = window.isFlipped ? width - 1 - x : x
          let v = source(y, of: height, start: window.top, length: window.height)
          let u = source(column, of: width, start: window.left, length: window.width)
          for channel in 0..<channels {
            func pixel(_ row: Int, _ column: Int) -> Double {
              Double(pixels[((place * height + row) * width + column) * channels + channel])
            }
            let upper = (1 - u.share) * pixel(v.first, u.first) + u.share * pixel(v.first, u.next)
            let lower = (1 - u.share) * pixel(v.next, u.first) + u.share * pixel(v.next, u.next)
            expected.append(Float((1 - v.share) * upper + v.share * lower))
          }
        }
      }
    }
    expectClose(found, expected, .absolute(2e-5), device.name)
  }

  /// The two source pixels of a target pixel, and the share of the second.
  private func source(
    _ target: Int, of size: Int, start: Int, length: Int
  ) -> (first: Int, next: Int, share: Double) {
    let place = (Double(target) + 0.5) * Double(length) / Double(size) - 0.5
    let inside = min(max(place, 0), Double(length - 1))
    let first = Int(inside)
    return (start + first, start + min(first + 1, length - 1), inside - Double(first))
  }

  @Test func wholeImagesStayAsTheyAre() throws {
    let backend = try Devices.make("cpu")
    let images = Tensor([1, 2, 3, 4], shape: [1, 2, 2, 1], on: backend)
    let view = RandomView(smallestArea: 1)
    let seen = view.applied(to: images, seed: 0, samples: [0], iteration: 0)
    #expect(try seen.values() == [1, 2, 3, 4])
  }
}
