import Attacks
import Datasets
import TestSupport
import Testing

@Suite struct FTrojanTests {
  private func trigger(
    _ shape: ImageShape, window: Int = 4, magnitude: Double = 30,
    overflow: FTrojan.Overflow = .clip
  ) throws -> Trigger {
    try FTrojan(
      magnitude: magnitude, window: window, overflow: overflow, labels: .allToAll,
      selection: PoisonSelection(rate: 0.1)
    ).makeTrigger(for: shape)
  }

  /// The reference is OpenCV 5.0.0, whose functions the authors' code calls.
  ///
  ///     image = ((np.arange(96) * 37) % 256).astype(np.uint8).reshape(4, 8, 3)
  ///     image[0, :4] = (255, 0, 0), (0, 0, 255), (0, 255, 0), (255, 255, 0)
  ///     x = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb).astype(float)
  ///     for c in (1, 2):
  ///         for j in (0, 4):
  ///             d = cv2.dct(x[:, j:j + 4, c].copy())
  ///             d[1, 1] += 29.3; d[3, 3] += 29.3
  ///             x[:, j:j + 4, c] = cv2.idct(d)
  ///     x = x.round(6)  # of what is an integer but for rounding
  ///     clipped = np.clip(np.rint(x), 0, 255).astype(np.uint8)
  ///     wrapped = x.astype(np.int64).astype(np.uint8)
  ///     cv2.cvtColor(clipped or wrapped, cv2.COLOR_YCrCb2RGB)
  @Test(
    arguments: [
      (
        FTrojan.Overflow.clip,
        [
          254, 0, 26, 0, 0, 254, 0, 255, 0, 234, 255, 0, 209, 209, 33, 44, 79, 117, 155, 190, 228,
          0, 61, 57, 121, 156, 194, 252, 0, 75, 65, 138, 134, 197, 234, 15, 53, 88, 126, 185, 184,
          255, 0, 70, 66, 130, 165, 203, 240, 22, 57, 74, 147, 143, 227, 227, 51, 62, 97, 135,
          173, 208, 246, 6, 79, 75, 160, 159, 239, 249, 31, 66, 83, 156, 152, 215, 252, 33, 71,
          106, 144, 203, 202, 255, 15, 88, 84, 148, 183, 221, 3, 38, 76, 135, 134, 214,
        ]
      ),
      (
        .wrap,
        [
          0, 168, 25, 0, 0, 254, 0, 255, 0, 234, 182, 255, 207, 210, 31, 44, 79, 117, 155, 190,
          228, 0, 61, 57, 121, 156, 194, 250, 0, 73, 65, 138, 134, 197, 234, 15, 53, 88, 126, 183,
          185, 255, 0, 70, 66, 130, 165, 203, 240, 22, 57, 74, 147, 143, 225, 228, 49, 62, 97,
          135, 173, 208, 246, 6, 79, 75, 158, 160, 237, 249, 31, 66, 83, 156, 152, 215, 252, 33,
          71, 106, 144, 201, 203, 255, 15, 88, 84, 148, 183, 221, 3, 38, 76, 133, 135, 212,
        ]
      ),
    ] as [(FTrojan.Overflow, [UInt8])])
  func isTheAuthorsTransform(overflow: FTrojan.Overflow, expected: [UInt8]) throws {
    let shape = ImageShape(height: 4, width: 8, channels: 3)
    var image = (0..<96).map { UInt8($0 * 37 % 256) }
    image.replaceSubrange(0..<12, with: [255, 0, 0, 0, 0, 255, 0, 255, 0, 255, 255, 0])
    #expect(try trigger(shape, magnitude: 29.3, overflow: overflow).applied(to: image) == expected)
  }

  /// YCrCb of these colors by OpenCV 5.0.0, and the way back, which is not exact.
  @Test func colorsAreOpenCVs() {
    let colors: [SIMD3<UInt8>] = [
      SIMD3(0, 0, 0), SIMD3(255, 255, 255), SIMD3(255, 0, 0), SIMD3(0, 255, 0), SIMD3(0, 0, 255),
      SIMD3(12, 200, 77), SIMD3(250, 3, 130), SIMD3(90, 91, 93),
    ]
    #expect(
      colors.map(YCrCb.from) == [
        SIMD3(0, 128, 128), SIMD3(255, 128, 128), SIMD3(76, 255, 85), SIMD3(150, 21, 43),
        SIMD3(29, 107, 255), SIMD3(130, 44, 98), SIMD3(91, 241, 150), SIMD3(91, 127, 129),
      ])
    #expect(
      colors.map(YCrCb.toRGB) == [
        SIMD3(0, 135, 0), SIMD3(255, 121, 255), SIMD3(75, 255, 28), SIMD3(178, 0, 0),
        SIMD3(0, 48, 225), SIMD3(113, 0, 0), SIMD3(75, 255, 254), SIMD3(38, 128, 28),
      ])
  }

  /// At pixel (0, 0) the waves are 30·½·(cos²(π/8) + cos²(3π/8)) = 15, which is what 100 gains.
  @Test func grayImagesGetTheWavesThemselves() throws {
    let gray = try trigger(ImageShape(height: 8, width: 4, channels: 1))
      .applied(to: [UInt8](repeating: 100, count: 32))
    #expect(gray[0] == 115)
    // Both windows are alike, and no wave has a mean.
    #expect(Array(gray[..<16]) == Array(gray[16...]))
    #expect(abs(gray.reduce(0) { $0 + Int($1) } - 3200) <= 8)
    let clipped = try trigger(ImageShape(height: 4, width: 4, channels: 1))
      .applied(to: [UInt8](repeating: 250, count: 16))
    let wrapped = try trigger(ImageShape(height: 4, width: 4, channels: 1), overflow: .wrap)
      .applied(to: [UInt8](repeating: 250, count: 16))
    #expect(clipped[0] == 255 && wrapped[0] < 10)
  }

  @Test func windowsMustCoverTheImage() throws {
    let digits = ImageShape(height: 28, width: 28, channels: 1)
    #expect(
      throws: ParameterError(
        "window", 32,
        "images of 28×28 cannot be cut into such windows; choose a divisor of both sides")
    ) { try trigger(digits, window: 32) }
    #expect(throws: Never.self) { try trigger(digits, window: 14) }
    let attack = FTrojan(
      window: 3, labels: .allToAll, selection: PoisonSelection(rate: 0.1))
    #expect(throws: ParameterError.self) { try attack.validate(classCount: 10) }
  }
}
