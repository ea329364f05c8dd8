import ComputeBackend
import TestSupport

let matrixCases: [OperationCase] = productCases + epilogueCases

private struct Product: Sendable {
  var batch = 1
  var m: Int
  var n: Int
  var k: Int
  var sharedB = false
}

private let products: [Product] = [
  Product(m: 1, n: 1, k: 1),
  Product(m: 1, n: 33, k: 17),
  Product(m: 33, n: 1, k: 17),
  Product(m: 5, n: 7, k: 1),
  Product(m: 257, n: 131, k: 70),
  Product(m: 33, n: 17, k: 1000),
  Product(m: 64, n: 96, k: 128),
  Product(m: 3, n: 512, k: 130),
  Product(m: 1031, n: 3, k: 27),
  Product(batch: 3, m: 17, n: 19, k: 23),
  Product(batch: 5, m: 64, n: 65, k: 32),
  Product(batch: 4, m: 1, n: 9, k: 31),
  Product(batch: 3, m: 33, n: 37, k: 41, sharedB: true),
  Product(batch: 7, m: 8, n: 130, k: 66, sharedB: true),
]

private let productCases: [OperationCase] = products.flatMap { product in
  [(false, false), (false, true), (true, false), (true, true)].map { transposeA, transposeB in
    let shape = MatrixProductShape(
      batch: product.batch, m: product.m, n: product.n, k: product.k, transposeA: transposeA,
      transposeB: transposeB, sharedB: product.sharedB)
    return OperationCase("matrixProduct \(shape.label)") { run in
      run.product(shape, epilogue: Epilogue())
    }
  }
}

private let epilogueCases: [OperationCase] = Activation.allCases.flatMap { activation in
  [
    MatrixProductShape(m: 67, n: 35, k: 29, transposeB: true),
    MatrixProductShape(batch: 3, m: 9, n: 130, k: 17, sharedB: true),
    MatrixProductShape(batch: 2, m: 16, n: 16, k: 16),
  ].flatMap { shape in
    [
      OperationCase("matrixProduct \(shape.label) with \(activation)") { run in
        run.product(shape, epilogue: Epilogue(activation: activation))
      },
      OperationCase("matrixProduct \(shape.label) with bias, \(activation)") { run in
        run.product(shape, epilogue: Epilogue(bias: run.normal(shape.n), activation: activation))
      },
      OperationCase("matrixProduct \(shape.label) with bias, residual, \(activation)") { run in
        let residual = run.normal(shape.batch * shape.m * shape.n)
        run.product(
          shape,
          epilogue: Epilogue(
            bias: run.normal(shape.n), residual: residual, activation: activation))
      },
    ]
  }
}

extension MatrixProductShape {
  fileprivate var label: String {
    "\(batch)×\(m)×\(n)×\(k)" + (transposeA ? " Aᵀ" : "") + (transposeB ? " Bᵀ" : "")
      + (sharedB ? " one B" : "")
  }
}

extension CaseRun {
  fileprivate func product(_ shape: MatrixProductShape, epilogue: Epilogue) {
    let a = normal(shape.batch * shape.m * shape.k)
    let b = normal((shape.sharedB ? 1 : shape.batch) * shape.k * shape.n)
    let y = output("y", shape.batch * shape.m * shape.n, .products(shape.k))
    backend.matrixProduct(shape, a, b, epilogue: epilogue, into: y)
  }
}
