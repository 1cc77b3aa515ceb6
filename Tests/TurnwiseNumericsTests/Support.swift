import Foundation
import Testing
import TurnwiseKernels
import TurnwiseNumerics

/// The levels that this processor can run.
let levels = KernelLevel.available

/// Sizes with every kind of remainder.
let sizes = Array(1...17) + [31, 32, 33, 47, 63, 65, 97, 100, 193, 321, 333]

/// A small generator of reproducible numbers.
struct Source {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(seed) }

  mutating func float(_ range: ClosedRange<Float> = -1...1) -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let unit = Float(state >> 40) / Float(1 << 24)
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in float(range) }
  }
}

/// Rows of floats between sentinels, and after them a page of memory that cannot be accessed.
///
/// The sentinels are NaNs: if a kernel reads one, its result is a NaN as well.
final class Rows {
  static let sentinel = Float(bitPattern: 0x7FC1_2345)
  static let margin = 64

  let count, width, stride: Int
  /// The first row.
  let base: MutableFloats
  private let after: Int
  private let pages: UnsafeMutableRawPointer
  private let byteCount: Int
  /// Everything from the first sentinel to the last.
  private let all: UnsafeMutableBufferPointer<Float>

  /// Allocates rows of sentinels; `after` more sentinels follow the last row.
  init(_ count: Int, width: Int, stride: Int? = nil, after: Int = margin) {
    (self.count, self.width, self.stride, self.after) = (count, width, stride ?? width, after)
    let length = Self.margin + max(0, (count - 1) * self.stride + width) + after
    let page = Int(getpagesize())
    let used = (4 * length + page - 1) / page * page
    byteCount = used + page
    pages = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    precondition(pages != MAP_FAILED && mprotect(pages + used, page, PROT_NONE) == 0)
    let start = (pages + used - 4 * length).bindMemory(to: Float.self, capacity: length)
    all = UnsafeMutableBufferPointer(start: start, count: length)
    all.initialize(repeating: Self.sentinel)
    base = start + Self.margin
  }

  /// Allocates rows with `values`.
  convenience init(
    _ values: [Float], width: Int? = nil, stride: Int? = nil, after: Int = margin
  ) {
    let width = width ?? values.count
    self.init(width == 0 ? 0 : values.count / width, width: width, stride: stride, after: after)
    for (index, value) in values.enumerated() {
      base[index / width * self.stride + index % width] = value
    }
  }

  /// Allocates rows for reading: no float after the last one can be accessed.
  convenience init(reading values: [Float], width: Int? = nil, stride: Int? = nil) {
    self.init(values, width: width, stride: stride, after: 0)
  }

  deinit { munmap(pages, byteCount) }

  /// The values of all rows.
  var array: [Float] {
    (0..<count * width).map { base[$0 / width * stride + $0 % width] }
  }

  /// Returns a copy of the rows.
  func copy() -> Rows { Rows(array, width: width, stride: stride, after: after) }

  /// Whether every sentinel outside the rows is unchanged.
  var isIntact: Bool {
    all.indices.allSatisfy { index in
      let place = index - Self.margin
      if place >= 0, count > 0, place < (count - 1) * stride + width, place % stride < width {
        return true
      }
      return all[index].bitPattern == Self.sentinel.bitPattern
    }
  }
}

/// The results of the kernels of a level and of plain loops.
struct Outcome {
  let found, expected: [Float]

  /// Expects that the error of each element is at most `roundings` half units in the last place of its
  /// size, which is the expected value, or the sum of the magnitudes of its terms.
  func expectAgreement(
    to roundings: Int, of size: ((Int) -> Float)? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    // In units of the allowed error.
    var worst: (error: Float, index: Int) = (0, 0)
    for (index, (found, expected)) in zip(found, expected).enumerated() where found != expected {
      let error =
        abs(found - expected) / (Float(roundings) * 0x1p-24 * (size?(index) ?? abs(expected)))
      if !(error <= worst.error) { worst = (error.isNaN ? .infinity : error, index) }
    }
    #expect(
      worst.error <= 1,
      "element \(worst.index): \(found[worst.index]), not \(expected[worst.index])",
      sourceLocation: sourceLocation)
  }

  /// Expects that each error is at most `roundings` half units in the last place of the largest element.
  func expectAgreement(
    to roundings: Int, ofAtLeast size: Float, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let largest = expected.reduce(size) { max($0, abs($1)) }
    expectAgreement(to: roundings, of: { _ in largest }, sourceLocation: sourceLocation)
  }
}

extension [Float] {
  var bits: [UInt32] { map(\.bitPattern) }
  var magnitudes: [Float] { map(abs) }
}

/// Runs the kernels of a level and plain loops on equal memory.
///
/// Expects that nothing outside the rows changes, and that a second run gives the same bits.
func outcomes(
  _ level: KernelLevel, _ memory: [Rows], sourceLocation: SourceLocation = #_sourceLocation,
  _ run: (any Kernels.Type, [MutableFloats]) -> Void
) -> [Outcome] {
  func after(_ kernels: any Kernels.Type) -> [[Float]] {
    let copies = memory.map { $0.copy() }
    run(kernels, copies.map(\.base))
    for (index, rows) in copies.enumerated() {
      #expect(
        rows.isIntact, "\(kernels) wrote outside memory \(index)", sourceLocation: sourceLocation)
    }
    return copies.map(\.array)
  }
  let found = after(level.kernels)
  #expect(
    after(level.kernels).map(\.bits) == found.map(\.bits), "a second run has different bits",
    sourceLocation: sourceLocation)
  return zip(found, after(PlainLoops.self)).map { Outcome(found: $0, expected: $1) }
}

/// Returns the derivative of `loss` by each element of `x`, by central differences.
func differences(of loss: ([Float]) -> Double, at x: [Float]) -> [Float] {
  var x = x
  let step: Float = 0x1p-8
  return x.indices.map { index in
    let old = x[index]
    x[index] = old + step
    let above = loss(x)
    x[index] = old - step
    let below = loss(x)
    x[index] = old
    return Float((above - below) / Double(2 * step))
  }
}

/// Returns Σ weights · values: a loss whose derivative by `values` is known.
func weighted(_ weights: [Float], _ values: [Float]) -> Double {
  zip(weights, values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
