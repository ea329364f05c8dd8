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

  /// Where transplants have shown a trigger and the detectors' vote suspects the class as well, the
  /// samples that it flags are not cleared, unless a region tells all of them apart: poison that
  /// every restoration leaves in its place.
  mutating func addFlagged(
    _ search: KeptLabelSearch, moved: Set<Int>, images: any LabelledImages
  ) throws {
    let known = Set(carriers + keepers + uncleared)
    for target in movedTargets
    where regions[target] == nil
      && Vote.usual.isSuspicious(to: search.opinions.detectors(suspecting: target))
    {
      let flagged = (0..<images.count).filter {
        images.label($0) == target && search.opinions.flag($0) && !known.contains($0)
      }
      let unseen = flagged.filter { !moved.contains($0) && candidates.imaged(of: $0).isEmpty }
      if !unseen.isEmpty {
        let look = try search.look(at: unseen, "flagged-\(target)")
        candidates.append(look)
      }
      uncleared = Set(uncleared).union(flagged).sorted()
    }
  }
}
