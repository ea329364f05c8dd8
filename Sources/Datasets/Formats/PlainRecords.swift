import Support

/// Records that hold the bytes of images of one shape, without a code.
protocol PlainRecords: IndexedDataset {
  var shape: ImageShape { get }
  var records: RecordTable { get }

  /// Writes an image as bytes `[H, W, C]`; safe from several threads.
  func readImage(_ record: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws
  func makeWriter(in directory: FileName) throws -> any SampleWriter
}

extension PlainRecords {
  var labels: [Int32] { records.labels }
  var holdsPlainBytes: Bool { true }

  func name(of record: Int) -> FileName { records.name(of: record) }
  func problem(of record: Int) -> String? { nil }
  func shape(of record: Int) -> ImageShape? { shape }

  func image(of record: Int, channels: Int?) throws -> RasterImage {
    let pixels = try [UInt8](unsafeUninitializedCapacity: shape.byteCount) { buffer, filled in
      try readImage(record, into: buffer)
      filled = shape.byteCount
    }
    return RasterImage(shape: shape, pixels: pixels)
      .converted(toChannels: channels ?? shape.channels)
  }

  func makeWriter(
    in directory: FileName, options: WritingOptions
  ) throws -> any SampleWriter {
    try makeWriter(in: directory)
  }
}
