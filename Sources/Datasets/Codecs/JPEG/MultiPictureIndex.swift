/// The index of several JPEG images behind each other (MPO, CIPA DC-007).
///
/// Phones and stereo cameras write such files. The index is in the first image's APP2 segment.
enum MultiPictureIndex {
  /// Corrects size and places after the first image has changed its size.
  static func update(_ file: inout [UInt8], growth: Int) {
    guard growth != 0, let segments = try? JPEGSegments(file, stopsAtPixels: true) else { return }
    let prefix = Array("MPF\0".utf8)
    for segment in segments.segments
    where segment.marker == 0xE2 && file[segment.contents].starts(with: prefix) {
      update(
        &file, growth: growth,
        range: segment.contents.lowerBound + prefix.count..<segment.contents.upperBound)
    }
  }

  /// - Parameter range: where the index lies, which is built as a TIFF file.
  private static func update(_ file: inout [UInt8], growth: Int, range: Range<Int>) {
    guard range.count >= 8 else { return }
    let isLittle = file[range.lowerBound] == 0x49
    /// The places of a number's bytes, the high one first; nil if they lie outside.
    func places(_ start: Int, _ size: Int) -> [Int]? {
      let first = range.lowerBound + start
      guard start >= 0, first + size <= range.upperBound else { return nil }
      return isLittle ? (first..<first + size).reversed() : Array(first..<first + size)
    }
    func number(_ start: Int, _ size: Int) -> Int? {
      places(start, size)?.reduce(0) { $0 << 8 | Int(file[$1]) }
    }
    func add(_ start: Int) {
      guard let old = number(start, 4), let places = places(start, 4) else { return }
      for (index, place) in places.enumerated() {
        file[place] = UInt8(truncatingIfNeeded: (old + growth) >> (24 - 8 * index))
      }
    }
    guard let directory = number(4, 4), let count = number(directory, 2) else { return }
    for entry in 0..<count {
      let start = directory + 2 + 12 * entry
      guard number(start, 2) == 0xB002, let size = number(start + 4, 4),
        let table = number(start + 8, 4)
      else { continue }
      // Entries of 16 bytes: attributes, size, place (0 for the first image), dependents.
      for image in 0..<size / 16 {
        guard let place = number(table + 16 * image + 8, 4) else { return }
        add(table + 16 * image + (place == 0 ? 4 : 8))
      }
    }
  }
}
