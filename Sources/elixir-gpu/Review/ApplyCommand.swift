import ArgumentParser
import Review

/// `elixir-gpu apply`: the dataset that a review decided on.
struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Makes the final dataset of a purification and what 'review' decided about it.",
    discussion: """
      Samples that were accepted, or about which nothing was decided, are those of the purified \
      dataset, byte for byte. Those to be left out are not in it; relabeled ones have their \
      original image and the label that was given. decisions.csv names each of them.

      Example:
        elixir-gpu apply purified --output final
      """)

  @OptionGroup var review: ReviewArguments

  @OptionGroup var destination: OutputArguments

  func run() throws {
    let source = try ReviewSource(folder: review.folder)
    let original = try review.original(source)
    try destination.check(inputs: [review.folder, original.path])
    let counts = try FinalDataset(
      folder: review.folder, original: original, purified: try review.purified(source)
    ).write(to: destination.output, force: destination.force)
    print(
      "\(counts.accepted) samples accepted, \(counts.rejected) left out, "
        + "\(counts.relabeled) relabeled")
    print("Written to \(destination.output)")
  }
}
