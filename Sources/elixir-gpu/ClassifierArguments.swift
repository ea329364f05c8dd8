import ArgumentParser
import Models
import Training

/// How classifiers are trained where training one is not the command's purpose.
struct ClassifierArguments: ParsableArguments {
  @Option(help: "Of trained classifiers: resnet20, resnet18, resnet34 or preact_resnet18.")
  var architecture = ClassifierConfiguration.Architecture.resNet20

  @Option(help: "Channels after the first convolution (default: 64, resnet20: 16).")
  var width: Int?

  @Option(
    help: """
      Passes over the images when a classifier is trained (default: 12, and more until there are \
      \(ClassifierArguments.usual.minimumSteps) steps).
      """)
  var epochs: Int?

  static let usual = ClassifierRecipe.victim(seed: 0)

  @Option(help: "Images in each training step.")
  var classifierBatch = ClassifierArguments.usual.batchSize

  @Option(help: "The highest learning rate of classifiers.")
  var learningRate = ClassifierArguments.usual.optimizer.learningRate

  @Option(help: "Augmentation: cut windows from images with so many pixels of black border.")
  var crop = ClassifierArguments.usual.augmentation.cropPadding

  @Flag(help: "Augmentation: mirror half of the images; wrong for digits and letters.")
  var flip = false

  /// Channels of which a convolution takes 2.4 GB.
  private static let greatestWidth = 8192

  static func check(width: Int) throws {
    guard (1...greatestWidth).contains(width) else {
      throw ValidationError("--width \(width): use 1 to \(greatestWidth).")
    }
  }

  func validate() throws {
    if let width { try Self.check(width: width) }
    if let epochs, epochs < 1 { throw ValidationError("--epochs \(epochs): use at least 1.") }
    if classifierBatch < 1 {
      throw ValidationError("--classifier-batch \(classifierBatch): use at least 1.")
    }
    if !(learningRate > 0) {
      throw ValidationError("--learning-rate \(learningRate): use a number above 0.")
    }
    if crop < 0 { throw ValidationError("--crop \(crop): use 0 or more.") }
  }

  /// The network and its recipe.
  func plan(seed: UInt64) -> ClassifierPlan {
    var recipe = ClassifierRecipe.victim(seed: seed)
    if let epochs { (recipe.epochs, recipe.minimumSteps) = (epochs, 0) }
    recipe.batchSize = classifierBatch
    recipe.augmentation = Augmentation(cropPadding: crop, flips: flip)
    recipe.optimizer.learningRate = learningRate
    return ClassifierPlan(architecture, width: width, recipe: recipe)
  }
}
