import Foundation
import Service
import TestSupport
import Testing

/// What becomes of jobs: their order, ends, limits, and a restart of the service.
@Suite struct JobTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ name: String) throws -> String {
    String(decoding: try folder.read(name), as: UTF8.self)
  }

  @Test func jobsRunOneAfterAnotherInTheirOrder() throws {
    let served = try ServedFolder(folder)
    let log = folder.path + "/order"
    let ids = try ["1", "2", "3"].map { name in
      try served.submit(
        "echo start \(name) >>\(log); sleep 0.2; echo end \(name) >>\(log); "
          + ServedFolder.result(),
        as: name == "2" ? "bob" : "alice")
    }
    try served.wait(ids[2])
    #expect(
      try read("order") == "start 1\nend 1\nstart 2\nend 2\nstart 3\nend 3\n")
    #expect(try served.state(ids[1], as: "bob") == "done")
  }

  @Test func theCommandIsMadeOfWhatWasChosen() throws {
    let served = try ServedFolder(folder, models: ["net": "/models/net"])
    let id = try served.submit(
      "echo \"$@\" >words; \(ServedFolder.result())",
      to: "/v1/purify/mendata?features=net&reference=knn:50&strict=true&seed=7")
    #expect(try served.wait(id)["state"] as? String == "done")
    #expect(
      try read("store/jobs/\(id)/words")
        == "purify mendata --features=/models/net --reference=knn:50 --strict --seed=7 dataset.zip"
        + " --output purified --prune --device cpu\n")
  }

  @Test func endsAreTold() throws {
    let served = try ServedFolder(folder)
    let done = try served.wait(try served.submit(ServedFolder.result()))
    #expect(done["state"] as? String == "done" && done["message"] as? String == "It is so.")
    let unsure = try served.wait(try served.submit(ServedFolder.result("unsure") + "; exit 3"))
    #expect(unsure["state"] as? String == "unsure")
    let failed = try served.wait(
      try served.submit("echo \"error: $PWD/dataset.zip: no images\" >&2; exit 1"))
    #expect(failed["state"] as? String == "failed")
    #expect(failed["message"] as? String == "dataset.zip: no images")
    let killed = try served.wait(try served.submit("kill -9 $$"))
    #expect(killed["message"] as? String == "The job was ended by signal 9.")
    // Nothing is kept that is of no more use.
    let id = try #require(done["id"] as? String)
    #expect(try folder.entries("store/jobs/\(id)") == ["job.json", "log.txt", "purified"])
  }

  @Test func jobsAreCancelledAndThenDeleted() throws {
    let served = try ServedFolder(folder)
    let running = try served.submit("trap 'exit 143' TERM; touch on; while :; do sleep 0.05; done")
    let waiting = try served.submit(ServedFolder.result())
    try served.wait(running, for: "running")
    while try !folder.entries("store/jobs/\(running)").contains("on") { usleep(10_000) }
    #expect(try served.ask("DELETE", "/v1/jobs/\(waiting)").status == 200)
    #expect(try served.state(waiting) == "cancelled")
    #expect(try served.ask("DELETE", "/v1/jobs/\(running)").status == 202)
    #expect(try served.wait(running)["state"] as? String == "cancelled")
    for id in [running, waiting] {
      #expect(try served.ask("DELETE", "/v1/jobs/\(id)").status == 204)
      #expect(try served.ask("GET", "/v1/jobs/\(id)").status == 404)
    }
    #expect(try folder.entries("store/jobs").isEmpty)
  }

  @Test func jobsThatRunTooLongAreStopped() throws {
    var limits = ServiceLimits()
    limits.jobSeconds = 1
    let served = try ServedFolder(folder, limits: limits)
    let job = try served.wait(
      try served.submit("trap 'exit 143' TERM; while :; do sleep 0.05; done"))
    #expect(job["state"] as? String == "failed")
    #expect(job["message"] as? String == "The job ran longer than 1 seconds.")
  }

  @Test func limitsAreKept() throws {
    var limits = ServiceLimits()
    (limits.unfinishedJobs, limits.jobs, limits.uploadBytes) = (2, 3, 100)
    let served = try ServedFolder(folder, limits: limits)
    #expect(
      try served.ask("POST", "/v1/purify/random-noise", body: String(repeating: "x", count: 101))
        .status
        == 413)
    let sleeper = try served.submit("exec sleep 30")
    let waiter = try served.submit("true")
    #expect(try served.ask("POST", "/v1/purify/random-noise", body: "true").status == 429)
    // Those of others do not count.
    _ = try served.submit("true", as: "bob")
    _ = try served.ask("DELETE", "/v1/jobs/\(waiter)")
    _ = try served.submit("true")
    #expect(try served.ask("POST", "/v1/purify/random-noise", body: "true").status == 429)
    _ = try served.ask("DELETE", "/v1/jobs/\(sleeper)")
  }

  @Test func aFullStoreTakesNoMore() throws {
    var limits = ServiceLimits()
    limits.storeBytes = 1000
    let served = try ServedFolder(folder, limits: limits)
    let text = String(repeating: "#", count: 501)
    #expect(try served.ask("POST", "/v1/purify/random-noise", body: text).status == 507)
    #expect(try folder.entries("store/jobs").isEmpty)
    // One that fills it while it runs is stopped.
    let job = try served.wait(
      try served.submit(
        "head -c 2000 /dev/zero >big; trap 'exit 143' TERM; while :; do sleep .1; done"))
    #expect(job["message"] as? String == "The job needs more disk space than there is.")
  }

  @Test func whatRanIsQueuedAgainByAServiceThatIsStopped() throws {
    let script =
      "echo run >>runs; trap 'exit 143' TERM; while [ $(wc -l <runs) = 1 ]; do sleep 0.05; done; "
      + ServedFolder.result()
    let id: String
    let waiting: String
    do {
      let served = try ServedFolder(folder)
      id = try served.submit(script)
      waiting = try served.submit(ServedFolder.result())
      while try !folder.entries("store/jobs/\(id)").contains("runs") { usleep(10_000) }
      served.service.stop()
      #expect(try read("store/jobs/\(id)/job.json").contains("\"state\" : \"queued\""))
    }
    let served = try ServedFolder(folder)
    #expect(try served.wait(id)["state"] as? String == "done")
    #expect(try served.wait(waiting)["state"] as? String == "done")
  }

  /// Somebody who watches a job, or is still sending one, keeps no service from its end.
  @Test func connectionsThatAreOpenDoNotKeepItFromStopping() throws {
    let served = try ServedFolder(folder)
    let id = try served.submit("trap 'exit 143' TERM; while :; do sleep 0.05; done")
    try served.wait(id, for: "running")
    let watcher = try RawConnection(port: served.port)
    let head = "HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wonderland\r\n"
    watcher.send(Array("GET /v1/jobs/\(id)/events \(head)\r\n".utf8))
    #expect(String(decoding: watcher.read(), as: UTF8.self).hasPrefix("HTTP/1.1 200 "))
    let sender = try RawConnection(port: served.port)
    sender.send(
      Array("POST /v1/purify/random-noise \(head)Content-Length: 9\r\n\r\npart".utf8))
    while try folder.entries("store/jobs").count < 2 { usleep(10_000) }
    served.service.stop()
    // Both have ended, and neither looks complete.
    #expect(!String(decoding: watcher.readAll(), as: UTF8.self).hasSuffix("0\r\n\r\n"))
    #expect(sender.readAll().isEmpty)
    #expect(try folder.entries("store/jobs") == [id])
  }
}
