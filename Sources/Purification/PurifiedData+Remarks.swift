extension PurifiedData {
  /// Records that are named; the rest are in `report.json`.
  private static let named = 5

  /// What of the dataset no method saw.
  var remarks: [String] {
    [
      leftOut.map { "This is a trial: \($0) more samples were left out" },
      remark("set aside and copied as they are", setAside.map { ($0.name, $0.reason) }),
      remark("ignored", ignored.map { ($0.name, $0.reason) }),
    ].compactMap(\.self)
  }

  private func remark(_ fate: String, _ entries: [(name: String, reason: String)]) -> String? {
    guard !entries.isEmpty else { return nil }
    let names = entries.prefix(Self.named).map { "\($0.name) (\($0.reason))" }
    let rest = entries.count > Self.named ? " and more, see report.json" : ""
    return "\(entries.count) \(fate): " + names.joined(separator: ", ") + rest
  }
}
