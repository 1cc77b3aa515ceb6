import Foundation
import TurnwiseKernels

/// All kernels as loops over single numbers in double precision, with which the others are compared.
///
/// They are written from the formulas of ``Kernels`` alone. Their panels have a width that no others have.
enum PlainLoops: Kernels {
  static var registerBits: Int { 0 }
  static var panelWidth: Int { 5 }

  static func exponential(_ y: MutableFloats, _ x: Floats, count: Int) {
    for i in 0..<count { y[i] = Float(exp(Double(x[i]))) }
  }

  static func add(_ y: MutableFloats, _ x: Floats, count: Int) {
    for i in 0..<count { y[i] += x[i] }
  }

  static func add(_ y: MutableFloats, _ factor: Float, times x: Floats, count: Int) {
    for i in 0..<count { y[i] = Float(Double(y[i]) + Double(factor) * Double(x[i])) }
  }

  static func scale(_ y: MutableFloats, by factor: Float, count: Int) {
    for i in 0..<count { y[i] *= factor }
  }

  static func dot(_ x: Floats, _ y: Floats, count: Int) -> Float {
    Float(inner(x, y, count))
  }

  /// Returns the inner product before rounding.
  static func inner(_ x: Floats, _ y: Floats, _ count: Int) -> Double {
    var total = 0.0
    for i in 0..<count { total += Double(x[i]) * Double(y[i]) }
    return total
  }

  static func adam(
    _ step: AdamStep, _ parameters: MutableFloats, first: MutableFloats, second: MutableFloats,
    gradient: Floats, count: Int
  ) {
    let (b1, b2) = (Double(step.firstDecay), Double(step.secondDecay))
    let rate = Double(step.learningRate)
    for i in 0..<count {
      let g = Double(gradient[i])
      let m = b1 * Double(first[i]) + (1 - b1) * g
      let v = b2 * Double(second[i]) + (1 - b2) * g * g
      let mean = m * Double(step.firstCorrection)
      let spread = (v * Double(step.secondCorrection)).squareRoot()
      let p = Double(parameters[i])
      let decay = Double(step.weightDecay) * p
      parameters[i] = Float(p - rate * (mean / (spread + Double(step.epsilon)) + decay))
      (first[i], second[i]) = (Float(m), Float(v))
    }
  }

  static func multiplyAdds(rounds: Int) -> Float {
    var x = 1.0
    for _ in 0..<rounds { x = 1e-9 + x * 1.0001 }
    return Float(x)
  }
}
