import ArgumentParser
import Datasets
import Foundation

/// How datasets are read; 'inspect --help' explains it, other commands have it hidden.
struct ReadingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Networks see all images as squares of this side, their aspect kept and their edges repeated \
      (default: their own size). Changed images go back at their own size.
      """, valueName: "pixels"))
  var size: Int?

  @Flag(help: "Refuse a dataset with records that cannot be used, instead of setting them aside.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "Images with a longer side than this are set aside.", valueName: "pixels"))
  var largestSide = ImageLimits().side

  @Option(help: ArgumentHelp("The column of a table that holds the images.", valueName: "name"))
  var imageColumn: String?

  @Option(help: ArgumentHelp("The column of a table that holds the labels.", valueName: "name"))
  var labelColumn: String?

  func validate() throws {
    if let size, !(1...4096).contains(size) {
      throw ValidationError("--size \(size): use 1 to 4096.")
    }
    if largestSide < 1 { throw ValidationError("--largest-side \(largestSide): use at least 1.") }
  }

  /// - Parameter record: how to read it if it is the record of an attack.
  func options(record: AttackRecordArguments? = nil) -> DatasetOptions {
    var options = DatasetOptions()
    options.size = size
    options.isStrict = strict
    options.limits.side = largestSide
    options.imageColumn = imageColumn
    options.labelColumn = labelColumn
    options.cleanDataset = record?.clean
    options.attackTarget = record?.target.map { Int32(clamping: $0) }
    return options
  }

  /// Opens a dataset, and says what of it is set aside.
  ///
  /// - Parameters:
  ///   - record: how to read it if it is the record of an attack.
  ///   - sizeLimit: the side at which networks see images that are larger, or of several sizes.
  ///   - limit: samples at most, for a trial.
  func open(
    _ path: String, split: ImageDataset.Split = .training, classNames: [String]? = nil,
    record: AttackRecordArguments? = nil, sizeLimit: Int? = nil, limit: Int? = nil
  ) throws -> ImageDataset {
    var options = options(record: record)
    options.sizeLimit = sizeLimit
    options.limit = limit
    let dataset = try ImageDataset.open(
      path, split: split, classNames: classNames, options: options)
    if options.size == nil, dataset.isFramed {
      print("Networks see the images of \(path) at \(dataset.shape.width)×\(dataset.shape.height)")
    }
    if let first = dataset.setAside.first {
      StandardError.tell(
        "warning: \(path): \(dataset.setAside.count) records are set aside and stay as they are, "
          + "\(first.name) for one: \(first.reason); 'elixir-gpu inspect' lists them")
    }
    return dataset
  }
}

/// What a record of BackdoorBench leaves open: it holds the samples that an attack changed.
struct AttackRecordArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The dataset before an attack, of whose record only changed samples are stored.",
      valueName: "dataset"))
  var clean: String?

  @Option(
    help: ArgumentHelp("The label that the attack gave to them.", valueName: "label"))
  var target: Int?
}
