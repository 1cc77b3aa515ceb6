internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The derivative of a loss by each parameter of a model, in the order of ``Transformer/parameters``.
///
/// Its memory is lent by the model and returns when the last copy is released. With an array of its own, the
/// fresh pages took 6 % of a large model's step.
public struct Gradient: Sendable {
  /// The number of parameters.
  public let count: Int
  private var memory: Loan

  /// Wraps memory whose first `count` floats are the derivatives.
  init(_ memory: Loan, count: Int) { (self.memory, self.count) = (memory, count) }

  /// Copies derivatives.
  public init(_ derivatives: some Collection<Float>) {
    self.init(BufferPool().lend(derivatives.count), count: derivatives.count)
    _ = UnsafeMutableBufferPointer(start: memory.base, count: count).update(
      fromContentsOf: derivatives)
  }

  /// Calls `body` with the derivatives.
  func withFloats<Result>(_ body: (Floats) -> Result) -> Result {
    withExtendedLifetime(memory) { body(memory.base) }
  }

  /// Calls `body` with the derivatives, in memory that no copy shares.
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

  /// The derivative by one parameter, by its index in ``Transformer/parameters``.
  public subscript(index: Int) -> Float {
    get {
      requireIndex(index)
      return withFloats { $0[index] }
    }
    set {
      requireIndex(index)
      withMutableFloats { $0[index] = newValue }
    }
  }

  private func requireIndex(_ index: Int) {
    require(
      indices.contains(index), "A gradient of \(count) parameters has no derivative \(index).")
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
