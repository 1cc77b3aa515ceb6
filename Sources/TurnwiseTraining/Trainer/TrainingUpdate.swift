public import TurnwiseCore
public import TurnwiseCredit

/// The results of one update.
public struct TrainingUpdate: Sendable {
  /// An episode with the credit that each estimator gave its turns.
  public struct CreditedEpisode: Sendable {
    /// The episode.
    public var episode: Episode
    /// The credit, by the name of the estimator; empty if the episode was left out.
    public var credit: [String: EpisodeCredit]
  }

  /// The number of the update, from 1.
  public var iteration: Int
  /// The episodes that were played, in order.
  public internal(set) var episodes: [CreditedEpisode] = []
  /// The forks that were played for the driving estimator and the models of evidence, in order.
  public internal(set) var forks: [Episode] = []
  /// The numbers of the update, by name.
  public internal(set) var metrics: [String: Double] = [:]
  /// The reason why the update was taken back, if it was; the policy is then as before the update.
  public internal(set) var brake: UpdateBrake.Reason?
  /// Wall-clock seconds by stage.
  public private(set) var timing: [String: Double] = [:]

  private var credits: [String: [String: EpisodeCredit]] = [:]

  init(iteration: Int, estimators: [CreditedEstimator], credited: [CreditedGroup]) {
    self.iteration = iteration
    for estimator in estimators {
      var total = CreditDiagnostics()
      for group in credited {
        guard let credit = group.credit[estimator.spelling] else { continue }
        total += credit.diagnostics
        for (episode, credit) in zip(group.episodes, credit.episodes) {
          credits[episode.name, default: [:]][estimator.spelling] = credit
        }
      }
      metrics["credit/\(estimator.spelling)/zero_share"] = total.zeroCreditShare ?? .nan
      metrics["credit/\(estimator.spelling)/dead_groups"] = Double(total.deadGroups)
    }
    metrics["groups/equal_returns"] = Double(
      credited.count { group in Set(group.episodes.map(\.totalReward)).count <= 1 })
    metrics["groups/credited"] = Double(credited.count)
  }

  func credit(of episode: String) -> [String: EpisodeCredit] { credits[episode] ?? [:] }

  mutating func finish(spending: Spending, timing: [String: Double]) {
    let played = Evaluation(episodes.map(\.episode))
    metrics.merge(played.metrics("train")) { $1 }
    metrics["train/unjudged"] = Double(
      EpisodeSelection(episodes.map(\.episode)).unjudged.count)
    metrics.merge(spending.metrics) { $1 }
    self.timing = timing
  }
}
