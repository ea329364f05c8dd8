/// How a shipped layout compiles a file of kernels, for tools that compile it without a device.
public struct KernelBuild: Sendable, Codable, Hashable {
  /// Which devices the layout is for.
  public let layout: String
  /// `cpu` or `gpu`.
  public let style: String
  /// In the folder of kernels.
  public let file: String
  /// Of clang and of every OpenCL compiler.
  public let options: String

  /// Of all shipped layouts, each with the files that its style uses.
  public static var shipped: [KernelBuild] {
    KernelLayoutTable.entries.flatMap { entry in
      KernelFile.allCases.filter { $0.isUsed(in: entry.layout.style) }.map {
        KernelBuild(
          layout: entry.label, style: entry.layout.style.rawValue, file: $0.name,
          options: entry.layout.buildOptions($0))
      }
    }
  }
}
