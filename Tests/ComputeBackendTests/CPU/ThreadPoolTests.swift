import CPUBackend
import Glibc
import Synchronization
import Testing

/// Fork and join: each index once, whatever the numbers of threads and indices.
@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 5])
  func callsEachIndexOnce(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    defer { pool.stop() }
    for count in [0, 1, 2, 3, 17, 1000] {
      let calls = Mutex([Int](repeating: 0, count: count))
      let workers = Mutex(Set<Int>())
      pool.parallelFor(count) { index, worker in
        calls.withLock { $0[index] += 1 }
        workers.withLock { _ = $0.insert(worker) }
      }
      #expect(calls.withLock { $0 } == [Int](repeating: 1, count: count))
      #expect(workers.withLock { $0.allSatisfy { (0..<threads).contains($0) } })
    }
  }

  @Test func survivesManyShortLoops() {
    let pool = ThreadPool(threads: 3)
    defer { pool.stop() }
    let sum = Atomic<Int>(0)
    for _ in 0..<5000 {
      pool.parallelFor(4) { index, _ in sum.wrappingAdd(index, ordering: .relaxed) }
    }
    #expect(sum.load(ordering: .relaxed) == 5000 * 6)
  }

  /// A thread finds in its caches what it wrote in the loop before.
  @Test func threadsBeginWithTheirShares() {
    let pool = ThreadPool(threads: 2)
    defer { pool.stop() }
    for _ in 0..<20 {
      // The first index of the caller, and of the other thread.
      let own = Atomic<Int>(-1)
      let others = Atomic<Int>(-1)
      pool.parallelFor(9) { index, worker in
        if worker == 0 {
          _ = own.compareExchange(expected: -1, desired: index, ordering: .relaxed)
        } else {
          _ = others.compareExchange(expected: -1, desired: index, ordering: .relaxed)
        }
        // Until both have come, for about a second at most.
        for _ in 0..<1_000_000
        where own.load(ordering: .relaxed) < 0 || others.load(ordering: .relaxed) < 0 {
          sched_yield()
        }
      }
      #expect(own.load(ordering: .relaxed) == 0)
      #expect(others.load(ordering: .relaxed) == 4)
    }
  }

  @Test(arguments: [1, 3])
  func rangesCoverTheWhole(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    defer { pool.stop() }
    for (count, grain) in [(1, 10), (100, 7), (1000, 1), (12345, 1000)] {
      let seen = Mutex([Int](repeating: 0, count: count))
      pool.parallelRanges(count, grain: grain) { range, _ in
        seen.withLock { for index in range { $0[index] += 1 } }
      }
      #expect(seen.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }

  /// Loops begun by several callers at once take turns.
  @Test func servesSeveralCallers() async {
    let pool = ThreadPool(threads: 2)
    defer { pool.stop() }
    let counter = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<200 {
            pool.parallelFor(3) { index, _ in counter.sum.wrappingAdd(index, ordering: .relaxed) }
          }
        }
      }
    }
    #expect(counter.sum.load(ordering: .relaxed) == 4 * 200 * 3)
  }
}

/// A sum that tasks share.
private final class Counter: Sendable {
  let sum = Atomic<Int>(0)
}
