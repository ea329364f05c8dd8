import Support

/// Where a sample came from and what became of it: a row of `provenance.csv`.
public struct StoredSample: Equatable, Sendable {
  /// Its file below `images`; empty if it was left out.
  public var name: String
  public var batch: Int
  /// Its name in the dataset that was added.
  public var source: String
  public var oldLabel: Int
  public var newLabel: Int
  public var isImageChanged: Bool
  /// What the method's table says; empty where it says nothing.
  public var flagged: String
  public var score: String
  public var confidence: String

  /// What became of it, in words.
  public var fate: String {
    if name.isEmpty { return "left out" }
    return switch (oldLabel != newLabel, isImageChanged) {
    case (true, true): "label and image"
    case (true, false): "label"
    case (false, true): "image"
    case (false, false): "unchanged"
    }
  }

  static let columns = [
    "name", "batch", "source", "oldLabel", "newLabel", "fate", "flagged", "score", "confidence",
  ]

  var row: [String] {
    [
      name, String(batch), source, String(oldLabel), String(newLabel), fate, flagged, score,
      confidence,
    ]
  }

  /// Throws `FileError` if the table is not one of a store.
  static func read(_ path: String) throws -> [StoredSample] {
    let rows = try CSVFile.read(path)
    func damaged(_ reason: String) -> FileError {
      .damaged(path: path, reason: reason, advice: "restore the store from a copy")
    }
    guard rows.first == columns else { throw damaged("it is no table of a store's samples") }
    return try rows.dropFirst().map { row in
      guard row.count == columns.count, let batch = Int(row[1]), let old = Int(row[3]),
        let new = Int(row[4])
      else { throw damaged("a row that cannot be read: \(row.joined(separator: ","))") }
      return StoredSample(
        name: row[0], batch: batch, source: row[2], oldLabel: old, newLabel: new,
        isImageChanged: row[5] == "image" || row[5] == "label and image", flagged: row[6],
        score: row[7], confidence: row[8])
    }
  }

  static func write(_ samples: [StoredSample], to path: String) throws {
    let table = try CSVFile(path, columns: columns)
    for sample in samples { try table.append(sample.row) }
    try table.close()
  }
}
