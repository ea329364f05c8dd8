import CMicroKernels
import Glibc
import Synchronization

/// Persistent threads that share out the indices of a loop (fork and join).
///
/// The caller works too, and never waits for a thread that the system has not scheduled: such a
/// thread finds the loop closed when it comes late. Each thread begins with its share of the
/// indices, the same part of every loop, so that it finds in its caches what it wrote in the loop
/// before; when it is through, it takes what is left of the others' shares.
package final class ThreadPool: @unchecked Sendable {
  package typealias Body = (_ index: Int, _ worker: Int) -> Void

  /// Threads that work on a loop, the caller included.
  package let threads: Int

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let started = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let finished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// One loop at a time.
  private let caller = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var handles: [pthread_t] = []
  private var scratch: [Scratch]

  // Written under `mutex`; `generation` and `active` are also polled without it.
  private var body: Body?
  private var isOpen = false
  private var isStopping = false
  private var count = 0
  private let generation = Atomic<Int>(0)
  private let active = Atomic<Int>(0)
  /// The next index of each thread's share, on cache lines of their own.
  private let next: UnsafeMutablePointer<Atomic<Int>>
  private static let nextStride = 16

  /// Polls before a thread sleeps: some ten microseconds, the time between two operations.
  private static let spins = 2000

  package init(threads: Int) {
    precondition(threads > 0, "ThreadPool: \(threads) threads")
    self.threads = threads
    scratch = (0..<threads).map { _ in Scratch() }
    next = .allocate(capacity: threads * Self.nextStride)
    for share in 0..<threads { (next + share * Self.nextStride).initialize(to: Atomic(0)) }
    pthread_mutex_init(mutex, nil)
    pthread_mutex_init(caller, nil)
    pthread_cond_init(started, nil)
    pthread_cond_init(finished, nil)
    for worker in 1..<max(threads, 1) { start(worker) }
  }

  deinit {
    for lock in [mutex, caller] {
      pthread_mutex_destroy(lock)
      lock.deallocate()
    }
    for condition in [started, finished] {
      pthread_cond_destroy(condition)
      condition.deallocate()
    }
    for share in 0..<threads { (next + share * Self.nextStride).deinitialize(count: 1) }
    next.deallocate()
  }

  /// Ends the threads; call once, before the last reference goes.
  package func stop() {
    pthread_mutex_lock(mutex)
    isStopping = true
    generation.wrappingAdd(1, ordering: .releasing)
    pthread_cond_broadcast(started)
    pthread_mutex_unlock(mutex)
    for handle in handles { pthread_join(handle, nil) }
    handles = []
  }

  /// Calls `body` once for each index below `count`, in any order, on any of the threads.
  package func parallelFor(_ count: Int, _ body: Body) {
    guard count > 0 else { return }
    pthread_mutex_lock(caller)
    defer { pthread_mutex_unlock(caller) }
    guard count > 1 && threads > 1 else {
      for index in 0..<count { body(index, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      open(count, body)
      work(worker: 0)
      close()
    }
  }

  /// Splits `count` items into pieces of at least `grain` and calls `body` with each range.
  package func parallelRanges(_ count: Int, grain: Int, _ body: (Range<Int>, _ worker: Int) -> Void)
  {
    guard count > 0 else { return }
    let pieces = max(1, min((count + grain - 1) / max(grain, 1), threads * 4))
    parallelFor(pieces) { piece, worker in
      body(count * piece / pieces..<count * (piece + 1) / pieces, worker)
    }
  }

  /// Memory of `worker` alone for the time of one loop body, aligned to cache lines.
  func scratch(_ worker: Int, count: Int) -> UnsafeMutablePointer<Float> {
    scratch[worker].floats(count)
  }

  private func open(_ count: Int, _ body: @escaping Body) {
    pthread_mutex_lock(mutex)
    self.body = body
    self.count = count
    for share in 0..<threads {
      next[share * Self.nextStride].store(count * share / threads, ordering: .relaxed)
    }
    isOpen = true
    generation.wrappingAdd(1, ordering: .releasing)
    pthread_cond_broadcast(started)
    pthread_mutex_unlock(mutex)
  }

  private func close() {
    pthread_mutex_lock(mutex)
    isOpen = false
    pthread_mutex_unlock(mutex)
    for _ in 0..<Self.spins where active.load(ordering: .acquiring) != 0 { elixirPause() }
    pthread_mutex_lock(mutex)
    while active.load(ordering: .acquiring) != 0 { pthread_cond_wait(finished, mutex) }
    body = nil
    pthread_mutex_unlock(mutex)
  }

  /// Takes indices until none is left.
  ///
  /// Not inlined: on return no reference to `body` remains.
  @inline(never)
  private func work(worker: Int) {
    guard let body else { return }
    let count = self.count
    for turn in 0..<threads {
      let share = (worker + turn) % threads
      let end = count * (share + 1) / threads
      while true {
        let index = next[share * Self.nextStride].wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < end else { break }
        body(index, worker)
      }
    }
  }

  private func start(_ worker: Int) {
    let argument = Unmanaged.passRetained(Entry(pool: self, worker: worker)).toOpaque()
    var handle = pthread_t()
    let status = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let entry = Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue()
        entry.pool.run(entry.worker)
        return nil
      }, argument)
    precondition(status == 0, "ThreadPool: no thread could be made (error \(status))")
    handles.append(handle)
  }

  private func run(_ worker: Int) {
    var seen = 0
    while true {
      for _ in 0..<Self.spins where generation.load(ordering: .acquiring) == seen { elixirPause() }
      pthread_mutex_lock(mutex)
      while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(started, mutex) }
      seen = generation.load(ordering: .acquiring)
      if isStopping {
        pthread_mutex_unlock(mutex)
        return
      }
      guard isOpen else {
        pthread_mutex_unlock(mutex)
        continue
      }
      active.wrappingAdd(1, ordering: .acquiringAndReleasing)
      pthread_mutex_unlock(mutex)
      work(worker: worker)
      pthread_mutex_lock(mutex)
      active.wrappingSubtract(1, ordering: .acquiringAndReleasing)
      pthread_cond_signal(finished)
      pthread_mutex_unlock(mutex)
    }
  }
}

/// What a new thread is told.
private final class Entry {
  let pool: ThreadPool
  let worker: Int

  init(pool: ThreadPool, worker: Int) {
    self.pool = pool
    self.worker = worker
  }
}

/// Memory of one thread that grows on demand.
private final class Scratch {
  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0

  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    if let memory, capacity >= count { return memory.assumingMemoryBound(to: Float.self) }
    memory?.deallocate()
    capacity = (count + 1023) / 1024 * 1024
    let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity * 4, alignment: 64)
    memory = grown
    return grown.bindMemory(to: Float.self, capacity: capacity)
  }

  deinit { memory?.deallocate() }
}
