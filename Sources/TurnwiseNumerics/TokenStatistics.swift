internal import Foundation

/// What training asks of a row of logits: how likely one token is, and how spread the distribution.
package enum TokenStatistics {
  /// Sets the log-probability of each row's target, the row's entropy, and its log-partition.
  ///
  /// `logits` is rows × vocabulary; the rest have one element a row. Entropy is in nats.
  package static func forward(
    logProbabilities: MutableFloats, entropies: MutableFloats, partitions: MutableFloats,
    logits: Floats, targets: [Int32], vocabulary: Int
  ) {
    for (row, target) in targets.enumerated() {
      let logits = logits + row * vocabulary
      let (partition, mean) = partition(of: logits, vocabulary: vocabulary)
      partitions[row] = partition
      logProbabilities[row] = logits[Int(target)] - partition
      entropies[row] = partition - mean
    }
  }

  /// Returns Σ p², the sum over the vocabulary of squared probabilities, given a row's log-partition.
  package static func squares(of logits: Floats, partition: Float, vocabulary: Int) -> Float {
    var total = Vector.zero
    var i = 0
    while i < vocabulary {
      let p = exponential(load(logits, i, vocabulary) - partition)
      total += keeping(first: min(lanes, vocabulary - i), of: p * p)
      i += lanes
    }
    return sum(total)
  }

  /// Replaces logits by the loss's gradient with respect to them.
  ///
  /// With p the probabilities and H the entropy: d log p_t / d l_i = [i = t] - p_i and d H / d l_i
  /// = -p_i (log p_i + H).
  package static func backward(
    logits: MutableFloats, dLogProbabilities: Floats, dEntropies: Floats, entropies: Floats,
    partitions: Floats, targets: [Int32], vocabulary: Int
  ) {
    for (row, target) in targets.enumerated() {
      let logits = logits + row * vocabulary
      let d = dLogProbabilities[row]
      let e = Vector(repeating: -dEntropies[row])
      // p (-d - dH (log p + H))
      let constant = Vector(repeating: -d - dEntropies[row] * entropies[row])
      var i = 0
      while i < vocabulary {
        let logarithm = load(logits, i, vocabulary) - partitions[row]
        let weight = multiplyAdd(constant, e, logarithm)
        store(exponential(logarithm) * weight, logits, i, vocabulary)
        i += lanes
      }
      logits[Int(target)] += d
    }
  }

  /// Returns log Σ exp(l) and the mean logit under the distribution.
  package static func partition(of logits: Floats, vocabulary: Int) -> (
    logarithm: Float, mean: Float
  ) {
    let highest = largestElement(logits, count: vocabulary)
    var total = Vector.zero
    var weighted = Vector.zero
    var i = 0
    while i + lanes <= vocabulary {
      let x = load(logits, i) - highest
      let e = exponential(x)
      total += e
      weighted = multiplyAdd(weighted, e, x)
      i += lanes
    }
    if i < vocabulary {
      let x = load(logits, i, vocabulary) - highest
      let e = keeping(first: vocabulary - i, of: exponential(x))
      total += e
      weighted = multiplyAdd(weighted, e, x)
    }
    let z = sum(total)
    return (highest + log(z), highest + sum(weighted) / z)
  }

  /// Returns the largest of `count` floats.
  @inline(__always)
  package static func largestElement(_ x: Floats, count: Int) -> Float {
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
      highest = max(highest, x[i])
      i += 1
    }
    return highest
  }
}
