import Support

/// The image files of a container as a dataset: each is known by its content, not by its name.
struct EncodedDataset: IndexedDataset {
  let source: any EncodedRecords
  let decoding: DecodingOptions
  /// By record; of those without a readable header, nil.
  private let headers: [ImageHeader?]
  private let problems: [Int: String]

  /// Reads the headers of all image files, and decodes none.
  init(_ source: any EncodedRecords, limits: ImageLimits) throws {
    self.source = source
    let decoding = DecodingOptions(
      appliesOrientation: source.appliesOrientation, limits: limits)
    self.decoding = decoding
    let found = try Parallel.map(source.labels.count) { part in
      part.map { record -> Result<ImageHeader, ImageFailure> in
        if let problem = source.problem(of: record) {
          return .failure(ImageFailure(reason: problem))
        }
        return Self.header(of: record, in: source, decoding)
      }
    }
    headers = found.map { try? $0.get() }
    var problems: [Int: String] = [:]
    for (record, result) in found.enumerated() {
      if case .failure(let failure) = result { problems[record] = failure.reason }
    }
    self.problems = problems
  }

  /// Bytes in which most headers end; those behind a long profile or thumbnail are read whole.
  private static let firstBytes = [512, 65536]

  private static func header(
    of record: Int, in source: any EncodedRecords, _ decoding: DecodingOptions
  ) -> Result<ImageHeader, ImageFailure> {
    do {
      for count in firstBytes {
        let first = try source.contents(of: record, first: count)
        let isWhole = first.count < count
        if let header = try ImageCodecs.header(first, isWhole: isWhole, options: decoding) {
          return .success(header)
        }
        if isWhole { break }
      }
      let whole = try source.contents(of: record, first: nil)
      guard let header = try ImageCodecs.header(whole, isWhole: true, options: decoding) else {
        return .failure(ImageFailure(reason: "the file ends within its header"))
      }
      return .success(header)
    } catch let failure as ImageFailure {
      return .failure(failure)
    } catch {
      return .failure(ImageFailure(reason: "\(error)"))
    }
  }

  var format: ImageDataset.Format { source.format }
  var classNames: [String] { source.classNames }
  var labels: [Int32] { source.labels }
  var ignored: [IgnoredEntry] { source.ignored }
  var holdsPlainBytes: Bool { false }
  var namesInCopy: Set<FileName> { source.namesInCopy }
  var decoders: [String] {
    let kinds = Set(headers.compactMap { $0?.codec })
    return ImageCodecs.all.filter { kinds.contains($0.name) }.map { "\($0.name): \($0.library)" }
  }

  func name(of record: Int) -> FileName { source.name(of: record) }
  func problem(of record: Int) -> String? { problems[record] }
  func shape(of record: Int) -> ImageShape? { headers[record]?.shape }

  func image(of record: Int, channels: Int?) throws -> RasterImage {
    let image = try naming(record) {
      try ImageCodecs.decode(
        try source.contents(of: record, first: nil), channels: channels, options: decoding)
    }
    if let shape = headers[record]?.shape,
      shape.height != image.shape.height || shape.width != image.shape.width
    {
      throw FileError.unreadable(
        path: source.name(of: record).description,
        reason: "its size changed while it was in use")
    }
    return image
  }

  /// Turns an image's failure into one of the record.
  func naming<Result>(_ record: Int, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as ImageFailure {
      throw FileError.damaged(
        path: source.name(of: record).description, reason: failure.reason,
        advice: "replace or remove it")
    }
  }

  func storedLabels() throws -> [Int32] { try source.storedLabels() }

  func addContents(to hash: inout SHA256) throws { try source.addContents(to: &hash) }

  func makeWriter(
    in directory: FileName, options: WritingOptions
  ) throws -> any SampleWriter {
    EncodedDatasetWriter(
      source: self, writer: try source.makeWriter(in: directory), options: options)
  }
}
