/// Which classifier is the victim, a model trained on a dataset that may be poisoned.
public struct VictimOptions: Hashable, Codable, Sendable {
  /// A model trained on the dataset already; nil to train one.
  public var model: String?
  /// How it is trained otherwise; its `initial` is a trusted model from which it starts.
  public var plan: ClassifierPlan

  public init(model: String? = nil, plan: ClassifierPlan = ClassifierPlan()) {
    self.model = model
    self.plan = plan
  }

  /// Models that are read, by what they are.
  public var files: [String: String] {
    var files: [String: String] = [:]
    files["victim weights"] = model
    files["initial weights"] = plan.initial
    return files
  }
}
