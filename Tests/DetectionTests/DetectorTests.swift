import Detection
import Testing

@Suite struct DetectorTests {
  private let labels: [Int32] = [0, 0, 0, 1, 1, 3]
  private let votes = [(2, 0), (3, 0), (1, 1), (3, 1), (3, 1), (0, 1)].map {
    NeighborVote(agreeing: $0.0, plurality: $0.1)
  }

  private func reference(_ selection: NearestNeighborDetector.Selection) throws -> [Int] {
    try NearestNeighborDetector(k: 3, selection: selection).reference(votes: votes, labels: labels)
  }

  @Test func keepsWhatAgreesWithItsNeighbors() throws {
    #expect(try reference(.agreeing) == [0, 1, 3, 4])
  }

  /// Equal confidence goes to the smaller index; a class that does not occur is left out.
  @Test func keepsTheMostConfidentOfEachClass() throws {
    #expect(try reference(.mostConfident(perClass: 1)) == [1, 3, 5])
    #expect(try reference(.mostConfident(perClass: 2)) == [0, 1, 3, 4, 5])
  }

  @Test func refusesToSelectNothing() {
    #expect(throws: DetectionError.nothingSelected) {
      try NearestNeighborDetector(k: 1, selection: .agreeing).reference(
        votes: [NeighborVote(agreeing: 0, plurality: 1), NeighborVote(agreeing: 0, plurality: 0)],
        labels: [0, 1])
    }
  }

  @Test func checksNumbersBeforehand() throws {
    let names = ["cat", "dog", "hen", "fox"]
    func check(_ k: Int, _ selection: NearestNeighborDetector.Selection) throws {
      try NearestNeighborDetector(selection: selection).check(
        k: k, labels: labels, classNames: names)
    }
    try check(5, .agreeing)
    try check(1, .mostConfident(perClass: 1))
    #expect(throws: DetectionError.neighbors(k: 6, others: 5)) { try check(6, .agreeing) }
    #expect(throws: DetectionError.neighbors(k: 0, others: 5)) { try check(0, .agreeing) }
    #expect(throws: DetectionError.samplesPerClass(2, name: "fox", count: 1)) {
      try NearestNeighborDetector(selection: .mostConfident(perClass: 2)).check(
        k: 1, labels: [0, 0, 3], classNames: names)
    }
    #expect(throws: DetectionError.self) { try check(1, .mostConfident(perClass: 0)) }
  }

  @Test func defaultIsTheMeanClassSize() {
    #expect(NearestNeighborDetector.samplesPerClass(labels) == 2)
    #expect(NearestNeighborDetector.samplesPerClass([0, 1, 0, 1, 1]) == 3)
    #expect(NearestNeighborDetector.samplesPerClass([4, 4, 4]) == 2)
  }

  /// q, r, manipulated of 1,000, and by hand the numbers of clean and manipulated samples selected.
  @Test(arguments: [
    (0.99, 0.5, 10, 495, 5), (1, 0.1, 10, 99, 0), (0.9, 0.1, 100, 90, 10), (0.998, 0.3, 10, 297, 0),
    (0.991, 0.3, 10, 297, 2), (0.5, 1, 500, 500, 500), (1, 1, 0, 1000, 0),
  ])
  func simulatedDetectorHasThePrecisionAndRecall(
    precision: Double, recall: Double, manipulated: Int, clean: Int, bad: Int
  ) throws {
    let truth = Set((0..<manipulated).map { ($0 * 7) % 1000 })
    let detector = SimulatedDetector(precision: precision, recall: recall)
    let found = try detector.reference(manipulated: truth, count: 1000, seed: 5)
    #expect(Set(found).count == clean + bad)
    #expect(found.count { truth.contains($0) } == bad)
    #expect(found == found.sorted())
    let quality = ReferenceQuality(reference: found, manipulated: truth, count: 1000)
    #expect(quality.precision == Double(clean) / Double(clean + bad))
    #expect(quality.recall == Double(clean) / Double(1000 - manipulated))
    #expect(try detector.reference(manipulated: truth, count: 1000, seed: 5) == found)
    guard clean < 1000 - manipulated else { return }
    #expect(try detector.reference(manipulated: truth, count: 1000, seed: 6) != found)
  }

  @Test func simulatedDetectorChoosesUniformly() throws {
    var counts = [Int](repeating: 0, count: 20)
    for seed in 0..<2000 {
      let detector = SimulatedDetector(precision: 0.8, recall: 0.25)
      for sample in try detector.reference(
        manipulated: [3, 7, 11, 19], count: 20, seed: UInt64(seed))
      {
        counts[sample] += 1
      }
    }
    // Each of 16 and of 4 is chosen with probability ¼: 500 ± 5 standard deviations.
    for count in counts { #expect(abs(count - 500) < 97) }
  }

  @Test func simulatedDetectorRefusesTheImpossible() {
    func reference(_ precision: Double, _ recall: Double, _ manipulated: Set<Int>) throws {
      _ = try SimulatedDetector(precision: precision, recall: recall)
        .reference(manipulated: manipulated, count: 100, seed: 1)
    }
    #expect(throws: DetectionError.noUnmanipulatedSample(recall: 0.01, count: 99)) {
      try reference(1, 0.01, [4])
    }
    #expect(throws: DetectionError.noUnmanipulatedSample(recall: 1, count: 0)) {
      try reference(1, 1, Set(0..<100))
    }
    #expect(throws: DetectionError.tooFewManipulated(wanted: 99, count: 1)) {
      try reference(0.5, 1, [4])
    }
    for value in [0, -0.5, 1.1, .nan] {
      #expect(throws: DetectionError.self) { try reference(value, 0.5, [4]) }
      #expect(throws: DetectionError.self) { try reference(1, value, [4]) }
    }
  }

  @Test func qualityWithoutSamples() {
    let empty = ReferenceQuality(reference: [], manipulated: [1], count: 2)
    #expect(empty.precision == nil && empty.recall == 0)
    let spoiled = ReferenceQuality(reference: [1], manipulated: [0, 1], count: 2)
    #expect(spoiled.precision == 0 && spoiled.recall == nil)
  }

  /// A registered detector is named by its id, with its arguments behind a colon.
  @Test func detectorsAreFoundByName() throws {
    #expect(Set(Detectors.all.map { $0.id }).count == Detectors.all.count)
    let named = try #require(Detectors.named("knn:7"))
    #expect(
      named as? NearestNeighborDetector
        == NearestNeighborDetector(selection: .mostConfident(perClass: 7)))
    let simulated = try #require(Detectors.named("simulated:0.9,0.5"))
    #expect(simulated as? SimulatedDetector == SimulatedDetector(precision: 0.9, recall: 0.5))
    let sift = try #require(Detectors.named("sift:9"))
    #expect(sift as? MetaSiftDetector == MetaSiftDetector(quota: .perClass(9)))
    let digits = try #require(Detectors.named("sift:9,no-flip") as? MetaSiftDetector)
    #expect(!digits.method.dilution.flips)
    for wrong in [
      "sift:0", "sift:9,", "sift:9,flip", "knn:0", "knn:few", "simulated:0.9",
      "simulated:,",
    ] {
      let found = try #require(Detectors.named(wrong), "\(wrong)")
      #expect(found == nil, "\(wrong)")
    }
    #expect(Detectors.named("photos") == nil)
    #expect(Detectors.named("C:photos") == nil)
  }
}
