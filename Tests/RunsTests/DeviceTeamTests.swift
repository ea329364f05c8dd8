import ComputeBackend
import Devices
import Dispatch
import Runs
import Synchronization
import Testing

/// Work on several devices at once.
@Suite struct DeviceTeamTests {
  private struct Failure: Error {}

  private func pool(_ count: Int) throws -> DevicePool {
    DevicePool(
      try (0..<count).map { _ in try Devices.make("cpu", options: DeviceOptions(threads: 1)) })
  }

  @Test func resultsComeInTheOrderOfThePieces() throws {
    var received: [Int] = []
    try pool(3).share(pieces: 40) { _, piece in
      piece * piece
    } receive: {
      received.append($0)
    }
    #expect(received == (0..<40).map { $0 * $0 })
  }

  @Test func aSlowDeviceHoldsUpTheOthersByOnePieceAtMost() throws {
    let others = DispatchSemaphore(value: 0)
    let pieces = Mutex([[Int]](repeating: [], count: 2))
    try pool(2).share(pieces: 10) { device, piece in
      pieces.withLock { $0[device].append(piece) }
      if device == 0 {
        // Its first piece lasts until the other device has done all that is left.
        for _ in 0..<9 { #expect(others.wait(timeout: .now() + 600) == .success) }
      } else {
        others.signal()
      }
      return piece
    } receive: { _ in
    }
    #expect(pieces.withLock { $0.map(\.count) } == [1, 9])
  }

  @Test func theFirstErrorEndsAllAndWhatWasDoneBeforeIsReceived() throws {
    var received: [Int] = []
    #expect(throws: Failure.self) {
      try pool(2).share(pieces: 100) { _, piece in
        if piece == 20 { throw Failure() }
        return piece
      } receive: {
        received.append($0)
      }
    }
    #expect(received == Array(0..<20))
  }

  @Test func theCallersErrorEndsAll() throws {
    let working = Atomic<Int>(0)
    #expect(throws: Failure.self) {
      try DeviceTeam.run(3) { member, send in
        working.add(1, ordering: .relaxed)
        defer { working.subtract(1, ordering: .relaxed) }
        while true { try send(member) }
      } receive: { (_: Int) in
        throw Failure()
      }
    }
    #expect(working.load(ordering: .relaxed) == 0)
  }

  @Test func oneDeviceWorksOnTheCallersThread() throws {
    var sum = 0
    try pool(1).share(pieces: 5) { _, piece in
      piece
    } receive: {
      sum += $0
    }
    #expect(sum == 10)
  }

  @Test func devicesOfAPool() throws {
    let error = #expect(throws: BackendError.self) { try Devices.makePool("cpu,cpu") }
    #expect(error?.description == "no device 'cpu,cpu': cpu is in it twice; name it once")
    let two = try pool(2)
    #expect(two.kinds == ["cpu"])
    #expect(two.label == two.first.description.label + "; " + two.first.description.label)
    #expect(try Devices.makePool("cpu").backends.count == 1)
    #expect(throws: BackendError.self) { try Devices.makePool("cpu,opencl:99") }
  }

  @Test func kindsAreWhatNumbersDependOn() {
    func device(_ identifier: String, _ driver: String) -> DeviceDescription {
      DeviceDescription(identifier: identifier, name: "GPU", driver: driver, units: 1, memory: 1)
    }
    #expect(device("opencl:0", "1").kind == device("opencl:3", "1").kind)
    #expect(device("opencl:0", "1").kind != device("opencl:0", "2").kind)
    #expect(device("cpu", "1").kind == device("cpu", "2").kind)
  }
}
