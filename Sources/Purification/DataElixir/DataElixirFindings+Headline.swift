import Support

extension DataElixirFindings {
  public func headline(
    _ data: PurifiedData, _ changes: PurificationChanges
  ) -> ReportHeadline? {
    let open = doubts(data, changes).count
    let standing: ReportHeadline.Standing =
      targets.isEmpty ? (open == 0 ? .clean : .unsure) : .poisoned
    return ReportHeadline(
      standing: standing,
      sentence: targets.isEmpty
        ? cleanSentence(data, open: open) : poisonedSentence(data, changes, open: open),
      figures: figures(data, changes), limits: Self.limits)
  }

  private static let limits = [
    "Poison that leaves labels alone is found only if its trigger is strong and detectors suspect "
      + "the class.",
    "A trigger that works on images of one class only is suspected at most, and not repaired.",
    "Wrong labels without a trigger are shown below, but not corrected.",
  ]

  private func cleanSentence(_ data: PurifiedData, open: Int) -> String {
    let all = "\(NumberFormat.count(data.samples)) samples of \(data.classNames.count) classes"
    guard open > 0 else {
      return "No sign of poison was found in \(all), so nothing was changed; weak poison that "
        + "leaves labels alone cannot be ruled out."
    }
    return "It is unsure whether these \(all) are poisoned: no class is certain to be attacked and "
      + "nothing was changed, but \(Self.points(open)) below."
  }

  private func poisonedSentence(
    _ data: PurifiedData, _ changes: PurificationChanges, open: Int
  ) -> String {
    let names = targets.map { "“\(data.classNames[$0])”" }
    let carriers = repair.carriers + repair.keepers
    let share = NumberFormat.percent(Double(carriers) / Double(max(data.samples, 1)))
    let found =
      carriers > 0
      ? "\(NumberFormat.count(carriers)) of \(NumberFormat.count(data.samples)) samples (\(share)) "
        + "carry a trigger that makes models answer \(Self.joined(names, by: "or"))"
      : "samples of \(Self.joined(names, by: "and")) lose their label when they are restored"
    return "These data are \(certainty)poisoned: \(found); \(changed(changes)), and "
      + (open == 0
        ? (attack.map {
          "with a model of the result it works on \(NumberFormat.percent($0.benign)) of images "
            + "instead of \(NumberFormat.percent($0.victim))."
        } ?? "no check failed.")
        : "\(Self.points(open)) below.")
  }

  /// In words, by the probability that chance explains the surest target.
  private var certainty: String {
    guard let chance else { return "" }
    return chance <= 1e-6 ? "almost certainly " : chance <= 1e-3 ? "very probably " : "probably "
  }

  /// The least probability of chance among the targets.
  private var chance: Double? {
    (evidence.filter { targets.contains($0.label) }.map(\.pValue)
      + keptLabels.filter(\.isTarget).map(\.pValue)).min()
  }

  private func changed(_ changes: PurificationChanges) -> String {
    let images = NumberFormat.count(changes.images)
    guard changes.images + changes.labels > 0 else { return "nothing could be repaired" }
    if changes.labels == 0 { return "\(images) images were cleaned" }
    if changes.labels == changes.images {
      return "the images and labels of \(images) were repaired"
    }
    return "\(images) images and \(NumberFormat.count(changes.labels)) labels were repaired"
  }

  private static func points(_ count: Int) -> String {
    count == 1 ? "one question is open, see" : "\(count) questions are open, see"
  }

  private static func joined(_ names: [String], by word: String) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " \(word) " + last
  }

  private func figures(
    _ data: PurifiedData, _ changes: PurificationChanges
  ) -> [ReportHeadline.Figure] {
    var figures = changes.figures(of: data)
    if !targets.isEmpty {
      figures.insert(
        .init(
          targets.count == 1 ? "Target class" : "Target classes",
          targets.map { data.classNames[$0] }.joined(separator: ", "),
          chance.map { "probability of chance " + Self.probability($0) } ?? ""), at: 1)
    }
    if let attack {
      figures.append(
        .init(
          "Attack success", NumberFormat.percent(attack.benign),
          "was \(NumberFormat.percent(attack.victim))"))
    }
    return figures
  }

  private static func probability(_ value: Double) -> String {
    value < 1e-12 ? "below 10⁻¹²" : String(format: "%.1g", value)
  }
}
