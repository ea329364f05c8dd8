import ArgumentParser
import Datasets
import Review

/// An output of `purify` and the dataset it was made of.
struct ReviewArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("An output of 'purify'.", valueName: "dir"))
  var folder: String

  @Option(
    help: ArgumentHelp(
      "The dataset that was purified, if it lies elsewhere by now.", valueName: "path"))
  var dataset: String?

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @OptionGroup(visibility: .hidden) var record: AttackRecordArguments

  func original(_ source: ReviewSource) throws -> ImageDataset {
    try reading.open(
      dataset ?? source.data.path, classNames: source.data.classNames, record: record,
      sizeLimit: source.side, limit: source.data.limit)
  }

  func purified(_ source: ReviewSource) throws -> ImageDataset {
    try reading.open(folder, classNames: source.data.classNames, sizeLimit: source.side)
  }
}
