import Foundation
import Service
import TestSupport
import Testing

/// What requests get: their own tenant's jobs, or a plain refusal.
@Suite struct RequestTests {
  private let served: ServedFolder

  init() throws {
    served = try ServedFolder(try TemporaryFolder(), models: ["net": "/models/net"])
  }

  @Test func withoutATokenThereIsNothing() throws {
    for tenant in [nil, "", "wonderlan", "wonderland2", "\u{7F}"] {
      let answer = try served.ask("GET", "/v1/jobs", as: tenant)
      #expect(answer.status == 401)
    }
    #expect(try served.ask("GET", "/v1/jobs").status == 200)
    #expect(try served.ask("GET", "/v1/health", as: nil).json["version"] as? String == "test")
  }

  @Test func aJobOfAnotherTenantIsAsOneThatIsNotThere() throws {
    let id = try served.submit(ServedFolder.result())
    try served.wait(id)
    let nobodys = String(repeating: "0", count: 32)
    for (method, path) in [
      ("GET", ""), ("GET", "/events"), ("GET", "/result"), ("GET", "/report"),
      ("GET", "/report.json"), ("DELETE", ""),
    ] {
      let anothers = try served.ask(method, "/v1/jobs/\(id)\(path)", as: "bob")
      let none = try served.ask(method, "/v1/jobs/\(nobodys)\(path)", as: "bob")
      #expect(anothers.status == 404)
      #expect(anothers.body == none.body)
    }
    #expect(try served.ask("GET", "/v1/jobs", as: "bob").text == "{\"jobs\":[]}\n")
    #expect(try served.state(id) == "done")
  }

  @Test func aResultIsATarArchiveWithItsReport() throws {
    let name = String(repeating: "long", count: 40)
    let id = try served.submit(
      ServedFolder.waiting(for: "go") + ServedFolder.result()
        + "; mkdir purified/b; echo \(name) >purified/b/\(name)")
    #expect(try served.ask("GET", "/v1/jobs/\(id)/result").status == 409)
    try served.tell(id, "go")
    try served.wait(id)
    let archive = try served.ask("GET", "/v1/jobs/\(id)/result")
    #expect(archive.head.contains("Content-Length: \(archive.body.count)"))
    let other = try TemporaryFolder()
    try other.write(archive.body, to: "a.tar")
    let tar = try Process.run(
      URL(fileURLWithPath: "/bin/tar"), arguments: ["-xf", other.path + "/a.tar", "-C", other.path])
    tar.waitUntilExit()
    #expect(tar.terminationStatus == 0)
    #expect(try other.read("purified/a.bin") == Array("data\n".utf8))
    #expect(try other.read("purified/b/\(name)") == Array((name + "\n").utf8))
    #expect(try served.ask("GET", "/v1/jobs/\(id)/report").text == "<html>\n")
    #expect(try served.ask("GET", "/v1/jobs/\(id)/report.json").json["schema"] as? Int == 1)
  }

  @Test func eventsTellStatesAndProgressUntilTheEnd() throws {
    let line = """
      {"kind":"progress","phase":"purify","unit":"images","done":5,"total":10,"text":"",\
      "rate":2.5,"secondsLeft":2}
      """
    let id = try served.submit(
      ServedFolder.waiting(for: "go") + "echo '\(line)' >>$ELIXIR_EVENTS; "
        + ServedFolder.waiting(for: "end") + ServedFolder.result())
    let connection = try RawConnection(port: served.port)
    connection.send(
      Array(
        ("GET /v1/jobs/\(id)/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
          + "Authorization: Bearer wonderland\r\n\r\n").utf8))
    var text = String(decoding: connection.read(), as: UTF8.self)
    #expect(text.contains("Content-Type: text/event-stream"))
    try served.tell(id, "go")
    while !text.contains("event: progress\n") {
      let part = connection.read()
      try #require(!part.isEmpty)
      text += String(decoding: part, as: UTF8.self)
    }
    try served.tell(id, "end")
    text += String(decoding: connection.readAll(), as: UTF8.self)
    #expect(text.components(separatedBy: "event: progress\n").count == 2)
    #expect(text.contains("\"phase\":\"purify\",\"rate\":2.5,\"secondsLeft\":2"))
    let parts = text.components(separatedBy: "event: end\ndata: {")
    #expect(parts.count == 2 && parts[1].contains("\"state\":\"done\""))
    #expect(text.hasSuffix("\n\n\r\n0\r\n\r\n"))
  }

  @Test(arguments: [
    ("random-noise?sigma=-1", "sigma: '-1' cannot be used; use a number from 0.0 to 255.0."),
    ("random-noise?sigma=nan", "sigma: 'nan' cannot be used; use a number from 0.0 to 255.0."),
    (
      "random-noise?output=/tmp",
      "random-noise has no option 'output'; /v1/openapi.json says which."
    ),
    ("random-noise?seed=1&seed=2", "seed is given twice."),
    ("random-noise?seed=%00", "The request cannot be decoded."),
    (
      "random-noise?seed=1%0A",
      "seed: '1\n' cannot be used; use a whole number from 0 to 999999999999999."
    ),
    (
      "random-noise?image-column=--output",
      "image-column: '--output' cannot be used; use what matches "
        + "^[A-Za-z0-9_][A-Za-z0-9_. -]{0,63}$."
    ),
    (
      "random-noise?format=rar",
      "format: 'rar' cannot be used; use zip, tar, tar.gz, parquet, npz, arrow."
    ),
    ("mendata?features=/models/net", "features: '/models/net' cannot be used; use net."),
    ("mendata?features=net", "mendata needs reference."),
    ("dataelixir?denoiser=/etc", "denoiser: '/etc' cannot be used; use net."),
  ])
  func whatIsNotDeclaredIsRefused(query: String, message: String) throws {
    let answer = try served.ask("POST", "/v1/purify/\(query)", body: "data")
    #expect(answer.status == 400)
    #expect(answer.json["error"] as? String == message)
    #expect(try served.ask("GET", "/v1/jobs").text == "{\"jobs\":[]}\n")
  }

  @Test func theDescriptionNamesEveryRouteAndOption() throws {
    let description = try served.ask("GET", "/v1/openapi.json", as: nil).json
    let paths = try #require(description["paths"] as? [String: [String: Any]])
    #expect(paths.count == 13)
    for (template, operations) in paths {
      let path = template.replacingOccurrences(of: "{id}", with: "0")
      for method in ["get", "post", "delete", "put"] {
        let answer = try served.ask(method.uppercased(), path)
        // What is described is there, and nothing else.
        #expect((answer.status != 405) == (operations[method] != nil), "\(method) \(path)")
        if answer.status == 405 {
          let allowed = operations.keys.map { $0.uppercased() }.sorted().joined(separator: ", ")
          #expect(answer.head.contains("Allow: \(allowed)"))
        }
      }
    }
    let noise = paths["/v1/purify/random-noise"]?["post"] as? [String: Any]
    let parameters = try #require(noise?["parameters"] as? [[String: Any]])
    #expect(
      parameters.map { $0["name"] as? String } == [
        "format", "sigma", "seed", "batch", "size", "strict", "image-column", "label-column",
        "changed-as",
      ])
  }

  /// Without models no option asks for one, and a method that cannot do without is not there.
  @Test func withoutModelsNothingAsksForOne() throws {
    let plain = try ServedFolder(try TemporaryFolder())
    let paths = try #require(
      try plain.ask("GET", "/v1/openapi.json", as: nil).json["paths"] as? [String: Any])
    #expect(paths.count == 12 && paths["/v1/purify/mendata"] == nil)
    #expect(try plain.ask("POST", "/v1/purify/mendata", body: "data").status == 404)
    let refusal = try plain.ask("POST", "/v1/purify/dataelixir?denoiser=net", body: "data")
    #expect(
      refusal.json["error"] as? String == "dataelixir has no option 'denoiser'; "
        + "/v1/openapi.json says which.")
  }
}
