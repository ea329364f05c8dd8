import Support

/// What `purified.csv` says in sum, without keeping its rows.
struct PurifiedSummary {
  /// Of a class.
  struct Counts: Equatable {
    var kept = 0
    /// Kept, though restorations have another label.
    var moved = 0
    var changed = 0
    var dropped = 0

    var all: Int { kept + moved + changed + dropped }
  }

  struct Doubtful {
    var sample: Int
    var name: String
    var label: Int
    var doubt: SampleDoubt
  }

  /// By old label.
  private(set) var classes: [Counts]
  /// Samples with a new label, by old and new.
  private(set) var relabelled: [[Int]: Int] = [:]
  private(set) var samples = 0
  private var candidates: [Doubtful] = []
  private let classNames: [String]
  private let mostDoubtful: Int

  init(classNames: [String], mostDoubtful: Int) {
    self.classNames = classNames
    self.mostDoubtful = mostDoubtful
    classes = [Counts](repeating: Counts(), count: classNames.count)
  }

  /// Of the table in an output folder, which must fit what the report says of the dataset.
  init(folder: String, of data: PurifiedData, mostDoubtful: Int) throws {
    self.init(classNames: data.classNames, mostDoubtful: mostDoubtful)
    try Self.forEachRow(of: folder, data) { add($0) }
  }

  /// Reads `purified.csv` row by row.
  static func forEachRow(
    of folder: String, _ data: PurifiedData, _ body: (PurifiedRow) throws -> Void
  ) throws {
    let path = folder + "/purified.csv"
    func damaged(_ reason: String) -> FileError {
      .damaged(path: path, reason: reason, advice: "purify the dataset again")
    }
    var columns: PurifiedColumns?
    var count = 0
    try CSVFile.forEachRow(of: path) { fields in
      guard let columns else { return columns = PurifiedColumns(fields) }
      count += 1
      guard let row = PurifiedRow(fields, columns, classes: data.classNames.count) else {
        throw damaged("row \(count + 1) is not of this dataset")
      }
      try body(row)
    }
    guard count == data.samples else {
      throw damaged("\(count) samples instead of \(data.samples)")
    }
  }

  mutating func add(_ row: PurifiedRow) {
    let (old, new) = row.labels
    if row.isDropped {
      classes[old].dropped += 1
    } else if row.isChanged {
      classes[old].changed += 1
    } else if row.isMoved {
      classes[old].moved += 1
    } else {
      classes[old].kept += 1
    }
    if old != new { relabelled[[old, new], default: 0] += 1 }
    if !row.isDropped, let doubt = row.doubt(classNames: classNames) {
      candidates.append(
        Doubtful(sample: samples, name: row["sample"], label: new, doubt: doubt))
      if candidates.count > 1000 + mostDoubtful { candidates = doubtful }
    }
    samples += 1
  }

  /// The most doubtful samples first.
  var doubtful: [Doubtful] {
    Array(
      candidates.sorted { (-$0.doubt.weight, $0.sample) < (-$1.doubt.weight, $1.sample) }
        .prefix(mostDoubtful))
  }
}
