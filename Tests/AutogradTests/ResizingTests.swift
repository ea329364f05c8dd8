import Autograd
import TestSupport
import Testing

/// Values of PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
@Suite struct ResizingTests {
  /// Squares of 0, 1, 2, … over 10, as one image of 3×2 pixels with 2 channels.
  private let values = (0..<12).map { Float($0 * $0) / 10 }

  @Test(arguments: TestDevices.all)
  func enlargesAsPyTorch(device: TestDevice) throws {
    let image = Tensor(values, shape: [1, 3, 2, 2], on: device.backend)
    let expected: [Float] = [
      0.0, 0.1, 0.2, 0.5, 0.4, 0.9, 0.64, 1.06, 1.16, 1.78, 1.68, 2.5, 1.6, 2.5, 2.6, 3.7, 3.6,
      4.9, 4.48, 5.86, 5.96, 7.54, 7.44, 9.22, 6.4, 8.1, 8.2, 10.1, 10.0, 12.1,
    ]
    let resized = resizeBilinear(image, height: 5, width: 3)
    #expect(resized.shape == [1, 5, 3, 2])
    expectClose(try resized.values(), expected, .relative(2e-6), "3×2 to 5×3")
  }

  @Test(arguments: TestDevices.all)
  func mixesDirectionsAsPyTorch(device: TestDevice) throws {
    let image = Tensor(values, shape: [1, 3, 2, 2], on: device.backend)
    let expected: [Float] = [
      0.4, 0.7, 0.6, 1.0, 1.0, 1.6, 1.2, 1.9, 5.2, 6.7, 6.0, 7.6, 7.6, 9.4, 8.4, 10.3,
    ]
    let resized = resizeBilinear(image, height: 2, width: 4)
    expectClose(try resized.values(), expected, .relative(2e-6), "3×2 to 2×4")
  }
}
