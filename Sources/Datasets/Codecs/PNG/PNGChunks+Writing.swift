/// A file with other pixels.
extension PNGChunks {
  /// The file with these pixels; all other chunks, and what follows the last, keep their bytes.
  ///
  /// With another color type or bit depth, chunks that lose their meaning are left out: background,
  /// significant bits, an animation's further frames; with color in gray, a gray profile.
  func replacingPixels(by samples: PNGSamples) throws -> [UInt8] {
    let former = try PNGHeader(self)
    let header = samples.header
    let isSameKind = header == former
    let isPalette = header.colorType == .palette
    let encoded = try PNGChunks(
      try samples.encoded(level: compressionLevel), isWhole: true, allowsTruncation: false)
    var file = Self.signature
    file.reserveCapacity(bytes.count + encoded.bytes.count)
    var hasPixels = false
    for chunk in chunks {
      switch chunk.type {
      case "IHDR":
        file += encoded.bytes[encoded.chunks[0].whole]
      case "PLTE" where isPalette:
        file += Self.chunk("PLTE", samples.palette)
      case "PLTE" where former.colorType == .palette:
        break
      case "tRNS":
        if let transparency = samples.transparency { file += Self.chunk("tRNS", transparency) }
      case "IDAT":
        if !hasPixels { file += pixelChunks(encoded) }
        hasPixels = true
      case "hIST" where !isPalette || !contents("PLTE", equal: samples.palette),
        "bKGD" where !isSameKind, "sBIT" where !isSameKind, "acTL" where !isSameKind,
        "fcTL" where !isSameKind, "fdAT" where !isSameKind,
        "iCCP" where header.isGray != former.isGray:
        break
      default:
        file += bytes[chunk.whole]
      }
    }
    return file + bytes[end...]
  }

  private func contents(_ type: String, equal other: [UInt8]) -> Bool {
    contents(type)?.elementsEqual(other) ?? false
  }

  /// New pixels in chunks as long as this file's.
  private func pixelChunks(_ encoded: PNGChunks) -> [UInt8] {
    let data = encoded.chunks.filter { $0.type == "IDAT" }.flatMap { encoded.bytes[$0.contents] }
    let sizes = chunks.filter { $0.type == "IDAT" }.map(\.contents.count)
    let size = sizes.count > 1 ? max(sizes.max() ?? 0, 1) : data.count
    return stride(from: 0, to: data.count, by: size).flatMap {
      Self.chunk("IDAT", data[$0..<min($0 + size, data.count)])
    }
  }

  /// The level of zlib that its header tells: about, for two bits have to do.
  private var compressionLevel: Int {
    let data = chunks.lazy.filter { $0.type == "IDAT" }.flatMap { bytes[$0.contents] }.prefix(2)
    return [1, 5, 6, 9][Int(data.last ?? 0x80) >> 6]
  }
}
