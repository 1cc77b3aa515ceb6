public import TurnwiseCore

/// What happens to the credit of an update before it weights the gradient.
///
/// With x the credit of a sampled token, m the mean of x over the tokens of the update, and s the root mean
/// square, which does not fall below a third of its usual value in the run:
public enum CreditScaling: String, WordChoice {
  /// x: the step size must fit the units of the reward, and sparse credit makes small steps.
  case none
  /// x / s: a step size fits estimators and rewards of any unit.
  case rms
  /// x − m: an update raises no more probability than it lowers.
  case centered
  /// (x − m) / s, with s of x − m, as PPO's implementations do.
  case whitened

  /// Whether the mean is subtracted.
  package var centers: Bool { self == .centered || self == .whitened }
  /// Whether credit is divided by its root mean square.
  package var scales: Bool { self == .rms || self == .whitened }

  /// Scales credit.
  ///
  /// - Parameters:
  ///   - credit: The credit of each token of each sequence.
  ///   - learns: Whether a sequence is learned from; the credit of others is 0 and stays 0.
  ///   - scale: The usual scale of the run, which remembers this update.
  /// - Returns: The scaled credit and the divisor; `nil` if no credit is left.
  package func applied(
    to credit: [[Double]], where learns: [Bool], _ scale: inout CreditScale
  ) -> (credit: [[Double]], divisor: Double)? {
    var credit = credit
    if centers {
      let kept = zip(credit, learns).filter(\.1).flatMap(\.0)
      let mean = kept.reduce(0, +) / Double(max(1, kept.count))
      for index in credit.indices where learns[index] {
        credit[index] = credit[index].map { $0 - mean }
      }
    }
    let count = credit.reduce(0) { $0 + $1.count }
    let square = credit.joined().reduce(0) { $0 + $1 * $1 } / Double(max(1, count))
    guard square > 0 else { return nil }
    guard scales else { return (credit, 1) }
    let divisor = scale.scale(square.squareRoot())
    let factor = 1 / divisor
    return (credit.map { $0.map { $0 * factor } }, divisor)
  }
}
