import Datasets
import Support

extension LabelledImages {
  /// The SHA-256, 64 hexadecimal digits, of shape, labels and pixels: all that a training sees.
  public func checksum() throws -> String {
    var hash = SHA256()
    hash.add("\(shape), \(classCount) classes, \(count) images")
    hash.add(labels.flatMap { label in withUnsafeBytes(of: label.littleEndian) { Array($0) } })
    let atOnce = max(1, (1 << 20) / max(1, shape.byteCount))
    for start in stride(from: 0, to: count, by: atOnce) {
      hash.add(try images(Array(start..<min(start + atOnce, count))))
    }
    return hash.hexDigest
  }
}
