import Datasets
import Foundation
import TestSupport
import Testing

/// `purify` under the `mpirun` of the MPI libraries that are there.
@Suite(
  .serialized,
  .disabled(
    if: MPIInstallation.all.isEmpty,
    "needs mpirun and mpicc of Open MPI (openmpi-bin libopenmpi-dev) or MPICH (mpich libmpich-dev)")
)
struct RankCommandTests {
  private static let folder = Result { try example() }
  private let folder: TemporaryFolder

  init() throws { folder = try Self.folder.get() }

  private static func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 60, test: 10)
    let training = try CommandRun(
      [
        "train", "denoiser", "clean", "--channels", "8,8", "--batch", "8", "--device", "cpu",
        "--output", "model", "--steps", "3",
      ], in: folder.path)
    try #require(training.exitCode == 0, "\(training)")
    let whole = try CommandRun(purify("whole"), in: folder.path)
    try #require(whole.exitCode == 3, "\(whole)")
    return folder
  }

  private static func purify(_ output: String, _ rest: String...) -> [String] {
    [
      "purify", "clean", "--denoiser", "model", "--output", output, "--device", "cpu",
      "--threads", "1", "--epochs", "1", "--width", "4", "--rounds", "2", "--sampler-steps", "4",
    ] + rest
  }

  private func run(
    _ ranks: Int, of mpi: MPIInstallation, _ words: [String], environment: [String: String] = [:],
    meanwhile: (Process) throws -> Void = { _ in }
  ) throws -> CommandRun {
    try CommandRun(
      mpi.arguments(ranks, words), in: folder.path,
      environment: mpi.environment.merging(environment) { $1 }, program: mpi.launcher,
      meanwhile: meanwhile)
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.path + "/" + name)
  }

  private func expectWhole(_ output: String) throws {
    for name in ["data_batch_1.bin", "purified.csv", "report.json", "victim.safetensors"] {
      #expect(try folder.read("whole/" + name) == folder.read(output + "/" + name), "\(name)")
    }
  }

  @Test(arguments: MPIInstallation.all, [2, 3])
  func ranksGiveTheBytesOfOne(mpi: MPIInstallation, ranks: Int) throws {
    let output = "\(mpi)-\(ranks)"
    let run = try run(ranks, of: mpi, Self.purify(output))
    #expect(run.exitCode == 3, "\(run)")
    #expect(run.output.components(separatedBy: "\(ranks) ranks: ").count == 2)
    #expect(run.output.components(separatedBy: "Written to ").count == 2)
    try expectWhole(output)
  }

  @Test(arguments: MPIInstallation.all)
  func ranksTrainTheSameDenoiser(mpi: MPIInstallation) throws {
    func training(_ output: String, blocks: Int = 3) -> [String] {
      [
        "train", "denoiser", "clean", "--channels", "8,8", "--batch", "8", "--blocks", "\(blocks)",
        "--device", "cpu", "--threads", "1", "--steps", "4", "--output", output,
      ]
    }
    let (whole, shared) = ("\(mpi)-trained-alone", "\(mpi)-trained")
    #expect(try CommandRun(training(whole), in: folder.path).exitCode == 0)
    let run = try run(3, of: mpi, training(shared))
    #expect(run.exitCode == 0, "\(run)")
    #expect(run.output.components(separatedBy: "Written to ").count == 2)
    for name in ["diffusion_pytorch_model.safetensors", "training-state.safetensors"] {
      let files = try [whole, shared].map { try folder.read("\($0)/\(name)") }
      #expect(files[0].elementsEqual(files[1]), "\(name)")
    }
    let few = try self.run(3, of: mpi, training("\(mpi)-few", blocks: 2))
    #expect(few.exitCode != 0)
    #expect(few.errors.contains("cannot be shared by 3 ranks; give --blocks 3, or a multiple"))
  }

  /// A worker's process, by the variable that says its rank.
  private func process(of rank: Int) -> Int32? {
    let program = CommandRun.program.resolvingSymlinksInPath().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.first { process in
      guard
        let text = try? String(contentsOfFile: "/proc/\(process)/environ", encoding: .utf8),
        let path = try? FileManager.default.destinationOfSymbolicLink(
          atPath: "/proc/\(process)/exe")
      else { return false }
      let variables = text.split(separator: "\0")
      return path == program && variables.contains("ELIXIR_TEST=\(folder.path)")
        && (variables.contains("OMPI_COMM_WORLD_RANK=\(rank)")
          || variables.contains("PMI_RANK=\(rank)"))
    }
  }

  @Test(arguments: MPIInstallation.all)
  func aKilledRankEndsAllAndTheRunGoesOn(mpi: MPIInstallation) throws {
    let output = "killed-\(mpi)"
    let journal = folder.path + "/\(output).partial/candidates.journal"
    func size() -> Int {
      let attributes = try? FileManager.default.attributesOfItem(atPath: journal)
      return attributes?[.size] as? Int ?? 0
    }
    var killed = ContinuousClock.now
    let words = Self.purify(output, "--batch", "1")
    let dead = try run(3, of: mpi, words, environment: ["ELIXIR_TEST": folder.path]) { parent in
      while parent.isRunning && size() < 200 { usleep(1000) }
      kill(try #require(process(of: 1)), SIGKILL)
      killed = .now
    }
    #expect(.now - killed < .seconds(30))
    #expect(dead.exitCode != 0 && dead.exitCode != 3, "\(dead)")
    #expect(!exists(output))
    #expect(size() >= 200)
    let resumed = try run(2, of: mpi, words)
    #expect(resumed.output.contains("Resuming the unfinished run"), "\(resumed)")
    try expectWhole(output)
  }

  @Test(arguments: MPIInstallation.all)
  func ranksThatDoNotKnowOfEachOtherSaySo(mpi: MPIInstallation) throws {
    // As under srun with an MPI that it cannot start.
    let alone = try CommandRun(
      Self.purify("alone"), in: folder.path,
      environment: mpi.environment.merging(["SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0"]) {
        $1
      })
    #expect(
      alone.errors.contains("SLURM_STEP_NUM_TASKS is 4, but MPI knows of 1 rank: "), "\(alone)")
    #expect(alone.exitCode == 1)
    let without = try run(
      2, of: mpi, Self.purify("none"), environment: ["ELIXIR_MPI_PLUGIN": "/none.so"])
    #expect(without.errors.contains("no plug-in for MPI (/none.so); run 'make mpi'"), "\(without)")
  }

  @Test func whatIsNotSharedIsRefusedOnce() throws {
    let mpi = MPIInstallation.all[0]
    let words = ["train", "classifier", "clean", "--output", "none.safetensors"]
    let training = try run(3, of: mpi, words)
    let line = "error: 3 ranks were started ("
    #expect(training.errors.components(separatedBy: line).count == 2, "\(training)")
    #expect(training.exitCode == 1 && !exists("none.safetensors"))
    let random = try run(2, of: mpi, ["purify", "random-noise", "clean", "--output", "none"])
    #expect(random.errors.contains("2 ranks were started"), "\(random)")
    #expect(!exists("none"))
    let usage = try run(3, of: mpi, Self.purify("none", "--rounds", "0"))
    #expect(usage.errors.components(separatedBy: "--rounds 0: use at least 1").count == 2)
  }

  @Test func tasksThatNobodyStartedAreNoticed() throws {
    let run = try CommandRun(
      Self.purify("unstarted"), in: folder.path, environment: ["SLURM_NTASKS": "4"])
    #expect(
      run.errorLine == "error: SLURM_NTASKS is 4, but this process is alone: start it by srun or "
        + "mpirun, or set ELIXIR_RANKS=one", "\(run)")
    let one = try CommandRun(
      Self.purify("one"), in: folder.path,
      environment: ["SLURM_NTASKS": "4", "ELIXIR_RANKS": "one"])
    #expect(one.exitCode == 3, "\(one)")
  }
}
