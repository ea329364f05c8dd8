import Support

/// What there is in a dataset, in numbers.
public struct InspectionSummary: Sendable, Encodable {
  public struct Class: Sendable, Encodable {
    public let name: String
    public var count: Int
  }

  public struct Size: Sendable, Encodable {
    public let width: Int
    public let height: Int
    public let channels: Int
    public var count: Int
  }

  public struct Problem: Sendable, Encodable {
    public let key: String
    public let problem: String
  }

  /// Records that show the same pixels.
  public struct Duplicates: Sendable, Encodable {
    public var keys: [String]
    /// Whether their labels differ.
    public var labelsDiffer: Bool
  }

  public let path: String
  public let format: String
  /// Records, whatever is in them.
  public private(set) var records = 0
  /// Those with an image that can be read and a label.
  public private(set) var samples = 0
  public private(set) var unlabelled = 0
  public private(set) var classes: [Class]
  /// The most frequent first.
  public private(set) var sizes: [Size] = []
  public private(set) var problems: [Problem] = []
  public private(set) var duplicates: [Duplicates] = []
  public let ignored: [IgnoredEntry]

  /// Goes through all records.
  ///
  /// - Parameter each: gets every record on the way.
  public init(
    _ inspection: DatasetInspection, each: (InspectedRecord) throws -> Void = { _ in }
  ) throws {
    path = inspection.path
    format = inspection.format.rawValue
    classes = inspection.classNames.map { Class(name: $0, count: 0) }
    ignored = inspection.ignored
    var sizes: [[Int]: Int] = [:]
    var images: [HashedImage] = []
    try inspection.forEachRecord { record in
      records += 1
      if record.label == nil { unlabelled += 1 }
      if let problem = record.problem {
        problems.append(Problem(key: record.key, problem: problem))
      } else if let label = record.label {
        samples += 1
        if classes.indices.contains(Int(label)) { classes[Int(label)].count += 1 }
      }
      if let width = record.width, let height = record.height, let channels = record.channels {
        sizes[[width, height, channels], default: 0] += 1
      }
      if let hash = record.sha256, let image = HashedImage(hash, record: records - 1) {
        images.append(image)
      }
      try each(record)
    }
    self.sizes = sizes.sorted {
      ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1])
    }
    .map { Size(width: $0.key[0], height: $0.key[1], channels: $0.key[2], count: $0.value) }
    duplicates = HashedImage.groups(images).map { group in
      let labels = group.map(inspection.label)
      return Duplicates(
        keys: group.map(inspection.key),
        labelsDiffer: labels.contains { $0 != labels[0] })
    }
  }
}

/// A record with the first half of its image's hash: there may be millions.
private struct HashedImage {
  let high: UInt64
  let low: UInt64
  let record: Int

  /// - Parameter hash: hexadecimal digits.
  init?(_ hash: String, record: Int) {
    guard let high = UInt64(hash.prefix(16), radix: 16),
      let low = UInt64(hash.dropFirst(16).prefix(16), radix: 16)
    else { return nil }
    (self.high, self.low, self.record) = (high, low, record)
  }

  /// Records of equal hashes, where there are several, in the order of their second ones.
  static func groups(_ images: [HashedImage]) -> [[Int]] {
    let sorted = images.sorted { ($0.high, $0.low, $0.record) < ($1.high, $1.low, $1.record) }
    var groups: [[Int]] = []
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, sorted[end].isSame(as: sorted[start]) { end += 1 }
      if end > start + 1 { groups.append(sorted[start..<end].map(\.record)) }
      start = end
    }
    return groups.sorted { $0[1] < $1[1] }
  }

  private func isSame(as other: HashedImage) -> Bool { high == other.high && low == other.low }
}
