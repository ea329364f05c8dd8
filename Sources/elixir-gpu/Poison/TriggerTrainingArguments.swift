import ArgumentParser
import Attacks
import Datasets
import Models
import Runs
import Training

/// How an attacker trains the network that makes triggers.
struct TriggerTrainingArguments: ParsableArguments {
  @Option(
    help: """
      Passes over the images (default: \(TriggerTrainingArguments.usual.epochs), and more \
      until there are \(TriggerTrainingArguments.usual.minimumSteps) steps).
      """)
  var epochs: Int?

  @Option(help: ArgumentHelp("Images in each training step.", visibility: .hidden))
  var trainingBatch = TriggerTrainingArguments.usual.batchSize

  @Option(help: ArgumentHelp("The learning rate of Adam.", visibility: .hidden))
  var learningRate = TriggerTrainingArguments.usual.optimizer.learningRate

  @Option(help: ArgumentHelp("Channels of the network's first layer.", visibility: .hidden))
  var width = 16

  @OptionGroup var device: DeviceArguments

  private static let usual = AttackTraining.recipe(seed: 0)

  func validate() throws {
    if let epochs, epochs < 1 { throw ValidationError("--epochs \(epochs): use at least 1.") }
    if trainingBatch < 4 {
      throw ValidationError("--training-batch \(trainingBatch): use at least 4.")
    }
    if !(learningRate > 0) {
      throw ValidationError("--learning-rate \(learningRate): use a number above 0.")
    }
  }

  /// - Parameter classifier: what is trained together with the network.
  func context(
    for attack: some Attack, on dataset: ImageDataset, _ copy: PoisonArguments,
    classifier: AttackerModelArguments? = nil
  ) throws -> AttackContext {
    var recipe = AttackTraining.recipe(seed: copy.seed)
    if let epochs { (recipe.epochs, recipe.minimumSteps) = (epochs, 0) }
    recipe.batchSize = trainingBatch
    recipe.optimizer.learningRate = learningRate
    let plan =
      classifier.map { ClassifierPlan($0.architecture, width: $0.modelWidth, recipe: recipe) }
      ?? ClassifierPlan(recipe: recipe)
    let backend = try device.makeBackend()
    let run = Run.onConsole()
    let folder = TrainingFolder(copy, of: dataset, in: run) { backend in
      [
        ["attack": type(of: attack).id], try RunFolder.identity(of: attack, backend: backend),
        try RunFolder.identity(of: plan, backend: backend),
      ]
    }
    return AttackContext(
      training: AttackTraining(plan) { backend }, folder: folder, run: run)
  }
}

/// The classifier that is trained together with a trigger.
struct AttackerModelArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model trained with the trigger: resnet20, resnet18, resnet34 or preact_resnet18.",
      visibility: .hidden))
  var architecture = ClassifierConfiguration.Architecture.resNet20

  @Option(
    help: ArgumentHelp(
      "Its channels after the first convolution (default: 64, resnet20: 16).",
      visibility: .hidden))
  var modelWidth: Int?

  func validate() throws {
    if let modelWidth, modelWidth < 1 {
      throw ValidationError("--model-width \(modelWidth): use at least 1.")
    }
  }
}
