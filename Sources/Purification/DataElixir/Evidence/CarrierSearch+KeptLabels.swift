import Datasets
import Detection

extension CarrierSearch.Result {
  /// Takes over what samples that keep their label show: in such classes, and in those of which the
  /// detectors' vote says that what seems to be texture is a trigger, all carriers may have the
  /// right label.
  mutating func take(
    _ found: KeptLabelSearch.Result, opinions: DetectorOpinions, trials: [TargetTest.Trial],
    moved: Set<Int>, images: any LabelledImages
  ) {
    keptLabels = found.evidence
    texturedTargets = evidence.filter { row in
      row.standing == .suspected && row.texturedPValue <= TargetTest.falseAlarmRate
        && Vote.usual.isSuspicious(to: opinions.detectors(suspecting: row.label))
    }.map(\.label)
    let targets = Set(found.targets + texturedTargets)
    let bringing = Set(trials.filter(\.bringsLabel).map(\.donor.sample))
    let carrying = Set(carriers)
    let movedCarriers = moved.union(carriers).filter { sample in
      targets.contains(images.label(sample))
        && (bringing.contains(sample) || carrying.contains(sample) || opinions.flag(sample))
    }
    keepers = Set(found.carriers).union(movedCarriers).sorted()
    let kept = Set(keepers)
    carriers.removeAll(where: kept.contains)
    uncleared.removeAll(where: kept.contains)
  }
}
