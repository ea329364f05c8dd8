import Autograd
import ComputeBackend

extension FunctionCase {
  static let elementary = unary + binary + reductions + moves + products + distributions

  static let distributions: [FunctionCase] = [
    FunctionCase("logSoftmax", [[3, 4]]) { logSoftmax($0[0]) },
    FunctionCase("klDivergence", [[2, 4], [2, 4]]) {
      klDivergence(of: logSoftmax($0[0]), from: logSoftmax($0[1]))
    },
  ]

  static let unary: [FunctionCase] = UnaryOperation.Code.allCases.map { code in
    let positive: [UnaryOperation.Code] = [.log, .squareRoot, .reciprocalSquareRoot, .reciprocal]
    let operation = UnaryOperation(code, a: -0.4, b: 0.7)
    return FunctionCase(
      "\(code)", [[11]], in: positive.contains(code) ? 0.5...2 : -1.5...1.5
    ) { $0[0].applying(operation) }
  }

  private static let block = BlockShape(outer: 2, middle: 3, inner: 4)
  private static let someAxes: [BlockAxes] = [
    [], .outer, .middle, .inner, [.outer, .inner], [.outer, .middle], .all,
  ]

  static let binary: [FunctionCase] =
    BinaryOperation.allCases.flatMap { operation in
      someAxes.map { axes in
        FunctionCase(
          "\(operation) over \(axes.rawValue)", [[2, 3, 4], [block.count(keeping: axes)]],
          in: operation == .divide ? 0.5...2 : -1.5...1.5
        ) { $0[0].combined(operation, $0[1], shape: block, axes: axes) }
      }
    } + [
      FunctionCase("operators", [[5], [5]], in: 0.5...2) { x in
        (2 / x[0] - x[1] / 3) * (1 - x[0]) + -x[1] * x[1] - x[0] / x[1] * 2 + 1
      },
      FunctionCase("affineSum", [[4], [4], [4], [4], [4], [4]]) { x in
        affineSum(x.enumerated().map { (Float($0) - 1.5, $1) })
      },
      FunctionCase("rowAffineSum", [[2, 3], [2, 3]]) { x in
        let rows = Tensor([1, -2, 0.5, 3], shape: [2, 2], on: x[0].backend)
        return rowAffineSum(x, coefficients: rows)
      },
    ]

  static let reductions: [FunctionCase] =
    ReductionOperation.allCases.flatMap { operation in
      someAxes.map { axes in
        FunctionCase("reduced \(operation) keeping \(axes.rawValue)", [[2, 3, 4]]) {
          $0[0].reduced(
            operation, shape: block, keeping: axes, scale: 0.5,
            resultShape: [block.count(keeping: axes)])
        }
      }
    }
    + someAxes.map { axes in
      FunctionCase("expanded over \(axes.rawValue)", [[block.count(keeping: axes)]]) {
        $0[0].expanded(shape: block, axes: axes, resultShape: [2, 3, 4])
      }
    } + [
      FunctionCase("sum", [[2, 3]]) { $0[0].sum() },
      FunctionCase("mean", [[2, 3]]) { $0[0].mean() },
      FunctionCase("meanOfSquares", [[2, 3]]) { $0[0].meanOfSquares() },
    ]

  static let moves: [FunctionCase] = [
    FunctionCase("reshaped", [[2, 6]]) { $0[0].reshaped([3, 4]) },
    FunctionCase("permuted", [[2, 3, 4, 2]]) { $0[0].permuted([3, 1, 0, 2]) },
    FunctionCase("resizeBilinear", [[2, 3, 4, 2]]) {
      resizeBilinear($0[0], height: 5, width: 2)
    },
    FunctionCase("filteredHalf", [[2, 4, 2, 2]]) { filteredHalf($0[0]) },
    FunctionCase("filteredDouble", [[2, 3, 2, 2]]) { filteredDouble($0[0]) },
    FunctionCase("averagePoolAdaptively", [[2, 5, 3, 2]]) {
      averagePoolAdaptively($0[0], height: 2, width: 4)
    },
    FunctionCase("averagePoolHalf", [[2, 5, 3, 2]]) { averagePoolHalf($0[0]) },
    FunctionCase("channels", [[2, 3, 5]]) { $0[0].channels(1..<4) },
    FunctionCase("rows", [[4, 3]]) { $0[0].rows(1..<3) },
    FunctionCase("concatenate", [[2, 3, 2], [2, 3, 1], [2, 3, 3]]) { concatenate($0, axis: -1) },
    FunctionCase("concatenateRows", [[2, 3], [1, 3]]) { concatenateRows($0) },
    FunctionCase("gatheredRows", [[4, 3]]) { x in
      x[0].gatheredRows(IndexTensor([2, 0, 2], shape: [3], on: x[0].backend))
    },
    FunctionCase("maxPool", [[2, 5, 6, 2]]) { maxPool($0[0], kernel: 3, stride: 2, padding: 1) },
    FunctionCase("averagePool", [[1, 4, 6, 2]]) { averagePool($0[0], factor: 2) },
    FunctionCase("upsampleNearest", [[1, 2, 3, 2]]) { upsampleNearest($0[0], factor: 2) },
    FunctionCase("globalAveragePool", [[2, 3, 2, 3]]) { globalAveragePool($0[0]) },
  ]

  static let products: [FunctionCase] =
    [(false, false), (false, true), (true, false), (true, true)].flatMap { a, b in
      let (left, right) = (a ? [4, 3] : [3, 4], b ? [2, 4] : [4, 2])
      return [
        FunctionCase("matrixProduct \(a) \(b)", [left, right]) {
          matrixProduct($0[0], $0[1], transposeA: a, transposeB: b)
        },
        FunctionCase("batched matrixProduct \(a) \(b)", [[2] + left, [2] + right]) {
          matrixProduct($0[0], $0[1], transposeA: a, transposeB: b)
        },
      ]
    } + [
      FunctionCase("matrixProduct, one b", [[2, 3, 4], [4, 2]]) { matrixProduct($0[0], $0[1]) },
      FunctionCase("product with itself", [[3, 3]]) { matrixProduct($0[0], $0[0]) },
    ]
}
