import Testing

/// Numbers that no computation survives are usage errors, of whatever option.
@Suite struct OptionLimitTests {
  static let huge = "\(Int.max)"
  private static let knn = ["detect", "knn", "d", "--features", "f", "--output", "o"]
  private static let mendata = [
    "purify", "mendata", "d", "--features", "f", "--reference", "r", "--output", "o",
  ]
  private static let denoiser = ["train", "denoiser", "d", "--output", "o"]
  private static let mark = ["mark", "d", "--marking-network", "m", "--output", "o"]

  static let refused: [([String], String)] = [
    (denoiser + ["--steps", "2147483648"], "--steps 2147483648: use a number up to 2147483647"),
    (denoiser + ["--minutes", "inf"], "--minutes inf: use a number up to 1e9"),
    (denoiser + ["--learning-rate", "inf"], "--learning-rate inf: use a number up to 1e9"),
    (denoiser + ["--weight-decay", "nan"], "--weight-decay nan: use a number up to 1e9"),
    (denoiser + ["--threads", huge], "--threads \(huge): use 1 to "),
    (denoiser + ["--threads", "100000"], "--threads 100000: use 1 to "),
    (denoiser + ["--layers", huge], "--layers \(huge): use 1 to 64"),
    (denoiser + ["--channels", "800000"], "--channels 800000: use multiples of 8 up to 8192"),
    (["tune", "m", "--seconds", "inf"], "--seconds inf: use a number up to 1e9"),
    (knn + ["--batch", huge], "--batch \(huge): use a number up to 2147483647"),
    (knn + ["--k=-\(huge)"], "--k -\(huge): use a number up to"),
    (mark + ["--image-penalty", "inf"], "--image-penalty inf: use a number up to 1e9"),
    (mendata + ["--amplification", "1e300"], "--amplification 1e+300: use a number up to 1e9"),
    (mendata + ["--critic-units", huge], "--critic-units \(huge): use at most 65536"),
    (
      ["purify", "dataelixir", "d", "--denoiser", "m", "--output", "o", "--rounds", huge],
      "--rounds \(huge): use a number up to"
    ),
    (["demo", "--output", "o", "--images", huge], "--images \(huge): use 200 to 1000000"),
    (
      ["train", "classifier", "d", "--output", "o", "--width", "2000000000"],
      "--width 2000000000: use 1 to 8192"
    ),
  ]

  @Test(arguments: refused) func isRefused(arguments: [String], message: String) throws {
    let run = try CommandRun(arguments)
    #expect(run.exitCode == 64 && run.errors.contains(message), "\(run)")
  }

  /// Seeds are as great as they like.
  @Test func seedsHaveNoLimit() throws {
    let run = try CommandRun(Self.knn + ["--seed", "\(UInt64.max)"])
    #expect(run.exitCode == 1 && run.errors.contains("d: there is no such file or folder"))
  }
}
