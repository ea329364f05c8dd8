/// A figure in the table of a suite.
enum SuiteColumn: String, CaseIterable {
  case truePositiveRate
  case falsePositiveRate
  case labelAccuracy
  case accuracyBefore
  case accuracyAfter
  case successBefore
  case successAfter

  /// As in the literature: ACC of clean test images, ASR of triggered ones.
  var title: String {
    switch self {
    case .truePositiveRate: "TPR"
    case .falsePositiveRate: "FPR"
    case .labelAccuracy: "labels"
    case .accuracyBefore: "ACC before"
    case .accuracyAfter: "ACC"
    case .successBefore: "ASR before"
    case .successAfter: "ASR"
    }
  }

  func value(_ figures: SuiteFigures) -> Double? {
    switch self {
    case .truePositiveRate: figures.truePositiveRate
    case .falsePositiveRate: figures.falsePositiveRate
    case .labelAccuracy: figures.labelAccuracy
    case .accuracyBefore: figures.before.accuracy
    case .accuracyAfter: figures.after.accuracy
    case .successBefore: figures.before.attackSuccessRate
    case .successAfter: figures.after.attackSuccessRate
    }
  }

  /// How good a value is, from 0 to 1.
  func quality(_ value: Double) -> Double {
    switch self {
    case .truePositiveRate, .labelAccuracy, .accuracyBefore, .accuracyAfter: value
    case .falsePositiveRate, .successBefore, .successAfter: 1 - value
    }
  }
}
