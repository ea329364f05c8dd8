import ComputeBackend
import Foundation

/// What the commands of `bench` share.
enum Measurement {
  /// Figures of `run`, called once to warm up and then for `seconds`, at least three times.
  static func repeated(seconds: Double, _ run: () throws -> Double) rethrows -> [Double] {
    _ = try run()
    let clock = ContinuousClock()
    let start = clock.now
    var figures: [Double] = []
    while figures.count < 3 || clock.now - start < .seconds(seconds) { figures.append(try run()) }
    return figures
  }

  /// The greatest memory of the process so far.
  static func peakMemoryMiB() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }

  /// Seconds since the process was started, to a hundredth; `nil` where the system does not tell.
  static func secondsSinceStart() -> Double? {
    guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      let rest = text.split(separator: ")").last
    else { return nil }
    // Field 22 of the line, the 20th after the program's name: ticks from the system's start.
    let fields = rest.split(separator: " ")
    guard fields.count > 19, let ticks = Double(fields[19]) else { return nil }
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - ticks / ticksPerSecond
  }

  static func json(_ result: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(result), as: UTF8.self)
  }

  static func text(_ value: Double, digits: Int = 1) -> String {
    String(format: "%.\(digits)f", value)
  }
}

/// The arithmetic that a device reaches in a large matrix product.
enum MatrixPeak {
  static let size = 1024
  static let source = "matrix product of \(size)×\(size)"

  /// FLOP/s of the fastest of repeated products.
  static func measure(on backend: any ComputeBackend) throws -> Double {
    let shape = MatrixProductShape(m: size, n: size, k: size)
    let count = size * size
    let slices = (0..<3).map { _ in backend.makeBuffer(count: count)[count] }
    for slice in slices { backend.fill(slice, with: 0.5) }
    let clock = ContinuousClock()
    var best = Double.infinity
    let start = clock.now
    while clock.now - start < .milliseconds(500) {
      let begin = clock.now
      backend.matrixProduct(
        shape, slices[0], slices[1], epilogue: Epilogue(), into: slices[2])
      try backend.synchronize()
      best = min(best, (clock.now - begin) / .seconds(1))
    }
    return 2 * Double(size * size * size) / best
  }
}
