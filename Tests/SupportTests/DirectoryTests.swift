import Foundation
import Support
import TestSupport
import Testing

@Suite struct DirectoryTests {
  @Test func whatIsFreeIsToldOfWhatWillBe() throws {
    let folder = try TemporaryFolder()
    let values = try URL(fileURLWithPath: folder.path).resourceValues(
      forKeys: [.volumeTotalCapacityKey])
    let total = try #require(values.volumeTotalCapacity)
    for path in [folder.path, folder.path + "/not/yet"] {
      let free = try #require(Directory.freeBytes(path))
      #expect(free > 0 && free <= total)
    }
    // Names in the current folder, and none.
    for path in ["o", "o/p", ".", "/", "", "/o"] { #expect(Directory.freeBytes(path) != nil) }
    // Nothing can be written to the kernel's own file system.
    #expect(Directory.freeBytes("/proc") == 0)
  }
}
