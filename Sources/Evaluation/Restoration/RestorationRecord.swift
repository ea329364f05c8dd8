import Datasets
import Support

/// What `purified.csv` says about a sample, where flagged samples were restored.
package struct RestorationRecord: Equatable {
  package var isFlagged: Bool
  /// The detector's trust, the lower the worse; nil if it gave none.
  package var score: Float?
  /// The label that the restored image got; the old one of other samples.
  package var label: Int32
  /// How certain that label is, from 0 to 1; nil for samples that are not flagged.
  package var confidence: Double?
  /// Whether the output has the sample.
  package var isKept: Bool

  private static let columns = ["sample", "flagged", "score", "newLabel", "confidence", "kept"]

  /// By sample of the poisoned dataset; nil if there is no `purified.csv` that says what was
  /// flagged.
  ///
  /// - Parameter folder: of the purified dataset.
  /// - Throws: `FileError` if the table is damaged, or another dataset's.
  static func load(_ folder: String, of poisoned: ImageDataset) throws -> [RestorationRecord]? {
    let path = folder + "/purified.csv"
    let rows: [[String]]
    do {
      rows = try CSVFile.read(path)
    } catch FileError.notFound {
      return nil
    }
    guard let heading = rows.first, heading.contains("flagged"), heading.contains("confidence")
    else { return nil }
    func damaged(_ reason: String) -> FileError {
      .damaged(path: path, reason: reason, advice: "give the dataset as it was purified")
    }
    let places = try columns.map { name in
      guard let place = heading.firstIndex(of: name) else {
        throw damaged("it has no column \(name)")
      }
      return place
    }
    var records: [FileName: RestorationRecord] = [:]
    for row in rows.dropFirst() {
      guard row.count == heading.count, let record = RestorationRecord(places.map { row[$0] })
      else { throw damaged("a row that cannot be read: \(row.joined(separator: ","))") }
      records[FileName(row[places[0]])] = record
    }
    return try poisoned.labels.indices.map { sample in
      let name = poisoned.name(of: sample)
      guard let record = records[FileName(name)] else { throw damaged("it has no \(name)") }
      guard (0..<poisoned.classCount).contains(Int(record.label)) else {
        throw damaged("the label \(record.label) of \(name) is none of the dataset's")
      }
      return record
    }
  }

  package init(
    isFlagged: Bool, score: Float? = nil, label: Int32, confidence: Double? = nil,
    isKept: Bool = true
  ) {
    self.isFlagged = isFlagged
    self.score = score
    self.label = label
    self.confidence = confidence
    self.isKept = isKept
  }

  /// - Parameter fields: in the order of `columns`.
  private init?(_ fields: [String]) {
    func isYes(_ text: String) -> Bool? { ["yes": true, "no": false][text] }
    guard let isFlagged = isYes(fields[1]), let label = Int32(fields[3]),
      let isKept = isYes(fields[5]), fields[2].isEmpty || Float(fields[2])?.isFinite == true,
      !isFlagged || Double(fields[4]).map((0...1).contains) == true
    else { return nil }
    self.init(
      isFlagged: isFlagged, score: Float(fields[2]), label: label,
      confidence: isFlagged ? Double(fields[4]) : nil, isKept: isKept)
  }
}
