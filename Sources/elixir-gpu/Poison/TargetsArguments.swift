import ArgumentParser
import Attacks
import Datasets

/// Several labels, where an attack can have a trigger for each.
struct TargetsArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Several labels instead, each with a trigger and a part of the poisons of its own.",
      valueName: "a,b"))
  var targets: String?

  /// The labels of one target, unless there are several.
  func mapping(_ dataset: ImageDataset, _ labels: LabelArguments) throws -> LabelMapping {
    guard let targets else { return try labels.mapping(dataset) }
    if labels.target != nil || labels.allToAll {
      throw ValidationError("--targets excludes --target and --all-to-all.")
    }
    let names = targets.split(separator: ",").map(String.init)
    return .toOneOf(targets: try names.map { try dataset.label(named: $0, option: "--targets") })
  }
}
