import OpenCLBackend
import Testing
import TestSupport

/// Where PoCL keeps its programs, without which it has no device.
@Suite struct PoCLCacheTests {
  @Test func theDirectoryIsPoCLs() {
    var environment = ["HOME": "/home/someone"]
    #expect(PoCLCache(environment: [:]).path == "/tmp/pocl/kcache")
    #expect(PoCLCache(environment: environment).path == "/home/someone/.cache/pocl/kcache")
    environment["XDG_CACHE_HOME"] = "/cache"
    #expect(PoCLCache(environment: environment).path == "/cache/pocl/kcache")
    environment["POCL_CACHE_DIR"] = "/programs"
    #expect(PoCLCache(environment: environment).path == "/programs")
  }

  @Test func aDirectoryThatCannotBeMadeIsAProblem() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "file")
    #expect(PoCLCache(environment: ["POCL_CACHE_DIR": folder.path + "/new"]).problem == nil)
    let path = folder.path + "/file/cache"
    #expect(
      PoCLCache(environment: ["POCL_CACHE_DIR": path]).problem == path + ": Not a directory")
    // Nothing is left behind.
    #expect(try folder.entries("new") == [])
  }

  @Test func aFullFileSystemIsAShortage() throws {
    let folder = try TemporaryFolder()
    // The folder that is to be made counts by the one that is there.
    let cache = PoCLCache(environment: ["POCL_CACHE_DIR": folder.path + "/new/deep"])
    #expect(cache.shortage(below: 1) == nil)
    let shortage = try #require(cache.shortage(below: .max))
    #expect(shortage.hasPrefix(folder.path + "/new/deep has "))
    #expect(try folder.entries() == [])
  }
}
