internal import Foundation
internal import TurnwiseCore
package import TurnwiseModel

/// The meaning of the numbers that a critic's head gives: how values are read from them, and how far
/// they are from values that are to be learnt.
///
/// A scalar head gives (value − centre) / scale and learns by squared error. A categorical head gives
/// the logits of a distribution over equal intervals from centre − scale to centre + scale. Its value
/// is the mean of the distribution, and it learns by cross-entropy with a normal distribution around
/// the target, cut at the ends: HL-Gauss (Imani and White 2018, arXiv 1806.04613; Farebrother et al.
/// 2024, arXiv 2403.03950). Targets beyond the ends count as the ends.
package struct ValueCode: Codable, Hashable, Sendable {
  /// The head of the model.
  package var head: ModelConfiguration.Head
  /// The value that 0 stands for, or the middle of the intervals, in units of return.
  package private(set) var centre: Double
  /// The unit, or half of the length of all intervals, in units of return.
  package private(set) var scale: Double
  /// The number of times that the code was fitted to targets.
  var fits = 0

  /// The standard deviation of the distribution around a target, in intervals (Farebrother et al.).
  private static let spread = 0.75
  /// The least scale, so that targets that are all equal can be divided by it.
  private static let leastScale = 0.01
  /// The least weight of the newest targets in the centre and scale of a scalar head.
  private static let leastWeight = 0.1

  /// The code of a head before it was fitted to targets.
  ///
  /// - Parameters:
  ///   - head: The head.
  ///   - isTrained: Whether the head has learnt values with this code.
  package init(_ head: ModelConfiguration.Head, isTrained: Bool = false) {
    self.head = head
    (centre, scale) = head == .categorical ? (0.5, 1) : (0, 1)
    fits = isTrained ? 1 : 0
  }

  /// Returns the values that outputs stand for.
  package func values(_ outputs: [Float]) -> [Double] {
    guard head == .categorical else { return outputs.map { centre + scale * Double($0) } }
    return outputs.split(each: head.outputCount).map { logits in
      let chances = Self.chances(logits)
      return zip(chances, middles).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// Returns the mean loss of outputs over `count` targets in all, and its derivatives.
  package func gradients(_ outputs: [Float], targets: [Double], count: Double) -> SequenceGradients
  {
    guard head == .categorical else {
      let errors = zip(outputs, targets).map { Double($0) - ($1 - centre) / scale }
      return SequenceGradients(
        values: errors.map { Float(2 * $0 / count) },
        loss: errors.reduce(0) { $0 + $1 * $1 } / count)
    }
    var result = SequenceGradients()
    for (logits, target) in zip(outputs.split(each: head.outputCount), targets) {
      let (chances, goal) = (Self.chances(logits), distribution(around: target))
      result.values += zip(chances, goal).map { Float(($0 - $1) / count) }
      result.loss -= zip(chances, goal).reduce(0) { $0 + $1.1 * log(max($1.0, 1e-30)) } / count
    }
    return result
  }

  /// Fits the code to targets.
  ///
  /// The intervals of a categorical head are placed around 0 and the first targets, with half of their
  /// range to spare at each end, and once more where later targets lie outside. A scalar head takes the
  /// running mean and standard deviation.
  ///
  /// - Returns: The factor and offset by which the outputs of a scalar head must change so that they
  ///   stand for the same values as before (PopArt, van Hasselt et al. 2016, arXiv 1602.07714). At the first
  ///   fit the 0 of an untrained head begins to stand for the mean instead.
  package mutating func fit(_ targets: [Double]) -> (factor: Double, offset: Double) {
    guard let low = targets.min(), let high = targets.max() else { return (1, 0) }
    let isFirst = fits == 0
    defer { fits += 1 }
    if head == .categorical {
      place(from: low, to: high, isFirst: isFirst)
      return (1, 0)
    }
    let old = self
    let count = Double(targets.count)
    let mean = targets.reduce(0, +) / count
    let square = targets.reduce(0) { $0 + $1 * $1 } / count
    let weight = isFirst ? 1 : max(Self.leastWeight, 1 / Double(fits + 1))
    // Second moments see how means differ between updates, which variances within them do not.
    let before = centre * centre + scale * scale
    centre += weight * (mean - centre)
    let variance = before + weight * (square - before) - centre * centre
    scale = max(Self.leastScale, max(0, variance).squareRoot())
    return isFirst ? (1, 0) : (old.scale / scale, (old.centre - centre) / scale)
  }

  /// Places the intervals of a categorical head if targets are the first ones, or lie outside.
  private mutating func place(from low: Double, to high: Double, isFirst: Bool) {
    guard isFirst || low < start || high > centre + scale else { return }
    let (low, high) =
      isFirst ? (min(0, low), max(0, high)) : (min(start, low), max(centre + scale, high))
    // Targets that are all 0 say nothing of the range.
    guard high > low else { return }
    (centre, scale) = ((low + high) / 2, isFirst ? high - low : (high - low) / 2)
  }

  /// Why the code is impossible; `nil` if it is possible.
  var flaw: String? {
    centre.isFinite && scale.isFinite && scale > 0 && fits >= 0 && head != .tokens
      ? nil : "the units of its values are out of range"
  }

  /// The length of an interval.
  private var step: Double { 2 * scale / Double(head.outputCount) }
  /// The lower end of the first interval.
  private var start: Double { centre - scale }
  /// The middle of each interval.
  private var middles: [Double] {
    (0..<head.outputCount).map { start + (Double($0) + 0.5) * step }
  }

  /// The chance of each interval under a normal distribution around a target.
  private func distribution(around target: Double) -> [Double] {
    let target = min(max(target, start), centre + scale)
    let below = (0...head.outputCount).map { edge in
      0.5 * erfc((target - start - Double(edge) * step) / (Self.spread * step * 2.0.squareRoot()))
    }
    let total = below[head.outputCount] - below[0]
    return zip(below.dropFirst(), below).map { ($0 - $1) / total }
  }

  private static func chances(_ logits: ArraySlice<Float>) -> [Double] {
    let highest = Double(logits.max() ?? 0)
    let powers = logits.map { exp(Double($0) - highest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }
}

extension [Float] {
  /// The array in parts of equal length.
  fileprivate func split(each count: Int) -> [ArraySlice<Float>] {
    stride(from: 0, to: self.count, by: count).map { self[$0..<$0 + count] }
  }
}
