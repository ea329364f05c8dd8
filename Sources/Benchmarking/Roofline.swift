/// Measured operations beside what a device can reach at most.
public struct Roofline: Sendable {
  /// One measured operation.
  public struct Point: Sendable {
    public let name: String
    public let kind: DeviceOperation.Kind
    /// Floating-point operations for each byte of compulsory traffic.
    public let intensity: Double
    public let flopsPerSecond: Double

    public init(
      name: String, kind: DeviceOperation.Kind, intensity: Double, flopsPerSecond: Double
    ) {
      self.name = name
      self.kind = kind
      self.intensity = intensity
      self.flopsPerSecond = flopsPerSecond
    }
  }

  public let title: String
  public let subtitle: String
  public let peak: DevicePeak
  public let points: [Point]

  /// - Parameters:
  ///   - title: names the device.
  ///   - subtitle: says how it was measured.
  public init(title: String, subtitle: String, peak: DevicePeak, points: [Point]) {
    self.title = title
    self.subtitle = subtitle
    self.peak = peak
    self.points = points
  }
}
