import Testing
import TurnwiseNumerics

/// A small generator of reproducible numbers.
struct Source {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func float(_ range: ClosedRange<Float> = -1...1) -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let unit = Float(state >> 40) / Float(1 << 24)
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in float(range) }
  }

  mutating func buffer(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> FloatBuffer {
    FloatBuffer(floats(count, range))
  }
}

extension FloatBuffer {
  convenience init(_ values: [Float]) {
    self.init(values.count)
    for (index, value) in values.enumerated() { base[index] = value }
  }
}

/// Expects that two arrays agree to within `tolerance` of one plus their size.
func expectClose(
  _ found: [Float], _ expected: [Float], tolerance: Float = 2e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, sourceLocation: sourceLocation)
  let worst = zip(found, expected).map { abs($0 - $1) / (1 + abs($1)) }
    .reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
  #expect(worst <= tolerance, sourceLocation: sourceLocation)
}

/// Returns the derivative of `loss` by each element of `x`, by central differences.
func differences(of loss: ([Double]) -> Double, at x: [Float]) -> [Float] {
  var x = x.map(Double.init)
  return x.indices.map { index in
    let old = x[index]
    x[index] = old + 1e-5
    let above = loss(x)
    x[index] = old - 1e-5
    let below = loss(x)
    x[index] = old
    return Float((above - below) / 2e-5)
  }
}

/// Returns Σ weights · values: a loss whose derivative by `values` is known.
func weighted(_ weights: [Float], _ values: [Double]) -> Double {
  zip(weights, values).reduce(0) { $0 + Double($1.0) * $1.1 }
}
