import Datasets
import Restoration
import Testing

struct RestorationFrameTests {
  private func padded(_ height: Int, _ width: Int) throws -> [Int] {
    let shape = try RestorationFrame(
      ImageShape(height: height, width: width, channels: 3)
    ).padded
    return [shape.height, shape.width, shape.channels]
  }

  /// Units of 16 up to a side of 48, of 32 up to 96, of 64 up to 192.
  @Test func sidesBecomeMultiplesOfTheCoarsestPatch() throws {
    #expect(try padded(32, 32) == [32, 32, 3])
    #expect(try padded(28, 28) == [32, 32, 3])
    #expect(try padded(8, 17) == [16, 32, 3])
    #expect(try padded(48, 48) == [48, 48, 3])
    #expect(try padded(49, 20) == [64, 32, 3])
    #expect(try padded(64, 64) == [64, 64, 3])
    #expect(try padded(20, 100) == [64, 128, 3])
  }

  @Test(arguments: [(7, 32), (32, 1)])
  func tooSmallImagesAreRefused(height: Int, width: Int) {
    #expect {
      try RestorationFrame(ImageShape(height: height, width: width, channels: 1))
    } throws: {
      "\($0)".contains("too small") && "\($0)".contains("8 pixels")
    }
  }

  /// 9×15 to 16×16: three rows above, four below; no column to the left, one to the right.
  @Test func bordersRepeatAndAreCutAgain() throws {
    let shape = ImageShape(height: 9, width: 15, channels: 1)
    let frame = try RestorationFrame(shape)
    let images = (0..<2 * shape.byteCount).map { UInt8($0 % 251) }
    let padded = frame.pad(images)
    #expect(padded.count == 2 * 16 * 16)
    for image in 0..<2 {
      for row in 0..<16 {
        for column in 0..<16 {
          let source = min(max(row - 3, 0), 8) * 15 + min(column, 14)
          #expect(padded[image * 256 + row * 16 + column] == images[image * 135 + source])
        }
      }
    }
    #expect(frame.crop(padded) == images)
  }
}
