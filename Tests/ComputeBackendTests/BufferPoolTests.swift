import ComputeBackend
import Synchronization
import Testing

@Suite struct BufferPoolTests {
  private final class Storage: BufferStorage {}

  /// A device with little memory: the next `failures` allocations fail.
  private final class Device: Sendable {
    let allocations = Mutex(0)
    let failures = Mutex(0)

    func pool() -> BufferPool {
      BufferPool { _ in
        let fails = self.failures.withLock { failures in
          failures -= 1
          return failures >= 0
        }
        if fails { return nil }
        self.allocations.withLock { $0 += 1 }
        return Storage()
      }
    }
  }

  @Test func classesAreAtMostAnEighthTooLarge() throws {
    let pool = Device().pool()
    for count in [0, 1, 63, 64, 65, 100, 128, 129, 1000, 4097, 65_537, 1_000_003] {
      let buffer = try #require(pool.make(count: count))
      #expect(buffer.capacity >= count)
      #expect(buffer.capacity <= max(64, count + max(count / 8, 16)), "\(count) elements")
    }
  }

  @Test func releasedBuffersAreUsedAgain() throws {
    let device = Device()
    let pool = device.pool()
    var first = pool.make(count: 1000)
    let storage = ObjectIdentifier(try #require(first?.storage))
    let bytes = try #require(first?.capacity) * 4
    #expect(pool.statistics.misses == 1)
    #expect(pool.statistics.bytesInUse == bytes)
    #expect(pool.statistics.peakBytesInUse == bytes)
    first = nil
    #expect(pool.statistics.bytesInUse == 0)
    #expect(pool.statistics.bytesCached == bytes)
    let second = try #require(pool.make(count: 999))
    #expect(ObjectIdentifier(second.storage) == storage)
    #expect(pool.statistics.hits == 1)
    #expect(pool.statistics.bytesCached == 0)
    // While it is in use, the same size needs new memory; so does another size.
    let third = try #require(pool.make(count: 1000))
    #expect(ObjectIdentifier(third.storage) != storage)
    _ = pool.make(count: 5000)
    #expect(pool.statistics.misses == 3)
    #expect(device.allocations.withLock { $0 } == 3)
    withExtendedLifetime((second, third)) {}
  }

  @Test func theSmallestStorageThatFitsIsTakenUnlessItIsTwiceTooLarge() throws {
    let pool = Device().pool()
    var buffers = [1024, 2048, 4096].map { pool.make(count: $0) }
    let storages = try buffers.map { ObjectIdentifier(try #require($0?.storage)) }
    buffers = []
    let small = try #require(pool.make(count: 1100))
    #expect(ObjectIdentifier(small.storage) == storages[1])
    #expect(small.capacity == 2048)
    // 4096 is more than twice 1100: new.
    let other = try #require(pool.make(count: 1100))
    #expect(!storages.contains(ObjectIdentifier(other.storage)))
    #expect(pool.statistics.misses == 4)
    #expect(pool.statistics.bytesCached == 4 * (1024 + 4096))
    let large = try #require(pool.make(count: 3000))
    #expect(ObjectIdentifier(large.storage) == storages[2])
    withExtendedLifetime((small, other, large)) {}
  }

  @Test func whatLastsTakesItsOwnSizeAndLeavesNothing() throws {
    let pool = Device().pool()
    var buffer = pool.make(count: 2048)
    buffer = nil
    let weight = try pool.lasting {
      do { _ = pool.make(count: 512) }
      return try #require(pool.make(count: 1100))
    }
    #expect(weight.capacity < 2048)
    #expect(pool.statistics.bytesCached == 0)
    withExtendedLifetime((weight, buffer)) {}
  }

  @Test func countsStartAnewButBytesStay() throws {
    let pool = Device().pool()
    let kept = try #require(pool.make(count: 64))
    _ = pool.make(count: 640)
    pool.resetCounts()
    let statistics = pool.statistics
    #expect(statistics.hits == 0 && statistics.misses == 0)
    #expect(statistics.bytesInUse == kept.capacity * 4)
    #expect(statistics.peakBytesInUse == kept.capacity * 4)
    #expect(statistics.bytesCached == 2560)
  }

  @Test func memoryThatIsOutIsTriedOnceMoreWithoutTheCache() throws {
    let device = Device()
    let pool = device.pool()
    _ = pool.make(count: 1000)
    #expect(pool.statistics.bytesCached > 0)
    device.failures.withLock { $0 = 1 }
    let buffer = pool.make(count: 2000)
    #expect(buffer != nil)
    #expect(pool.statistics.bytesCached == 0)
    device.failures.withLock { $0 = 2 }
    #expect(pool.make(count: 3000) == nil)
    withExtendedLifetime(buffer) {}
  }

  @Test func derivedDataLastUntilTheBufferIsWritten() throws {
    final class Packed {}
    let buffer = try #require(Device().pool().make(count: 10))
    var made = 0
    func packed(_ key: String) -> Packed {
      buffer.derived(key) {
        made += 1
        return Packed()
      }
    }
    let first = packed("a")
    #expect(packed("a") === first)
    #expect(packed("b") !== first)
    #expect(made == 2)
    buffer.invalidateDerived()
    #expect(packed("a") !== first)
    #expect(made == 3)
  }
}
