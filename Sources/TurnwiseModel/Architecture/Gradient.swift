internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The derivative of a loss by each parameter of a model, in the order of ``Transformer/parameters``.
///
/// It lies in memory that the model lends, and that comes back with the last copy: in an array of its
/// own, the fresh pages took 6 % of a large model's step.
public struct Gradient: Sendable {
  /// The number of parameters.
  public let count: Int
  private var memory: BufferPool.Loan

  /// Takes over memory whose first `count` floats are the derivatives.
  init(_ memory: BufferPool.Loan, count: Int) { (self.memory, self.count) = (memory, count) }

  /// Copies derivatives.
  public init(_ derivatives: some Collection<Float>) {
    self.init(BufferPool().lend(derivatives.count), count: derivatives.count)
    _ = UnsafeMutableBufferPointer(start: memory.base, count: count).update(
      fromContentsOf: derivatives)
  }

  func withFloats<Result>(_ body: (Floats) -> Result) -> Result {
    withExtendedLifetime(memory) { body(memory.base) }
  }

  /// Calls `body` with floats that no copy shares.
  mutating func withMutableFloats<Result>(_ body: (MutableFloats) -> Result) -> Result {
    if !isKnownUniquelyReferenced(&memory) { memory = memory.copy(of: count) }
    return withExtendedLifetime(memory) { body(memory.base) }
  }
}

extension Gradient: Equatable {
  /// Whether all derivatives are equal.
  public static func == (a: Gradient, b: Gradient) -> Bool { a.elementsEqual(b) }
}

extension Gradient: RandomAccessCollection, MutableCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// ``count``.
  public var endIndex: Int { count }

  /// The derivative by one parameter.
  public subscript(index: Int) -> Float {
    get {
      require(indices.contains(index), "A gradient is as long as the parameters.")
      return withFloats { $0[index] }
    }
    set {
      require(indices.contains(index), "A gradient is as long as the parameters.")
      withMutableFloats { $0[index] = newValue }
    }
  }

  /// Calls `body` with all derivatives.
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result? {
    try withExtendedLifetime(memory) {
      try body(UnsafeBufferPointer(start: memory.base, count: count))
    }
  }
}
