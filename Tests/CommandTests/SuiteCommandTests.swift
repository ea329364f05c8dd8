import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// `evaluate --suite` as a user runs it, on a few generated images.
@Suite struct SuiteCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, to name: String = "suite.yaml") throws {
    try folder.write(Array(text.utf8), to: name)
  }

  private func suite(_ rest: String...) throws -> CommandRun {
    try CommandRun(["evaluate", "--suite", "suite.yaml"] + rest, in: folder.path)
  }

  private let file = """
    dataset: clean
    test: clean
    training: {width: 4, epochs: 12, classifier-batch: 20, crop: 0, learning-rate: 0.1}
    attacks:
      - none
      - badnets: {target: disc, rate: 0.1}
    methods:
      - none
      - random-noise: {sigma: 8}
        name: noise

    """

  @Test func listsItsCells() throws {
    try write(file + "seeds: [3, 4]\n")
    let run = try suite("--dry-run")
    #expect(run.exitCode == 0)
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "none, none, seed 3", "none, noise, seed 3", "none, none, seed 4", "none, noise, seed 4",
        "badnets, none, seed 3", "badnets, noise, seed 3", "badnets, none, seed 4",
        "badnets, noise, seed 4", "8 cells",
      ])
  }

  @Test(arguments: [
    (
      "attacks:\n  - badnet\n", "suite.yaml:4: there is no attack 'badnet'; there are none, badnets"
    ),
    (
      "attacks:\n  - none\n  - badnets:\n      target: 3\n      rat: 0.1\n",
      "suite.yaml:7: badnets has no option 'rat'; it has pattern, target, all-to-all, rate"
    ),
    ("attacks:\n  - badnets: {rate: much}\n", "suite.yaml:4: badnets: "),
    ("attacks:\n  - badnets: {all-to-all: 2}\n", "suite.yaml:4: all-to-all is true or false"),
    ("attacks:\n  - badnets: {seed: 2}\n", "suite.yaml:4: badnets has no option 'seed'"),
    ("attacks: [none, none]\n", "suite.yaml:3: there are two attacks 'none'"),
    ("attacks: [none\n", "suite.yaml:"),
    ("attack: [none]\n", "suite.yaml:3: a suite has no 'attack'; it has dataset"),
    ("seeds: [-1]\nattacks: [none]\n", "suite.yaml:3: a seed is a whole number"),
    ("training: {widht: 3}\nattacks: [none]\n", "suite.yaml:3: training has no option 'widht'"),
    ("training: {width: 0}\nattacks: [none]\n", "suite.yaml:3: --width 0: use 1 to "),
    ("attacks: [none]\n", "suite.yaml: there is no 'methods'"),
    (
      "attacks: [none]\nmethods:\n  - dataelixr: {}\n",
      "suite.yaml:5: there is no method 'dataelixr'; there are none, dataelixir"
    ),
    ("attacks: [none]\nmethods: [mendata]\n", "suite.yaml:4: mendata: "),
  ])
  func namesTheLineThatIsWrong(rest: String, message: String) throws {
    try write("dataset: clean\ntest: clean\n" + rest)
    let run = try suite("--dry-run")
    let line = try #require(run.errorLine, "\(run)")
    #expect(line.hasPrefix("error: " + message), "\(line)")
  }

  @Test func excludesWhatTheFileSays() throws {
    try write(file)
    for words in [["--seed", "3"], ["--epochs", "5"], ["--test", "clean"]] {
      let run = try CommandRun(
        ["evaluate", "--suite", "suite.yaml", "--dry-run"] + words, in: folder.path)
      #expect(run.exitCode == 64 && run.errors.contains("exclude each other"), "\(run)")
    }
    #expect(try suite().errors.contains("--suite needs --output"))
    #expect(try CommandRun(["evaluate", "--output", "o"]).errors.contains("needs --suite"))
  }

  private func cells(_ output: String) -> [String] {
    let cells = folder.path + "/\(output)/cells"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: cells)) ?? []
    return names.filter { FileManager.default.fileExists(atPath: "\(cells)/\($0)/cell.json") }
  }

  @Test func endsWithTheSameTableAfterBeingKilled() throws {
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 200, test: 100)
    try write(file)
    func arguments(_ output: String) -> [String] {
      ["evaluate", "--suite", "suite.yaml", "--output", output, "--device", "cpu"]
    }
    let whole = try CommandRun(arguments("whole"), in: folder.path)
    #expect(whole.exitCode == 0, "\(whole)")
    let table = try CSVFile.read(folder.path + "/whole/table.csv")
    #expect(
      table.map { Array($0.prefix(3)) } == [
        ["attack", "method", "seed"], ["none", "none", "0"], ["none", "noise", "0"],
        ["badnets", "none", "0"], ["badnets", "noise", "0"],
      ])
    // The judges learned; who does nothing finds nothing and changes nothing.
    #expect(table[3][3] == "0.000000" && table[3][4] == "0.000000")
    for row in [1, 3] {
      #expect(table[row][6] == table[row][7] && (Double(table[row][6]) ?? 0) > 0.2)
    }
    #expect(table[1][8].isEmpty && !table[3][8].isEmpty)

    let killed = try CommandRun.kill(arguments("killed"), in: folder.path) {
      !cells("killed").isEmpty
    }
    #expect(killed && cells("killed").count < 4)
    #expect(try CommandRun(arguments("killed"), in: folder.path).exitCode == 0)
    for name in ["table.csv", "table.md", "table.svg"] {
      #expect(try folder.read("whole/" + name) == folder.read("killed/" + name))
    }
    // Finished cells are not made again, whatever is added.
    let models = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/whole/models")
    #expect(models.count == 4)
    let again = try CommandRun(arguments("whole"), in: folder.path)
    #expect(again.exitCode == 0 && !again.output.contains("Cell "))
    #expect(try folder.read("whole/table.md") == folder.read("killed/table.md"))
  }

  /// A model at chance says nothing; a cell that cannot be does not stop the others.
  @Test func refusesJudgesThatKnowNothing() throws {
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 40, test: 100)
    try write(
      """
      dataset: clean
      test: clean
      training: {width: 4, epochs: 1, classifier-batch: 20, learning-rate: 1.0e-06}
      attacks: [none, {badnets: {rate: 0.001}}]
      methods: [random-noise]
      """)
    let run = try suite("--output", "out", "--device", "cpu")
    #expect(
      run.exitCode == 1 && run.errors.contains("warning: badnets, random-noise, seed 0: --rate"))
    let table = try CSVFile.read(folder.path + "/out/table.csv")
    #expect(table.count == 2 && table[1].dropFirst(3).prefix(7).allSatisfy(\.isEmpty))
    #expect(table[1][10].hasPrefix("the model of the poisoned set did not learn: accuracy "))
    #expect(run.output.contains("1 of 2 cells failed"))
  }
}
