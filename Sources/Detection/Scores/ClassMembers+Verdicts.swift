extension ClassMembers {
  /// A verdict on each class; one without samples is not suspicious.
  ///
  /// - Parameter classNames: of the dataset, by label.
  func verdicts(
    _ classNames: [String], _ verdict: (_ samples: [Int]) -> ClassVerdict
  ) -> [ClassVerdict] {
    var verdicts = classNames.map { _ in
      ClassVerdict(count: 0, isSuspicious: false, reason: "it has no samples")
    }
    for (label, samples) in classes { verdicts[Int(label)] = verdict(samples) }
    return verdicts
  }
}
