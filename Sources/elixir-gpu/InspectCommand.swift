import ArgumentParser
import Datasets
import Support

/// `elixir-gpu inspect`: what there is in a dataset.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what there is in a dataset: its layout, classes, sizes, and what is wrong.",
    discussion: """
      Every image is decoded, unless --headers asks for what headers tell, which takes seconds \
      also for large datasets: then neither damage behind them nor duplicates show. A record \
      without an image that can be read, or without a label, is no sample: the other commands set \
      it aside and copy it as it is. The options on how a dataset is read are those of all \
      commands that read one.

      --list prints the records in their order, with --json as a JSON object a line: key, label, \
      class, width, height, channels and the SHA-256 of the decoded image as 8-bit RGB; or key, \
      label, class and problem.

      Examples:
        elixir-gpu inspect photos
        elixir-gpu inspect photos --list --json > photos.jsonl
        elixir-gpu inspect shards --headers
        elixir-gpu inspect cats-and-dogs --split validation
        elixir-gpu inspect record/badnet --clean cifar-10-batches-bin --target 0
      """)

  @Argument(help: "A dataset in any of the layouts.")
  var dataset: String

  @Option(help: "Which part: training, validation or test.")
  var split = ImageDataset.Split.training

  @Flag(help: "Print every record instead of numbers.")
  var list = false

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Read headers only, and decode nothing.")
  var headers = false

  @OptionGroup(title: "How the dataset is read") var reading: ReadingArguments

  @OptionGroup(title: "Of the record of an attack") var record: AttackRecordArguments

  func run() throws {
    let inspection = try DatasetInspection(
      dataset, split: split, options: reading.options(record: record),
      decodes: !headers)
    if list {
      try inspection.forEachRecord { print(json ? try JSONText.line($0) : $0.line) }
      return
    }
    let summary = try InspectionSummary(inspection)
    if json {
      print(try JSONText.line(summary))
    } else {
      for line in summary.lines { print(line) }
    }
    if reading.strict, let first = summary.problems.first {
      throw DatasetError.setAside(
        path: dataset, count: summary.problems.count, name: first.key, reason: first.problem)
    }
  }
}

extension ImageDataset.Split: ExpressibleByArgument {}

extension InspectedRecord {
  /// In words.
  fileprivate var line: String {
    let label = self.class ?? label.map(String.init) ?? "no label"
    guard let width, let height else { return "\(key)  \(label)  \(problem ?? "")" }
    return "\(key)  \(label)  \(width)×\(height)"
  }
}

extension InspectionSummary {
  /// Entries of each kind that are named; the rest are counted.
  private static let named = 20

  fileprivate var lines: [String] {
    var lines = [
      "\(path): \(format), \(records) records, \(samples) samples, \(classes.count) classes"
    ]
    if unlabelled > 0 { lines.append("Without a label: \(unlabelled)") }
    lines += Self.list("Classes", classes.map { "\($0.count)  \($0.name)" }, limit: 100)
    lines += Self.list(
      "Sizes", sizes.map { "\($0.count)  \($0.width)×\($0.height)×\($0.channels)" })
    lines += Self.list("Set aside", problems.map { "\($0.key): \($0.problem)" })
    lines += Self.list(
      "The same image",
      duplicates.map {
        $0.keys.prefix(4).joined(separator: ", ") + ($0.keys.count > 4 ? ", …" : "")
          + ($0.labelsDiffer ? " (labels differ)" : "")
      })
    lines += Self.list("Ignored", ignored.map { "\($0.name): \($0.reason)" })
    return lines
  }

  private static func list(_ title: String, _ items: [String], limit: Int = named) -> [String] {
    guard !items.isEmpty else { return [] }
    let rest = items.count - limit
    return ["\(title) (\(items.count)):"] + items.prefix(limit).map { "  " + $0 }
      + (rest > 0 ? ["  … and \(rest) more (--json names all)"] : [])
  }
}
