/// The 8-bit color space YCrCb, with OpenCV's coefficients and its integer arithmetic: products by
/// round(c·2¹⁴), added up and rounded once.
package enum YCrCb {
  private static let shift = 14

  /// From red, green and blue.
  package static func from(_ rgb: SIMD3<UInt8>) -> SIMD3<UInt8> {
    let (red, green, blue) = (Int(rgb[0]), Int(rgb[1]), Int(rgb[2]))
    // 0.299, 0.587 and 0.114; 0.713 and 0.564.
    let luma = descaled(4899 * red + 9617 * green + 1868 * blue)
    return SIMD3(
      byte(luma), byte(descaled((red - luma) * 11682) + 128),
      byte(descaled((blue - luma) * 9241) + 128))
  }

  /// To red, green and blue.
  package static func toRGB(_ color: SIMD3<UInt8>) -> SIMD3<UInt8> {
    let (luma, cr, cb) = (Int(color[0]), Int(color[1]) - 128, Int(color[2]) - 128)
    // 1.403; −0.714 and −0.344; 1.773.
    return SIMD3(
      byte(luma + descaled(22987 * cr)), byte(luma + descaled(-11698 * cr - 5636 * cb)),
      byte(luma + descaled(29049 * cb)))
  }

  private static func descaled(_ value: Int) -> Int { (value + 1 << (shift - 1)) >> shift }

  private static func byte(_ value: Int) -> UInt8 { UInt8(min(max(value, 0), 255)) }
}
