import Datasets
import Detection
import Devices
import Runs
import Sifting
import TestSupport
import Testing

@Suite struct MetaSiftDetectorTests {
  /// The scores are Meta-Sift's weights by the input's seed, and the trusted samples its choice.
  @Test func scoresAreTheWeights() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/data", training: 60, test: 10)
    let dataset = try ImageDataset.open(folder.path + "/data")
    let backend = try Devices.make("cpu")
    var recipe = SifterRecipe(.resNet20, width: 4)
    recipe.minimumSteps = 2
    var method = MetaSift(recipe)
    method.sifters = 1
    let detector = MetaSiftDetector(method, quota: .perClass(2))
    let found = try detector.scores(
      DetectionInput(dataset: dataset, seed: 5, backend: backend), Run())
    method.seed = 5
    let weights = try method.weights(of: dataset, on: backend, Run())
    #expect(found.values == weights.means.map { Float($0) })
    #expect(found.trusted.count == 20)
    #expect(
      found.trusted
        == SiftSelection.highest(
          weights.means, labels: dataset.labels, counts: [Int](repeating: 2, count: 10)))
    let many = MetaSiftDetector(method, quota: .perClass(7))
    #expect(throws: SiftingError.samplesPerClass(7, name: "disc", count: 6)) {
      try many.scores(DetectionInput(dataset: dataset, backend: backend), Run())
    }
  }
}
