import RunStores
import Runs
import Support

extension RunDifference {
  /// Lines for the terminal.
  var text: String {
    guard !isEmpty else { return "The runs have the same settings, inputs and samples" }
    var lines = facts.map {
      "\($0.kind.rawValue) \($0.name): \($0.first ?? "none"), \($0.second ?? "none")"
    }
    lines.append("\(sampleCount) samples differ")
    for sample in samples {
      let name = sample.first?.name ?? sample.second?.name ?? ""
      lines.append("  \(name): \(Self.fate(sample.first)); \(Self.fate(sample.second))")
    }
    if samples.count < sampleCount {
      lines.append("  and \(sampleCount - samples.count) more; --limit 0 names all")
    }
    return lines.map(\.onOneLine).joined(separator: "\n")
  }

  private static func fate(_ record: SampleRecord?) -> String {
    guard let record else { return "not there" }
    let verdict = record.verdict.map { "\($0), " } ?? ""
    guard record.purifiedName != nil else { return verdict + "left out" }
    let label =
      record.newLabel == record.oldLabel
      ? "label \(record.oldLabel)" : "label \(record.oldLabel) to \(record.newLabel)"
    return "\(verdict)\(label), \(record.pixelsChanged) pixels changed"
  }
}
