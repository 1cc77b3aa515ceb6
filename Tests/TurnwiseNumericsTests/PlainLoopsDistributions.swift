import Foundation
import TurnwiseKernels

extension PlainLoops {
  /// Returns log Σ exp(l slope).
  private static func logarithm(_ logits: Floats, slope: Double, _ vocabulary: Int) -> Double {
    let scaled = (0..<vocabulary).map { Double(logits[$0]) * slope }
    let highest = scaled.max() ?? 0
    return highest + log(scaled.reduce(0) { $0 + exp($1 - highest) })
  }

  static func partition(_ logits: Floats, vocabulary: Int) -> (logarithm: Float, mean: Float) {
    let z = logarithm(logits, slope: 1, vocabulary)
    var mean = 0.0
    for i in 0..<vocabulary { mean += exp(Double(logits[i]) - z) * Double(logits[i]) }
    return (Float(z), Float(mean))
  }

  static func squares(_ logits: Floats, partition: Float, vocabulary: Int) -> Float {
    var total = 0.0
    for i in 0..<vocabulary { total += exp(2 * (Double(logits[i]) - Double(partition))) }
    return Float(total)
  }

  static func logitGradient(
    _ logits: MutableFloats, target: Int, dLogProbability: Float, dEntropy: Float, entropy: Float,
    partition: Float, vocabulary: Int
  ) {
    for i in 0..<vocabulary {
      let logarithm = Double(logits[i]) - Double(partition)
      let p = exp(logarithm)
      let byProbability = (i == target ? 1 : 0) - p
      let byEntropy = -p * (logarithm + Double(entropy))
      logits[i] = Float(Double(dLogProbability) * byProbability + Double(dEntropy) * byEntropy)
    }
  }

  static func draw(
    _ logits: Floats, slope: Float, uniform: Double, weights: MutableFloats, vocabulary: Int
  ) -> (token: Int, logarithm: Float) {
    let z = logarithm(logits, slope: Double(slope), vocabulary)
    var passed = 0.0
    for i in 0..<vocabulary {
      passed += exp(Double(logits[i]) * Double(slope) - z)
      if passed > uniform { return (i, Float(z)) }
    }
    return (vocabulary - 1, Float(z))
  }
}
