import Support

/// A dataset as it is, all its records included: those that no method would use, too.
public struct DatasetInspection: Sendable {
  public let path: String
  private let indexed: any IndexedDataset
  /// Whether images are decoded; otherwise their headers are read only.
  private let decodes: Bool

  /// Opens a dataset; reads headers only.
  ///
  /// - Parameter decodes: whether records are decoded, so that their hashes and damage behind the
  ///   headers are known.
  /// - Throws: `DatasetError` or `FileError` if there is none, or its index is damaged.
  public init(
    _ path: String, split: ImageDataset.Split = .training,
    options: DatasetOptions = DatasetOptions(), decodes: Bool = true
  ) throws {
    self.path = path
    self.decodes = decodes
    let place = try DatasetPlace(path, split: split, options: options)
    indexed = try DatasetFormats.probe(place)
      .index(classNames: nil, options: options)
  }

  public var format: ImageDataset.Format { indexed.format }
  public var classNames: [String] { indexed.classNames }
  public var ignored: [IgnoredEntry] { indexed.ignored }
  public var count: Int { indexed.labels.count }

  /// A record's name.
  func key(of record: Int) -> String { indexed.name(of: record).description }

  /// A record's label; nil if it has none.
  func label(of record: Int) -> Int32? {
    indexed.labels[record] == ImageDataset.unlabelled ? nil : indexed.labels[record]
  }

  /// Reads every image and gives the records in their order, some at a time.
  public func forEachRecord(_ body: (InspectedRecord) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: 4096) {
      let end = min(start + 4096, count)
      let records = try Parallel.map(end - start) { part in
        part.map { record(start + $0) }
      }
      try records.forEach(body)
    }
  }

  private func record(_ record: Int) -> InspectedRecord {
    let label = label(of: record)
    var image: RasterImage?
    var problem = indexed.problem(of: record)
    if problem == nil, decodes {
      do {
        image = try indexed.image(of: record, channels: nil)
      } catch FileError.damaged(_, let reason, _) {
        problem = reason
      } catch {
        problem = "\(error)"
      }
    }
    let shape = decodes ? image?.shape : problem == nil ? indexed.shape(of: record) : nil
    let channels = indexed.holdsPlainBytes ? shape?.channels : 3
    return InspectedRecord(
      key: key(of: record), label: label,
      class: label.flatMap(name),
      width: shape?.width, height: shape?.height, channels: shape == nil ? nil : channels,
      sha256: image.map { Self.hash($0.converted(toChannels: 3)) }, problem: problem)
  }

  private func name(of label: Int32) -> String? {
    classNames.indices.contains(Int(label)) ? classNames[Int(label)] : nil
  }

  private static func hash(_ image: RasterImage) -> String {
    var hash = SHA256()
    hash.add(image.pixels)
    return hash.hexDigest
  }
}
