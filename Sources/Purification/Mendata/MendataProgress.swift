import Foundation
import Support

/// How long the rounds that are left take if they take as long as those of this process.
struct RoundTimer {
  /// Rounds of earlier processes.
  let done: Int
  let limit: Int
  private let start = ContinuousClock.now

  init(done: Int, limit: Int) {
    self.done = done
    self.limit = limit
  }

  /// `, at most 1 min 05 s left` in a round; empty in this process' first one.
  func left(before round: Int) -> String {
    guard let seconds = seconds(before: round) else { return "" }
    return ", at most \(NumberFormat.duration(seconds)) left"
  }

  private func seconds(before round: Int) -> Double? {
    let finished = round - 1 - done
    guard finished > 0 else { return nil }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    return elapsed / Double(finished) * Double(limit - round + 1)
  }

  /// After the first round of this process, what all will take at most; nil after others.
  ///
  /// - Parameter output: bytes of the dataset that will be written.
  func forecast(after round: MendataRound, _ rounds: MendataRounds, output: Int) -> String? {
    guard round.number == done + 1, round.number < limit,
      let seconds = seconds(before: round.number + 1)
    else { return nil }
    let memory = Int(ProcessUsage.peakMemoryMiB() * 0x1p20)
    // Perturbations are appended; those of all rounds so far lie in the file.
    let disk = output + rounds.store.byteCount / round.number * limit
    return "Expected: at most \(limit - round.number) rounds more in "
      + "\(NumberFormat.duration(seconds)); \(NumberFormat.bytes(memory)) of memory, "
      + "at most \(NumberFormat.bytes(disk)) of disk"
  }
}

extension MendataProgress {
  func line(of options: MendataOptions) -> String {
    var text = "round \(round)/\(options.rounds)"
    if let checkpoint {
      text += String(
        format: ", distance %.4f, penalty %.4f", checkpoint.distance, checkpoint.penalty)
    }
    text += String(
      format: ", perturbation mean %.3f, greatest %.2f of 255", perturbation.mean,
      perturbation.greatest)
    return total > 0 ? text + ", moved \(moved)/\(total)" : text
  }
}

extension MendataRound {
  /// After the first round: what a first step so large asks for.
  func advice(_ options: MendataOptions, samples: Int) -> String? {
    guard let stepSize = options.stepSize else { return nil }
    let step = meanPerturbation * Double(samples) / Double(max(moved, 1))
    guard step > Self.largeStep else { return nil }
    return String(
      format: "the first round moved images by %.1f/255, which shows; a perturbation rate of "
        + "%.2g would move them by %.0f/255", step, stepSize * MendataOptions.usualStep / step,
      MendataOptions.usualStep)
  }

  /// Mean ‖δ‖∞ of the moved samples in 1/255.
  private static let largeStep = 16.0

  /// `Round 3: distance 1.2345 (penalty 0.0123, 240 steps), 500 moved, perturbation mean …`.
  var line: String {
    "Round \(number): "
      + String(format: "distance %.4f (penalty %.4f, ", distance, penalty)
      + "\(criticSteps) steps\(hasConverged ? "" : ", not settled")), \(moved) moved, "
      + String(
        format: "perturbation mean %.3f, greatest %.2f of 255", meanPerturbation,
        greatestPerturbation)
  }
}
