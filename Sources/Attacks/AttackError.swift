/// Why a dataset cannot be poisoned as asked, or a manifest cannot be used.
public enum AttackError: Error, Sendable, Equatable, CustomStringConvertible {
  case targetOutOfRange(target: Int, classCount: Int)
  case rateOutOfRange(rate: Double)
  /// The rate selects no sample, or more than there are.
  case cannotSelect(wanted: Int, available: Int, rate: Double)
  case patchTooLarge(path: String, patch: String, image: String)
  /// A patch without any nonzero pixel changes nothing.
  case emptyPatch(path: String)
  case manifest(path: String, reason: String)
  case noTargetImage(index: Int, path: String, count: Int)
  /// The image has the label that the attacker wants already.
  case targetHasLabel(index: Int, path: String, label: Int)
  /// No image can be attacked: all have the label that the attacker wants, or none is of the source.
  case nothingToAttack(path: String, target: Int)
  /// A model that does not fit the dataset.
  case surrogate(path: String, reason: String)
  /// The surrogate's gradients are not numbers, or all zero.
  case noGradient

  public var description: String {
    switch self {
    case .targetOutOfRange(let target, let classCount):
      "--target \(target): the dataset has the classes 0 to \(classCount - 1); choose one of them"
    case .rateOutOfRange(let rate):
      "--rate \(rate): the share of samples must lie between 0 and 1"
    case .cannotSelect(let wanted, let available, let rate):
      "--rate \(rate): this asks for \(wanted) of \(available) eligible samples; choose another rate"
    case .patchTooLarge(let path, let patch, let image):
      "\(path): the patch is \(patch), but the images are \(image); give one that fits"
    case .emptyPatch(let path):
      "\(path): all pixels are zero, which means transparent; give a patch with nonzero pixels"
    case .manifest(let path, let reason):
      "\(path): \(reason); it is written by 'elixir-gpu poison' beside the dataset"
    case .noTargetImage(let index, let path, let count):
      "--target-image \(index): \(path) has the images 0 to \(count - 1); choose one of them"
    case .targetHasLabel(let index, let path, let label):
      "--target \(label): image \(index) of \(path) has this label already; choose another label or "
        + "image"
    case .nothingToAttack(let path, let target):
      "\(path): no image can be attacked with the target \(target); choose another target or source"
    case .surrogate(let path, let reason):
      "\(path): \(reason); give a model made for such images"
    case .noGradient:
      "the surrogate's gradients are zero or not numbers; check its weights"
    }
  }
}
