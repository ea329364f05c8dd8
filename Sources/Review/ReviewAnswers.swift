import RunStores
import Runs

/// A part of the samples, as the page gets it.
struct SamplePage: Encodable {
  struct Sample: Encodable {
    var sample: Int
    var name: String
    var oldLabel: Int
    var newLabel: Int
    var isInOutput: Bool
    var isChanged: Bool
    var verdict: String?
    var evidence: String?
    var doubt: Double?
    var decision: String?
    var decidedLabel: Int?

    init(_ record: SampleRecord, decision: Decision?, isInOutput: Bool) {
      sample = record.sample
      name = record.name.forTerminal()
      oldLabel = record.oldLabel
      newLabel = record.newLabel
      self.isInOutput = isInOutput
      isChanged = record.greatestChange > 0 || record.oldLabel != record.newLabel
      verdict = record.verdict
      evidence = record.evidence
      doubt = record.doubt
      self.decision = decision?.kind
      decidedLabel = decision?.label
    }
  }

  var samples: [Sample]
  /// Of the query, on all pages.
  var count: Int
  var decided: Int
  var total: Int
}

/// What is known of one sample besides.
struct SampleDetails: Encodable {
  struct Score: Encodable {
    var detector: String
    var score: Double?
    var isFlagged: Bool
  }

  var sample: Int
  var distance: Double?
  var pixelsChanged: Int
  var greatestChange: Int
  /// The victim's labels of the original and of the candidates, in order.
  var victimLabel: Int?
  var candidateLabels: [Int] = []
  var hasCandidateImages = false
  var scores: [Score] = []

  init(_ record: SampleRecord) {
    sample = record.sample
    distance = record.distance
    pixelsChanged = record.pixelsChanged
    greatestChange = record.greatestChange
  }
}

/// What the page asks to decide.
struct DecisionRequest: Decodable {
  var samples: [Int]
  var kind: String
  var label: Int?
}
