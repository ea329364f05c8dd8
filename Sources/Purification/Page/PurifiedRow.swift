/// The columns of a `purified.csv`.
public struct PurifiedColumns: Sendable {
  fileprivate let places: [String: Int]

  init(_ names: [String]) {
    places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
  }
}

/// A row of `purified.csv`: what became of a sample.
public struct PurifiedRow: Sendable {
  private let columns: PurifiedColumns
  private let fields: [String]
  /// The labels in the dataset and in the output.
  public let labels: (old: Int, new: Int)

  /// - Returns: nil for a row that has other columns, or no labels of so many classes.
  init?(_ fields: [String], _ columns: PurifiedColumns, classes: Int) {
    guard fields.count == columns.places.count else { return nil }
    // Methods that keep labels write one.
    func label(_ column: String) -> Int? {
      (columns.places[column] ?? columns.places["label"]).flatMap { Int(fields[$0]) }
    }
    guard let old = label("oldLabel"), let new = label("newLabel"),
      (0..<classes).contains(old), (0..<classes).contains(new)
    else { return nil }
    self.columns = columns
    self.fields = fields
    labels = (old, new)
  }

  /// A field; empty if there is no such column.
  public subscript(_ column: String) -> String { columns.places[column].map { fields[$0] } ?? "" }

  /// Whether the sample is not in the output.
  public var isDropped: Bool { self["purifiedName"].isEmpty }

  /// Whether image or label changed.
  public var isChanged: Bool {
    labels.old != labels.new || !self["distance"].isEmpty || (Int(self["greatestChange"]) ?? 0) > 0
  }

  /// Whether its restorations have other labels than it.
  public var isMoved: Bool {
    Verdict(rawValue: self["verdict"]).map(\.isAnomalous) ?? false
  }

  /// What share of its candidates has which label, the most frequent first.
  public var shares: [(label: Int, share: Double)] {
    let counts = self["candidateLabels"].split(separator: " ").compactMap {
      part -> (label: Int, count: Double)? in
      let numbers = part.split(separator: ":").compactMap { Int($0) }
      return numbers.count == 2 ? (numbers[0], Double(numbers[1])) : nil
    }
    let total = counts.reduce(0) { $0 + $1.count }
    return counts.map { ($0.label, $0.count / max(total, 1)) }
      .sorted { (-$0.share, $0.label) < (-$1.share, $1.label) }
  }
}
