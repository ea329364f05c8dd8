import ComputeBackend
import Devices
import Datasets
import Dispatch
import Foundation
import Purification
import Runs
import TestSupport
import Testing

/// Work shared among devices gives the bytes of one.
@Suite struct SeveralDevicesTests {
  /// A scripted denoiser whose first round waits for another's.
  private final class Gated: CandidateGenerator {
    let base = ScriptedCase.Denoiser()
    let opens: DispatchSemaphore?
    let waits: DispatchSemaphore?
    var hasStarted = false
    var candidatesPerRound: Int { base.candidatesPerRound }

    init(opens: DispatchSemaphore? = nil, waits: DispatchSemaphore? = nil) {
      self.opens = opens
      self.waits = waits
    }

    func round(_ pool: [PooledSample], newImages: [UInt8]) throws -> CandidateRound {
      if !hasStarted {
        hasStarted = true
        opens?.signal()
        if let waits { #expect(waits.wait(timeout: .now() + 600) == .success) }
      }
      return try base.round(pool, newImages: newImages)
    }
  }

  @Test func aSlowDevicesSamplesAreStoredInTheirOrder() throws {
    let (one, two) = (try TemporaryFolder(), try TemporaryFolder())
    try ScriptedCase.construction(ScriptedCase.Denoiser()).run(into: one.store())
    // The second device holds three samples until the first has done all others.
    let (started, finished) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let (first, second) = (Gated(waits: started), Gated(opens: started, waits: finished))
    var construction = ScriptedCase.construction(first.base, batchSize: 3)
    construction.generators = [first, second]
    var told: [Double] = []
    try construction.run(into: two.store()) {
      told.append($0)
      if $0 >= 9 { finished.signal() }
    }
    #expect(told == told.sorted() && told.last == 12)
    #expect(first.base.calls.joined().count == 27 && second.base.calls.joined().count == 9)
    #expect(try one.read("candidates.images") == two.read("candidates.images"))
    let (single, shared) = (try one.store(), try two.store())
    for sample in 0..<12 { #expect(single.labels(of: sample) == shared.labels(of: sample)) }
  }

  @Test func fewSamplesAreForAllDevices() throws {
    let folder = try TemporaryFolder()
    let (left, right) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let (first, second) = (Gated(opens: left, waits: right), Gated(opens: right, waits: left))
    var construction = ScriptedCase.construction(first.base, batchSize: 100)
    construction.generators = [first, second]
    try construction.run(into: folder.store())
    #expect(first.base.calls.map(\.count) == [6, 6, 6])
    #expect(second.base.calls.map(\.count) == [6, 6, 6])
  }

  @Test func afterADevicesFailureTheRunGoesOn() throws {
    let (whole, broken) = (try TemporaryFolder(), try TemporaryFolder())
    try ScriptedCase.construction(ScriptedCase.Denoiser()).run(into: whole.store())
    let (left, right) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let (first, second) = (Gated(opens: left, waits: right), Gated(opens: right, waits: left))
    second.base.failsAtCall = 1
    var construction = ScriptedCase.construction(first.base, batchSize: 3)
    construction.generators = [first, second]
    #expect(throws: ScriptedCase.Denoiser.Interruption.self) {
      try construction.run(into: broken.store())
    }
    #expect(try broken.store().completed < 12)
    try ScriptedCase.construction(ScriptedCase.Denoiser()).run(into: broken.store())
    #expect(try whole.read("candidates.images") == broken.read("candidates.images"))
  }

  private static let world = Result { try SmallWorld() }

  private func pool() throws -> DevicePool {
    DevicePool(
      try (0..<2).map { _ in try Devices.make("cpu", options: DeviceOptions(threads: 1)) })
  }

  private func job<Method: Purifier>(
    _ method: Method, in world: SmallWorld, batchSize: Int = 16
  ) throws -> PurificationJob<Method> {
    var job = PurificationJob(
      dataset: try ImageDataset.open(world.dataset), purifier: method, on: try pool())
    job.batchSize = batchSize
    return job
  }

  /// All but the report, which names the devices.
  private func contents(_ world: SmallWorld, _ output: String) throws -> [String: [UInt8]] {
    try world.contents(output).filter { $0.key != "report.json" }
  }

  @Test(arguments: [Compatibility.current, .paper])
  func twoDevicesPurifyLikeOne(rules: Compatibility) throws {
    let world = try Self.world.get()
    let output = "two-\(UUID().uuidString)"
    var method = world.method
    method.compatibility = rules
    // Where the noise is found, that is shared, too.
    if rules == .current { method.noiseSteps = nil }
    _ = try world.job(method).run(output: world.folder.path + "/" + output)
    let report = try job(method, in: world).run(output: world.folder.path + "/\(output)-shared")
    #expect(try contents(world, output) == contents(world, output + "-shared"))
    let name = world.backend.description.label
    #expect(report.device == "\(name); \(name)")
  }

  @Test func aRunOfTwoDevicesGoesOnWithOne() throws {
    struct Stop: Error {}
    let world = try Self.world.get()
    let output = "resumed-\(UUID().uuidString)"
    let path = world.folder.path + "/" + output
    _ = try world.job().run(output: path + "-whole")
    var stopped = try job(world.method, in: world)
    stopped.handler = { if case .progress(let p) = $0, p.done >= 40 { throw Stop() } }
    #expect(throws: Stop.self) { try stopped.run(output: path) }
    var notes: [String] = []
    var resumed = try world.job()
    resumed.handler = { if case .note(let text) = $0 { notes.append(text) } }
    _ = try resumed.run(output: path)
    #expect(notes.contains { $0.hasPrefix("Resuming the unfinished run") })
    #expect(try contents(world, output) == contents(world, output + "-whole"))
  }

  @Test func aMethodOfOneDeviceRefusesTwo() throws {
    let world = try Self.world.get()
    let error = #expect(throws: ParameterError.self) {
      try job(RandomNoise(deviation: 8, seed: 1), in: world)
        .run(output: world.folder.path + "/refused")
    }
    #expect(error?.reason == "random-noise computes on one device")
  }
}
