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

  private func image(_ count: Int, _ height: Int, _ width: Int, _ device: TestDevice) -> Tensor {
    Tensor((0..<count).map { Float($0) }, shape: [1, height, width, 1], on: device.backend)
  }

  /// By PyTorch's `conv2d` with the outer product of 1 3 3 1, over 64, one zero around; of 0 … 15.
  @Test(arguments: TestDevices.all)
  func filtersToHalfTheSize(device: TestDevice) throws {
    let half = filteredHalf(image(16, 4, 4, device))
    #expect(half.shape == [1, 2, 2, 1])
    expectClose(try half.values(), [2.734375, 3.9375, 7.546875, 8.75], .relative(1e-6), "half")
  }

  /// The same over 16, on 1 2 / 3 5 with zeros between, two zeros before and one behind.
  @Test(arguments: TestDevices.all)
  func filtersToTwiceTheSize(device: TestDevice) throws {
    let image = Tensor([1, 2, 3, 5], shape: [1, 2, 2, 1], on: device.backend)
    let expected: [Float] = [
      0.5625, 0.9375, 1.3125, 1.125, 1.125, 1.8125, 2.4375, 2.0625, 1.875, 2.9375, 3.8125, 3.1875,
      1.6875, 2.625, 3.375, 2.8125,
    ]
    expectClose(try filteredDouble(image).values(), expected, .relative(1e-6), "double")
  }

  /// Windows of 5×3 pixels overlap: rows 0–2 and 2–4; columns 0, 0–1, 1–2, 2.
  @Test(arguments: TestDevices.all)
  func poolsAdaptivelyAsPyTorch(device: TestDevice) throws {
    let pooled = averagePoolAdaptively(image(15, 5, 3, device), height: 2, width: 4)
    expectClose(
      try pooled.values(), [3, 3.5, 4.5, 5, 9, 9.5, 10.5, 11], .relative(1e-6), "adaptive")
  }

  /// The last row and column of 5×3 pixels have no window.
  @Test(arguments: TestDevices.all)
  func poolsOddSidesAsPyTorch(device: TestDevice) throws {
    let pooled = averagePoolHalf(image(15, 5, 3, device))
    #expect(pooled.shape == [1, 2, 1, 1])
    expectClose(try pooled.values(), [2, 8], .relative(1e-6), "odd")
    #expect(try averagePoolHalf(image(8, 2, 4, device)).values() == [2.5, 4.5])
  }
}
