import ComputeBackend
import Foundation
import OpenCLBackend
import Testing
import TestSupport

/// Compiled programs on disk.
@Suite(.requiresOpenCL) struct ProgramCacheTests {
  private func result(cachedIn folder: TemporaryFolder) throws -> [Float] {
    let cache = ProgramCache(environment: ["XDG_CACHE_HOME": folder.path])
    let backend = try OpenCLBackend(style: nil, cache: cache)
    let x = backend.makeBuffer(count: 3)[3]
    backend.upload([-1, 0, 2] as [Float], to: x)
    backend.unary(UnaryOperation(.square), x, into: x)
    return try backend.downloadFloats(x)
  }

  @Test func aProgramIsKeptForItsUserAlone() throws {
    let folder = try TemporaryFolder()
    #expect(try result(cachedIn: folder) == [1, 0, 4])
    let names = try folder.entries("elixir-gpu")
    #expect(names.count == 1)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/elixir-gpu")
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
    let file = "elixir-gpu/" + (try #require(names.first))
    let before = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)
    #expect(try result(cachedIn: folder) == [1, 0, 4])
    let after = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)
    #expect(
      (before[.systemFileNumber] as? NSNumber) == (after[.systemFileNumber] as? NSNumber),
      "the program was compiled and stored again")
  }

  @Test func damageIsRepaired() throws {
    let folder = try TemporaryFolder()
    _ = try result(cachedIn: folder)
    let file = "elixir-gpu/" + (try #require(try folder.entries("elixir-gpu").first))
    let intact = try folder.read(file)
    var flipped = intact
    flipped[intact.count / 2] ^= 0x40
    for damaged in [flipped, Array(intact.prefix(intact.count / 2)), [], Array("other".utf8)] {
      try folder.write(damaged, to: file)
      #expect(try result(cachedIn: folder) == [1, 0, 4])
      #expect(try folder.read(file) != damaged)
    }
  }

  @Test func aProgramUnderAnothersNameIsCompiledAgain() throws {
    let folder = try TemporaryFolder()
    _ = try result(cachedIn: folder)
    let file = "elixir-gpu/" + (try #require(try folder.entries("elixir-gpu").first))
    let cache = ProgramCache(environment: ["XDG_CACHE_HOME": folder.path])
    let key = String(repeating: "0", count: 64)
    let other = "elixir-gpu/\(key).bin"
    let own = String(file.dropFirst("elixir-gpu/".count).dropLast(".bin".count))
    #expect(cache.load(own) != nil)
    try folder.write(try folder.read(file), to: other)
    #expect(cache.load(key) == nil)
  }

  @Test func aFolderThatOthersMayWriteToIsNotUsed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/elixir-gpu"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
    #expect(try result(cachedIn: folder) == [1, 0, 4])
    #expect(try folder.entries("elixir-gpu").isEmpty)
  }
}
