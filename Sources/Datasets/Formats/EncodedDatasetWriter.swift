/// Turns new images into changed files of their kind.
final class EncodedDatasetWriter: SampleWriter {
  private let source: EncodedDataset
  private let writer: any EncodedRecordWriter
  private let options: WritingOptions

  init(source: EncodedDataset, writer: any EncodedRecordWriter, options: WritingOptions) {
    self.source = source
    self.writer = writer
    self.options = options
  }

  func replace(_ record: Int, image: RasterImage?, label: Int32?) throws {
    guard let image else {
      return try writer.replace(record, contents: nil, kind: nil, label: label)
    }
    let old = try source.image(of: record, channels: image.shape.channels)
    let change = PixelChange(from: old, to: image)
    let contents = try source.source.contents(of: record, first: nil)
    let file = try source.naming(record) {
      try ImageCodecs.changing(
        contents, by: change, options: source.decoding, keepsGray: options.keepsGray,
        toPNG: options.changesAsPNG)
    }
    try writer.replace(record, contents: file.contents, kind: file.kind, label: label)
  }

  func copy(_ record: Int) throws { try writer.copy(record) }

  func finish(removing removed: Set<Int>) throws -> [String] {
    try writer.finish(removing: removed)
  }
}
