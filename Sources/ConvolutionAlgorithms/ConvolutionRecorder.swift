import ComputeBackend
import Synchronization

/// The convolutions of a program's run that have more than one algorithm.
public final class ConvolutionRecorder: Sendable {
  /// A convolution's operation.
  public struct Item: Hashable, Sendable {
    public let geometry: Conv2DGeometry
    public let operation: ConvolutionOperation
  }

  private let found = Mutex<(order: [Item], known: Set<Item>)>(([], []))

  public init() {}

  /// In the order of their first use.
  public var items: [Item] { found.withLock { $0.order } }

  func add(_ geometry: Conv2DGeometry, _ operation: ConvolutionOperation) {
    guard ConvolutionAlgorithm.winograd4.applies(to: geometry) else { return }
    let item = Item(geometry: geometry, operation: operation)
    found.withLock { if $0.known.insert(item).inserted { $0.order.append(item) } }
  }
}
