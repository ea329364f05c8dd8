import Foundation
import Runs
import Support
import TestSupport
import Testing

/// Events as another program reads them.
@Suite struct RunEventFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path + "/events" }

  private func progress(_ done: Double, of total: Int = 10) throws -> RunEvent {
    var events: [RunEvent] = []
    let run = Run(handler: { events.append($0) })
    try run.count("purify", of: total)(done)
    return try #require(events.last)
  }

  private var lines: [Substring] { get throws { try TextFile.read(path).split(separator: "\n") } }

  @Test func eventsAreLinesOfJSON() throws {
    let file = try RunEventFile(path)
    try file.write(.note("a\nb"))
    try file.write(try progress(5), rate: (2.5, 2))
    #expect(
      try lines == [
        #"{"kind":"note","text":"a\nb"}"#,
        #"{"done":5,"kind":"progress","phase":"purify","rate":2.5,"secondsLeft":2,"text":"","#
          + #""total":10,"unit":"images"}"#,
      ])
    try file.write(.warning("late"))
    let found = try #require(RunEventFile.progress(path))
    #expect(found.phase == "purify" && found.done == 5 && found.secondsLeft == 2)
    try file.write(.status(phase: "train", text: "epoch 1", isLast: false))
    #expect(RunEventFile.progress(path)?.text == "epoch 1")
  }

  @Test func progressIsToldNowAndThenAndAtItsEnd() throws {
    let file = try RunEventFile(path)
    for done in 0...10 { try file.write(try progress(Double(done))) }
    #expect(try lines.count == 2)
    #expect(RunEventFile.progress(path)?.done == 10)
  }

  @Test func whatIsStillBeingWrittenIsNotRead() throws {
    #expect(RunEventFile.progress(path) == nil)
    let file = try RunEventFile(path)
    try file.write(try progress(10))
    let text = try TextFile.read(path)
    try TextFile.write(text + text.dropLast(5).replacing("purify", with: "other"), to: path)
    #expect(RunEventFile.progress(path)?.phase == "purify")
    try TextFile.write("no JSON\n\n", to: path)
    #expect(RunEventFile.progress(path) == nil)
  }

  @Test func aFileDoesNotGrowWithoutEnd() throws {
    let file = try RunEventFile(path)
    let text = String(repeating: "x", count: 300_000)
    for _ in 0..<5 { try file.write(.note(text)) }
    #expect(try RandomAccessFile(path).size < 400_000)
  }
}
