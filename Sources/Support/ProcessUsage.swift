import CMalloc
import Foundation

/// What the system says of this process.
public enum ProcessUsage {
  /// The greatest memory of the process so far, in MiB.
  public static func peakMemoryMiB() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }

  /// Gives memory that was freed, but that the C library keeps for later, back to the system.
  public static func releaseFreeMemory() { malloc_trim(0) }

  /// Seconds since the process was started, to a hundredth; `nil` where the system does not tell.
  public static func secondsSinceStart() -> Double? {
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
}
