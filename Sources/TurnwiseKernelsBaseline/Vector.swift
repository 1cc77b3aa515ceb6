internal import CVector
internal import TurnwiseKernels

/// The vector of every kernel; the compiler splits it into registers of the processor.
typealias Vector = SIMD16<Float>

/// The number of lanes of a ``Vector``.
let lanes = 16

/// Loads elements `i..<i + 16` of an array of `n` floats; lanes beyond its end are zero.
@inline(__always)
func load(_ pointer: Floats, _ i: Int, _ n: Int) -> Vector {
  guard i + lanes > n else { return load(pointer, i) }
  return turnwise_load_first(pointer + i, Int32(truncatingIfNeeded: n - i))
}

/// Loads sixteen floats from `i` on.
@inline(__always)
func load(_ pointer: Floats, _ i: Int) -> Vector {
  UnsafeRawPointer(pointer + i).loadUnaligned(as: Vector.self)
}

/// Stores elements `i..<i + 16` of an array of `n` floats; lanes beyond its end are dropped.
@inline(__always)
func store(_ vector: Vector, _ pointer: MutableFloats, _ i: Int, _ n: Int) {
  guard i + lanes > n else { return store(vector, pointer, i) }
  turnwise_store_first(pointer + i, vector, Int32(truncatingIfNeeded: n - i))
}

/// Stores sixteen floats from `i` on.
@inline(__always)
func store(_ vector: Vector, _ pointer: MutableFloats, _ i: Int) {
  UnsafeMutableRawPointer(pointer + i).storeBytes(of: vector, as: Vector.self)
}

/// Returns c + a b, rounded once or twice depending on the kernel level.
@inline(__always)
func multiplyAdd(_ c: Vector, _ a: Vector, _ b: Vector) -> Vector { turnwise_multiply_add(c, a, b) }

/// Returns c + a b, where every lane of b is one float in memory.
@inline(__always)
func multiplyAdd(_ c: Vector, _ a: Vector, each b: Floats) -> Vector {
  turnwise_multiply_add_each(c, a, b)
}

/// Returns the sum of the lanes, which are always added in the same order.
@inline(__always)
func sum(_ vector: Vector) -> Float { turnwise_reduce_add(vector) }

/// Returns the largest lane.
@inline(__always)
func largest(_ vector: Vector) -> Float { turnwise_reduce_max(vector) }

/// Returns the larger of each pair of lanes, and the lane of `b` where either is not a number.
@inline(__always)
func larger(_ a: Vector, _ b: Vector) -> Vector { turnwise_max(a, b) }

/// Returns the square root of each lane.
@inline(__always)
func squareRoot(_ vector: Vector) -> Vector { turnwise_sqrt(vector) }

/// Returns the elements of the first halves of two vectors in alternation.
@inline(__always)
func interleaveLow(_ a: Vector, _ b: Vector) -> Vector { turnwise_interleave_low(a, b) }

/// Returns the elements of the second halves of two vectors in alternation.
@inline(__always)
func interleaveHigh(_ a: Vector, _ b: Vector) -> Vector { turnwise_interleave_high(a, b) }

/// Returns `vector` with zeros from lane `count` on.
@inline(__always)
func keeping(first count: Int, of vector: Vector) -> Vector {
  turnwise_keep_first(vector, Int32(truncatingIfNeeded: smaller(count, lanes)))
}

/// Prefetches the cache line of `pointer`.
@inline(__always)
func prefetch(_ pointer: Floats) { turnwise_prefetch(pointer) }

/// Returns the same pointer, but hides its origin from the compiler.
@inline(__always)
func opaque(_ pointer: Floats) -> Floats { turnwise_opaque(pointer) }
