import Foundation

extension DataElixirFindings {
  /// A victim that gives fewer of a typical class's originals their label did not learn the data.
  static let leastVictimShare = 0.7
  /// A benign model on which carriers' transplants work more often may know the trigger.
  static let mostBenignAttack = 0.1
  /// More carriers than this share without a clean candidate leave the trigger in the data.
  static let mostStillCarrying = 0.05

  /// Whether our own rules decided.
  private var isOurs: Bool { options.compatibility == .current }

  public var isClean: Bool { targets.isEmpty }

  public func doubts(_ data: PurifiedData, _ changes: PurificationChanges) -> [String] {
    guard isOurs else { return targets.isEmpty || changes.images > 0 ? [] : [Self.noChange] }
    var doubts: [String] = []
    if let original = rounds.first, original.medianClass < Self.leastVictimShare {
      doubts.append(
        "the victim model gives only \(percent(original.medianClass)) of a typical class their "
          + "label, so it did not learn the data: train it longer, or give one that has")
    }
    if let noiseSearch, !noiseSearch.isBearable {
      doubts.append(
        "a typical class loses its labels at every useful level of noise: a better denoiser is "
          + "needed, one trained longer or on more images of this kind")
    }
    for class_ in evidence
    where class_.standing == .suspected && !targets.contains(class_.label) {
      doubts.append("class \(data.name(class_.label)) " + suspicion(class_))
    }
    for suspicion in opinions?.suspicions ?? [] where !targets.contains(suspicion.label) {
      doubts.append(
        "detectors (\(suspicion.detectors.joined(separator: ", "))) suspect "
          + "\(suspicion.flagged) samples of class \(data.name(suspicion.label)), but nothing "
          + "shows a trigger: look at them; they are left as they are")
    }
    if let asymmetry, asymmetry.isSignificant, targets.isEmpty,
      let original = rounds.first, original.medianClass >= TargetTest.learnedShare
    {
      doubts.append(
        "\(asymmetry.samples) samples that the victim model does not believe move between classes "
          + "in one direction (p = \(String(format: "%.1g", asymmetry.pValue))): labels may have "
          + "been changed by an attack that it has not learned; look at them, or train it longer "
          + "(they are left as they are)")
    }
    if !targets.isEmpty && changes.images == 0 { doubts.append(Self.noChange) }
    if repair.keepers > 0 {
      doubts.append(
        "\(repair.keepers) samples carry a trigger although their labels may be right: their "
          + "images were restored, but nothing shows that the trigger is gone from them; to be "
          + "safe, leave those out that purified.csv calls carriers")
    }
    if let attack, attack.benign > Self.mostBenignAttack {
      doubts.append(
        "what carriers have in common still works on \(percent(attack.benign)) of images with the "
          + "model of the purified data: some poison was not found")
    }
    let most = Self.mostStillCarrying * Double(repair.carriers)
    if Double(repair.stillCarrying) > most {
      doubts.append(
        "of \(repair.carriers) samples with a trigger \(repair.stillCarrying) have no restored "
          + "image that is free of it: a denoiser trained for more noise is needed")
    }
    return doubts
  }

  private func suspicion(_ class_: TargetEvidence) -> String {
    if class_.texturedPValue <= TargetTest.falseAlarmRate {
      return "has \(class_.textured) samples of which what the denoiser took away gives other "
        + "images their label with either sign: finer texture than that of other classes, or a "
        + "trigger of waves; its samples are left as they are"
    }
    return class_.bringersPValue <= TargetTest.falseAlarmRate
      ? "has \(class_.bringers) samples whose peculiarities give images of another class their "
        + "label, but not images of every class: perhaps a trigger for one class only, or classes "
        + "that are hard to tell apart; its samples are left as they are"
      : "has \(class_.unbelieved) samples that the victim model does not believe, too many for "
        + "chance, but nothing shows a trigger: look at them; they are left as they are"
  }

  private static let noChange = "a target was found, but no sample of it could be purified"

  public func conclusion(_ data: PurifiedData, _ changes: PurificationChanges) -> String? {
    if targets.isEmpty {
      return isOurs && doubts(data, changes).isEmpty
        ? "No sign of poison was found: the output is the input, unchanged."
        : "No target class was found: the output is the input, unchanged."
    }
    let names = targets.map(data.name).joined(separator: ", ")
    let noun = targets.count == 1 ? "class" : "classes"
    let found = isOurs ? "\(repair.carriers + repair.keepers) samples carry a trigger; " : ""
    return "Target \(noun) \(names): \(found)"
      + "\(changes.labels) labels and \(changes.images) images changed."
  }

  /// The verdicts and a table of the classes.
  public var summary: [String] {
    let counts =
      "Samples: \(verdicts.benign) benign, \(verdicts.poisoned) poisoned, "
      + "\(verdicts.suspicious) suspicious"
    return [counts] + (isOurs ? evidenceTable : classTable)
  }

  private var evidenceTable: [String] {
    var lines = ["class  samples   moved  tested  carriers  by chance  probability"]
    for row in evidence {
      lines.append(
        column(String(row.label), 5) + column(String(row.samples), 9)
          + column(String(row.moved), 8) + column(String(row.donors), 8)
          + column(String(row.carriers), 10)
          + column(String(format: "%.1f", row.nullRate * Double(row.donors)), 11)
          + column(String(format: "%.1g", row.pValue), 13)
          + (row.standing == .clear ? "" : "  \(row.standing.rawValue)"))
    }
    for row in keptLabels where row.isTarget {
      lines.append(
        "Class \(row.label) is a target, too: of \(row.tested) tested samples that keep their "
          + "label \(row.carriers) carry a trigger (probability "
          + String(format: "%.1g", row.pValue) + ")")
    }
    if let opinions {
      lines += opinions.opinions.filter { !$0.suspected.isEmpty }.map { opinion in
        "Detector \(opinion.detector) suspects class "
          + opinion.suspected.map(String.init).joined(separator: ", ")
      }
    }
    return lines
  }

  private var classTable: [String] {
    var lines = ["class  anomalous  by count  score   index"]
    for row in classes {
      lines.append(
        column(String(row.label), 5) + column(String(row.anomalousSamples), 11)
          + column(number(row.countIndex), 10)
          + column(number(row.score), 8) + column(number(row.index), 8)
          + (row.isTarget ? "  target" : ""))
    }
    return lines
  }

  private func column(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
  private func number(_ value: Double?) -> String {
    value.map { String(format: "%.3f", $0) } ?? "–"
  }
  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}
