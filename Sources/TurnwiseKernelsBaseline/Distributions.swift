internal import Foundation
package import TurnwiseKernels

extension CompiledKernels {
  package static func partition(_ logits: Floats, vocabulary: Int) -> (
    logarithm: Float, mean: Float
  ) {
    let highest = largestElement(logits, count: vocabulary)
    var total = Vector.zero
    var weighted = Vector.zero
    var i = 0
    while i < vocabulary {
      let x = load(logits, i, vocabulary) - highest
      let e = keeping(first: vocabulary - i, of: vectorExponential(x))
      total += e
      weighted = multiplyAdd(weighted, e, x)
      i += lanes
    }
    let z = sum(total)
    return (highest + log(z), highest + sum(weighted) / z)
  }

  package static func squares(_ logits: Floats, partition: Float, vocabulary: Int) -> Float {
    var total = Vector.zero
    var i = 0
    while i < vocabulary {
      let p = vectorExponential(load(logits, i, vocabulary) - partition)
      total += keeping(first: vocabulary - i, of: p * p)
      i += lanes
    }
    return sum(total)
  }

  package static func logitGradient(
    _ logits: MutableFloats, target: Int, dLogProbability: Float, dEntropy: Float, entropy: Float,
    partition: Float, vocabulary: Int
  ) {
    // p (-d - dH (log p + H))
    let slope = Vector(repeating: -dEntropy)
    let constant = Vector(repeating: -dLogProbability - dEntropy * entropy)
    var i = 0
    while i < vocabulary {
      let logarithm = load(logits, i, vocabulary) - partition
      let weight = multiplyAdd(constant, slope, logarithm)
      store(vectorExponential(logarithm) * weight, logits, i, vocabulary)
      i += lanes
    }
    logits[target] += dLogProbability
  }

  package static func draw(
    _ logits: Floats, slope: Float, uniform: Double, weights: MutableFloats, vocabulary: Int
  ) -> (token: Int, logarithm: Float) {
    let highest = largestElement(logits, count: vocabulary)
    var total = 0.0
    var i = 0
    while i < vocabulary {
      let x = (load(logits, i, vocabulary) - highest) * slope
      let e = keeping(first: vocabulary - i, of: vectorExponential(x))
      store(e, weights, i, vocabulary)
      total += Double(sum(e))
      i += lanes
    }
    var rest = uniform * total
    i = 0
    while i + lanes < vocabulary {
      let part = Double(sum(load(weights, i)))
      if rest < part { break }
      rest -= part
      i += lanes
    }
    let end = i + lanes < vocabulary ? i + lanes : vocabulary
    while i + 1 < end {
      rest -= Double(weights[i])
      if rest < 0 { break }
      i += 1
    }
    return (i, highest * slope + Float(log(total)))
  }

  /// Returns the largest of `count` floats, of which there is at least one.
  @inline(__always)
  static func largestElement(_ x: Floats, count: Int) -> Float {
    var highest = x[0]
    var i = 0
    if count >= lanes {
      var best = load(x, 0)
      i = lanes
      while i + lanes <= count {
        best = larger(best, load(x, i))
        i += lanes
      }
      highest = largest(best)
    }
    while i < count {
      highest = x[i] > highest ? x[i] : highest
      i += 1
    }
    return highest
  }
}
