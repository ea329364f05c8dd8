/// A method that jobs can ask for, with its options: a subcommand of `purify`.
struct JobMethod: Sendable {
  let name: String
  let help: String
  var options: [JobOption]
  /// Options without which it cannot be run.
  var required: Set<String> = []

  /// What can be run with models of these names: without any, no option asks for one.
  static func all(models: [String]) -> [JobMethod] {
    guard models.isEmpty else { return all }
    return all.compactMap { method in
      var method = method
      let names = method.options.filter(\.isModel).map(\.name)
      method.options.removeAll(where: \.isModel)
      return method.required.isDisjoint(with: names) ? method : nil
    }
  }

  private static let all = [
    JobMethod(
      name: "dataelixir",
      help: "Finds samples that carry a trigger, and gives them back without it.",
      options: [
        JobOption(
          name: "denoiser", kind: .model,
          help: "The diffusion model; without one, one is trained on the dataset."),
        JobOption(name: "rounds", kind: .integer(1...20), help: "Restorations of each image."),
        JobOption(
          name: "noise-steps", kind: .automatic(1...1000), help: "Noise added each time."),
        JobOption(
          name: "compat", kind: .choice(["none", "paper", "dataelixir"]),
          help: "Whose rules decide."),
        JobOption(
          name: "force-verdict", kind: .flag, help: "Decide also where the evidence is unsure."),
        JobOption(
          name: "denoiser-steps", kind: .integer(1...100_000),
          help: "Steps of the training of a denoiser of its own."),
      ] + classifier + common),
    JobMethod(
      name: "pd-autor",
      help: "Restores samples that differ from their class, with nothing but the dataset.",
      options: [
        JobOption(
          name: "expected-rate", kind: .number(0.0001...1),
          help: "The share of each class that is expected to be poison."),
        JobOption(
          name: "restorer-epochs", kind: .integer(1...1000), help: "Passes of its training."),
        JobOption(
          name: "threshold", kind: .number(0...1),
          help: "The certainty from which on a restored label is taken."),
        JobOption(
          name: "doubtful", kind: .choice(["keep", "drop"]),
          help: "What becomes of restored samples below it."),
        JobOption(
          name: "no-mirror", kind: .flag, help: "Mirror no images; right for digits and letters."),
      ] + classifier + common),
    JobMethod(
      name: "mendata",
      help: "Changes images a little until their features are distributed like trusted ones.",
      options: [
        JobOption(name: "features", kind: .model, help: "The classifier whose features count."),
        reference,
        JobOption(name: "rounds", kind: .integer(1...1000), help: "Rounds at most."),
        JobOption(
          name: "share", kind: .number(0.0001...1),
          help: "The share of untrusted samples moved in a round."),
        JobOption(
          name: "amplification", kind: .number(0.01...100),
          help: "Perturbations are multiplied by this at the end."),
      ] + common, required: ["features", "reference"]),
    JobMethod(
      name: "friendly-noise", help: "Adds as much noise as a model's predictions bear.",
      options: [
        JobOption(
          name: "alpha", kind: .number(0.01...255),
          help: "The greatest change in 1/255."),
        JobOption(name: "mu", kind: .number(0...1000), help: "The weight of the noise's size."),
      ] + classifier + common),
    JobMethod(
      name: "random-noise", help: "Adds independent normal noise to every pixel.",
      options: [
        JobOption(name: "sigma", kind: .number(0...255), help: "The deviation in 1/255.")
      ] + common),
  ]

  private static let reference = JobOption(
    name: "reference", kind: .text(pattern: "^(sift|knn):[0-9]{1,6}$"),
    help: "The trusted samples: sift:K or knn:K, so many of each class.")

  /// Of classifiers that a method trains.
  private static let classifier = [
    JobOption(
      name: "architecture",
      kind: .choice(["resnet20", "resnet18", "resnet34", "preact_resnet18"]),
      help: "Of trained classifiers."),
    JobOption(name: "width", kind: .integer(1...512), help: "Channels of their first convolution."),
    JobOption(name: "epochs", kind: .integer(1...1000), help: "Passes of their training."),
    JobOption(name: "flip", kind: .flag, help: "Mirror half of the images in their training."),
  ]

  private static let column = JobOption.Kind.text(pattern: "^[A-Za-z0-9_][A-Za-z0-9_. -]{0,63}$")

  private static let common = [
    JobOption(
      name: "seed", kind: .integer(0...999_999_999_999_999),
      help: "Determines all noise, initial weights and orders."),
    JobOption(name: "batch", kind: .integer(1...4096), help: "Images that go through at once."),
    JobOption(
      name: "size", kind: .integer(1...4096), help: "The side at which networks see images."),
    JobOption(
      name: "strict", kind: .flag, help: "Refuse records that cannot be used."),
    JobOption(name: "image-column", kind: column, help: "The column of a table with the images."),
    JobOption(name: "label-column", kind: column, help: "The column of a table with the labels."),
    JobOption(
      name: "changed-as", kind: .choice(["own", "png"]), help: "How changed images are written."),
  ]

  /// The words behind `purify` for a job: the method, the dataset, and what was chosen.
  ///
  /// - Parameter models: paths of models by name.
  /// - Throws: `HTTPFailure` for what is not declared, given twice, or missing.
  func words(
    _ choices: [(name: String, value: String)], models: [String: String]
  ) throws(HTTPFailure) -> [String] {
    var words = [name]
    var given: Set<String> = []
    for choice in choices {
      guard let option = options.first(where: { $0.name == choice.name }) else {
        throw HTTPFailure(
          .badRequest,
          "\(name) has no option '\(choice.name.prefix(80))'; /v1/openapi.json says which.")
      }
      guard given.insert(option.name).inserted else {
        throw HTTPFailure(.badRequest, "\(option.name) is given twice.")
      }
      words += try option.words(choice.value, models: models)
    }
    for option in required.sorted() where !given.contains(option) {
      throw HTTPFailure(.badRequest, "\(name) needs \(option).")
    }
    return words
  }
}
