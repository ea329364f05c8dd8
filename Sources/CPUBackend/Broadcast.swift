import ComputeBackend

/// A `BlockShape` with as few axes as its kept and dropped ones allow, as rows of `inner` elements.
struct Broadcast {
  /// The merged axes, outermost first; `isKept` is that of `BlockAxes`.
  private(set) var axes: [(size: Int, isKept: Bool)] = []

  /// Axes of size 1 vanish, neighbours of the same kind merge.
  init(shape: BlockShape, axes kept: BlockAxes) {
    let all = [
      (shape.outer, kept.contains(.outer)), (shape.middle, kept.contains(.middle)),
      (shape.inner, kept.contains(.inner)),
    ]
    for (size, isKept) in all where size != 1 {
      if let last = axes.last, last.isKept == isKept {
        axes[axes.count - 1].size *= size
      } else {
        axes.append((size, isKept))
      }
    }
  }

  /// Length of the innermost merged axis.
  var inner: Int { axes.last?.size ?? 1 }
  var innerIsKept: Bool { axes.last?.isKept ?? true }
  var rows: Int { axes.dropLast().reduce(1) { $0 * $1.size } }

  /// Where row `row` of the whole begins in an array of the kept axes alone.
  func offset(_ row: Int) -> Int {
    let length = innerIsKept ? inner : 1
    switch axes.count {
    case 3:
      // Kinds alternate: kept, dropped, kept, or dropped, kept, dropped.
      let place = axes[0].isKept ? row / axes[1].size : row % axes[1].size
      return place * length
    case 2: return axes[0].isKept ? row * length : 0
    default: return 0
    }
  }
}
