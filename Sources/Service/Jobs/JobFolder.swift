import Foundation
import Runs
import Support

/// A job's folder in the store.
struct JobFolder: Sendable {
  let path: String

  static let record = "job.json"
  static let output = "purified"
  static let log = "log.txt"
  static let events = "events.jsonl"
  /// Held by the job's process as long as it lives; its number is in it.
  static let lock = "process.lock"

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ job: JobRecord) throws { try JSONText.write(job, to: file(Self.record)) }

  func read() throws -> JobRecord { try JSONText.read(JobRecord.self, from: file(Self.record)) }

  /// Whether the output is there, which is to say complete.
  var hasOutput: Bool { Directory.kind(FileName(file(Self.output))) == .directory }

  /// The outcome and the conclusion by the output's `report.json`.
  var report: (outcome: String, conclusion: String?)? {
    struct Report: Decodable {
      let outcome: String
      let conclusion: String?
    }
    let path = file(Self.output + "/report.json")
    guard let report = try? JSONText.read(Report.self, from: path) else { return nil }
    return (report.outcome, report.conclusion)
  }

  var progress: JobProgress? {
    guard let line = RunEventFile.progress(file(Self.events)), let phase = line.phase else {
      return nil
    }
    return JobProgress(
      phase: phase, text: line.text, unit: line.unit, done: line.done, total: line.total,
      rate: line.rate, secondsLeft: line.secondsLeft)
  }

  /// The last line of the log that tells an error, or else the last one.
  var lastLine: String? {
    guard let file = try? RandomAccessFile(file(Self.log)), file.size > 0 else { return nil }
    let count = min(file.size, 8192)
    guard let bytes = try? file.bytes(at: file.size - count, count: count) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let error = "error: "
    let told = lines.last { $0.lowercased().hasPrefix(error) }
    // Where the service keeps its files is nobody's business.
    guard let line = told?.dropFirst(error.count) ?? lines.last else { return nil }
    return String(line).replacing(path + "/", with: "")
  }

  /// Deletes all that a finished job does not need: the dataset, and what it could go on from.
  func tidy(_ job: JobRecord) {
    for name in [
      job.dataset, Self.output + ".partial", Self.output + ".run", Self.lock, Self.events,
    ] { Directory.delete(FileName(file(name))) }
  }

  /// Bytes of all files in it.
  var bytes: Int { Self.bytes(FileName(path)) }

  private static func bytes(_ folder: FileName) -> Int {
    ((try? Directory.entries(folder)) ?? []).reduce(0) { sum, name in
      let path = folder / name
      return switch Directory.kind(path) {
      case .directory: sum + bytes(path)
      case .file: sum + ((try? RandomAccessFile(path).size) ?? 0)
      case .other, .brokenLink, nil: sum
      }
    }
  }
}
