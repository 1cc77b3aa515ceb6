internal import Foundation
package import TurnwiseCredit

extension ImplicitReward.Loss {
  /// The loss of groups of odds and outcomes.
  package struct Judgement {
    /// The mean loss in nats.
    package var loss = 0.0
    /// The share of outcomes, or of pairs, that the odds predict; odds of 0 count as half.
    package var accuracy = 0.0
    /// The derivative of the loss by each of the odds.
    package var slopes: [[Double]] = []
  }

  /// Computes the loss of odds x for outcomes y.
  package func judge(_ groups: [[(odds: Double, outcome: Double)]]) -> Judgement {
    var judgement = Judgement(slopes: groups.map { $0.map { _ in 0 } })
    var count = 0.0
    /// Adds −log σ(x), and returns its derivative; both are divided by the number of terms at the end.
    func enter(_ odds: Double, share: Double = 1) -> Double {
      count += share
      judgement.loss += share * (max(0, -odds) + log1p(exp(-abs(odds))))
      judgement.accuracy += share * (odds > 0 ? 1 : odds < 0 ? 0 : 0.5)
      return -share / (1 + exp(odds))
    }
    for (group, members) in groups.enumerated() {
      switch self {
      case .outcome:
        for (member, (odds, outcome)) in members.enumerated() {
          judgement.slopes[group][member] +=
            enter(odds, share: outcome) - enter(-odds, share: 1 - outcome)
        }
      case .pairs:
        for (better, winner) in members.enumerated() {
          for (worse, loser) in members.enumerated() where winner.outcome > loser.outcome {
            let slope = enter(winner.odds - loser.odds)
            judgement.slopes[group][better] += slope
            judgement.slopes[group][worse] -= slope
          }
        }
      }
    }
    guard count > 0 else { return judgement }
    judgement.loss /= count
    judgement.accuracy /= count
    judgement.slopes = judgement.slopes.map { $0.map { $0 / count } }
    return judgement
  }
}
