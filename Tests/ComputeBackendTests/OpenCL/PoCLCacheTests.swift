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
    let problem = try #require(PoCLCache(environment: ["POCL_CACHE_DIR": path]).problem)
    #expect(problem.hasPrefix(path + ": "))
    // Nothing is left behind.
    #expect(try folder.entries("new") == [])
  }
}
