internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel

/// Measures what models say of groups, forks apart.
struct EvidenceSource: Sendable {
  /// The models.
  var state: TrainerState
  /// The most threads.
  var workers: Int

  /// What was found, and how many tokens were scored for it.
  struct Findings {
    /// What is known of each group.
    var evidence: [Evidence]
    var scoredTokens = 0
  }

  /// Measures what estimators need.
  func findings(_ groups: [[Episode]], for needs: Set<Evidence.Need>) -> Findings {
    let episodes = groups.flatMap(\.self)
    let tokens = TrainingBatch(episodes).tokenCount
    var findings = Findings(evidence: groups.map { _ in Evidence() })
    /// Enters what a model says of all episodes, a group at a time.
    func enter(scored: Int, _ write: (inout Evidence, Range<Int>) -> Void) {
      findings.scoredTokens += scored
      var offset = 0
      for (index, group) in groups.enumerated() {
        write(&findings.evidence[index], offset..<offset + group.count)
        offset += group.count
      }
    }
    if needs.contains(.critic), let critic = state.critic {
      let reading = critic.read(episodes, format: state.policy.format, workers: workers)
      let values = reading.evidence
      enter(scored: reading.scoredTokens) { evidence, range in
        evidence.critic = Evidence.Critic(
          values: Array(values.values[range]), bootstrap: Array(values.bootstrap[range]))
      }
    }
    if needs.contains(.processModel), let processModel = state.processModel {
      let (values, scored) = processModel.read(
        episodes, format: state.policy.format, workers: workers)
      enter(scored: scored) { evidence, range in
        evidence.processModel = Evidence.ProcessModel(
          values: Array(values.values[range]), bootstrap: Array(values.bootstrap[range]))
      }
    }
    if needs.contains(.implicitModel), let implicitModel = state.implicitModel {
      let ratios = implicitModel.evidence(for: episodes, workers: workers)
      enter(scored: implicitModel.passes * tokens) { $0.implicitModel = Array(ratios[$1]) }
    }
    if needs.contains(.distributions) {
      let found = distributions(episodes)
      enter(scored: tokens) { evidence, range in
        evidence.distributions = Evidence.Distributions(
          logProbabilities: Array(found.logProbabilities[range]),
          squares: Array(found.squares[range]), entropies: Array(found.entropies[range]))
      }
    }
    return findings
  }

  private func distributions(_ episodes: [Episode]) -> Evidence.Distributions {
    let batch = TrainingBatch(episodes)
    let outputs = state.policy.model.score(batch.sequences, workers: workers, squares: true)
    func gathered(_ numbers: (SequenceOutputs) -> [Float]) -> [[[Double]]] {
      batch.gathered(outputs.map { numbers($0).map(Double.init) }, episodes)
    }
    return Evidence.Distributions(
      logProbabilities: gathered(\.logProbabilities), squares: gathered(\.squares),
      entropies: gathered(\.entropies))
  }
}
