/// What a file is that is no image, as far as its first bytes tell.
enum UnreadableKind {
  static func description(of first: [UInt8]) -> String {
    func begins(_ text: String, at start: Int = 0) -> Bool {
      first.dropFirst(start).starts(with: text.utf8)
    }
    if first.isEmpty { return "it is empty" }
    if first.allSatisfy({ $0 == 0 }) { return "it holds nothing but zeros" }
    if begins("version https://") {
      return "it is a Git LFS pointer, not the image; run git lfs pull"
    }
    if begins("ftypavif", at: 4) || begins("ftypavis", at: 4) { return "AVIF images are not read" }
    if begins("ftyphei", at: 4) || begins("ftypmif1", at: 4) { return "HEIC images are not read" }
    if begins("<svg") || begins("<?xml") { return "SVG images are not read" }
    if begins("<!DOCTYPE") || begins("<html") { return "it is a web page, not an image" }
    if begins("%PDF") { return "it is a PDF document, not an image" }
    if begins("8BPS") { return "PSD images are not read" }
    if first.starts(with: [0xFF, 0x0A]) || begins("JXL ", at: 4) {
      return "JPEG XL images are not read"
    }
    if begins("jP  ", at: 4) || first.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) {
      return "JPEG 2000 images are not read"
    }
    return "it is no image of a kind that is read ("
      + ImageCodecs.all.map { $0.name }.joined(separator: ", ") + ")"
  }
}
