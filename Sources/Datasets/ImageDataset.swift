import Support

/// A labelled image dataset on disk, read in parts so that memory is bounded by the batch.
///
///     let dataset = try ImageDataset.open("cifar-10-batches-bin")
///     let pixels = try dataset.images(0..<128)      // [128, H, W, C] bytes
///     let label = dataset.labels[0]                 // index into classNames
///
/// Only labels and the places of records are held in memory. Reading is safe from several threads
/// at once.
///
/// A sample is a record with a label and an image that can be read. Other records are *set aside*:
/// no method sees them, and every copy of the dataset has them as they are.
public struct ImageDataset: Sendable {
  /// What a layout is called; `DatasetFormats` lists those that are read and written.
  public struct Format: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
  }

  /// Which part of a folder that holds a training and a test set.
  public enum Split: String, Sendable, CaseIterable {
    case training, validation, test
  }

  /// The label of a record that states none.
  static let unlabelled: Int32 = -1

  /// The path it was opened by.
  public let path: String
  /// What networks see: the images' own shape if they have one, see `DatasetOptions.size`.
  public let shape: ImageShape
  /// By label; digits where the layout has no names.
  public let classNames: [String]
  /// By sample.
  public let labels: [Int32]
  /// Records that are no samples.
  public let setAside: [SetAsideRecord]
  /// Records that are not in a trial with few samples; no copy of the dataset has them.
  let leftOut: Set<Int>
  /// The limit of a trial, see `DatasetOptions.limit`; nil where all samples are there.
  public let limit: Int?
  let indexed: any IndexedDataset
  /// The record of each sample.
  let records: [Int]
  /// Of a dataset of image files.
  let decoded: DecodedImages?

  public var format: Format { indexed.format }
  public var count: Int { labels.count }
  /// Samples that a limit leaves out, see `DatasetOptions.limit`.
  public var leftOutCount: Int { leftOut.count }
  public var height: Int { shape.height }
  public var width: Int { shape.width }
  public var channels: Int { shape.channels }
  public var classCount: Int { classNames.count }

  /// The images of a range of samples, bytes `[N, H, W, C]`.
  ///
  /// Throws `FileError` when a file is damaged, changed or cannot be read any more.
  public func images(_ range: Range<Int>) throws -> [UInt8] {
    try images(Array(range))
  }

  /// The images of some samples in the order given, bytes `[N, H, W, C]`.
  public func images(_ indices: [Int]) throws -> [UInt8] {
    let size = shape.byteCount
    return try [UInt8](unsafeUninitializedCapacity: indices.count * size) { buffer, filled in
      for (position, index) in indices.enumerated() {
        precondition(
          labels.indices.contains(index), "images: sample \(index) of a dataset of \(count)")
        let part = UnsafeMutableBufferPointer(
          rebasing: buffer[position * size..<(position + 1) * size])
        try readImage(index, into: part)
      }
      filled = indices.count * size
    }
  }

  /// One image with its shape.
  public func image(_ index: Int) throws -> RasterImage {
    RasterImage(shape: shape, pixels: try images([index]))
  }

  /// A sample's name, unique in the dataset: `data_batch_1.bin:123` or `class/name.png`.
  ///
  /// Bytes that are not UTF-8 are escaped, see `FileName`; compare names as `FileName`.
  public func name(of index: Int) -> String { indexed.name(of: records[index]).description }

  /// What lies in the dataset's place and is no record, and why.
  public var ignored: [IgnoredEntry] { indexed.ignored }

  /// Writes what networks see of a sample.
  private func readImage(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let record = records[index]
    if let decoded { return try decoded.read(record, into: pixels) }
    if let plain = indexed as? any PlainRecords, plain.shape == shape {
      return try plain.readImage(record, into: pixels)
    }
    let image = try indexed.image(of: record, channels: nil)
    _ = pixels.update(fromContentsOf: Framing(image.shape, in: shape).show(image).pixels)
  }

  /// What decoded the images, with versions; empty if they are stored as plain bytes.
  public var decoders: [String] { indexed.decoders }

  /// Whether networks see any image at another size than its own.
  public var isFramed: Bool {
    records.contains {
      indexed.shape(of: $0).map { $0.height != shape.height || $0.width != shape.width } ?? false
    }
  }

  /// A sample's image at its own size, with what changed in what networks saw of it.
  ///
  /// - Parameter keepsGray: a gray image does not get colors.
  func restored(
    _ index: Int, seen pixels: [UInt8], keepsGray: Bool = true
  ) throws -> RasterImage {
    let changed = RasterImage(shape: shape, pixels: pixels)
    guard var own = indexed.shape(of: records[index]), own != shape else { return changed }
    if !keepsGray && !indexed.holdsPlainBytes { own.channels = shape.channels }
    let image = try indexed.image(of: records[index], channels: own.channels)
    return Framing(own, in: shape).apply(changed, to: image)
  }

  /// The SHA-256, 64 hexadecimal digits, of all names, labels and pixels.
  ///
  /// Reads the whole dataset.
  public func fingerprint() throws -> String {
    var hash = SHA256()
    hash.add(format.rawValue)
    hash.add(shape.description)
    for name in classNames { hash.add(name) }
    try indexed.addContents(to: &hash)
    for record in leftOut.sorted() { hash.add("without \(record)") }
    return hash.hexDigest
  }
}
