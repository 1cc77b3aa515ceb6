public import TurnwiseCore

/// The gain in value of each turn, where a value is the mean return of continuations from a fork.
///
///     V̂(s) = (1/K) Σ_k return of continuation k from s        A_t = r_t + γ V̂(s_{t+1}) − V̂(s_t)
///
/// (VinePPO, Kazemnejad et al. 2024, arXiv 2410.01679, which forks at token prefixes of mathematical
/// reasoning.) Continuations serve as values only; they are not trained on. After the last turn V̂ = 0.
///
/// Forks cost environment turns, which count towards the budget. Where they are played:
///
/// - `at=turn` forks before each turn, `at=token` also every `stride` tokens inside turns;
/// - `adaptive=none` forks `k` times at each point;
/// - `adaptive=entropy` forks at the share `share` of points whose next turn or token was sampled with
///   the highest entropy; the first turn is always among them;
/// - `adaptive=disagreement` plays 2 continuations at each point, and the rest of `k` where the returns of
///   the two differ.
///
/// Between two points that were chosen all turns share the gain from one to the other.
///
/// **When it misleads:** turns between two forks share their credit; with few forks the noise of V̂ is
/// credited twice, with opposite signs, to neighbouring turns.
public struct ForkMonteCarlo: CreditEstimator, Configurable {
  /// Where continuations start.
  public enum Site: String, WordChoice {
    /// Before turns.
    case turn
    /// Before turns, and every ``ForkMonteCarlo/stride`` tokens inside them.
    case token
  }
  /// How forks are distributed over the points.
  public enum Rule: String, WordChoice {
    /// All points have the same number of forks.
    case none
    /// Only the points with the highest entropy have forks.
    case entropy
    /// Two forks from each point; the rest only where those two came to different returns.
    case disagreement
  }

  /// `fork`.
  public static let id = "fork"
  /// What the estimator does.
  public static let summary = "gain in value of each turn, measured by playing on from forks"

  /// Continuations from each point, K in the literature.
  @Option<Integers<1, 100_000>>("Continuations from each point.") public var k = 4
  /// The discount per turn, γ in the literature.
  @Option<UnitInterval>("Discount per turn.") public var gamma = 1.0
  /// Whether continuations start before turns only, or also inside them.
  @Option("Where continuations start: before turns, or also every `stride` tokens.")
  public var at = Site.turn
  /// How many tokens lie between two points in a turn.
  @Option<Integers<1, 100_000>>("Tokens between two points in a turn, with at=token.")
  public var stride = 4
  /// How continuations are distributed over the points.
  @Option("How continuations are distributed over the points.") public var adaptive = Rule.none
  /// The share of points that `adaptive=entropy` forks at.
  @Option<UnitInterval>("Share of points that adaptive=entropy forks at.") public var share = 0.5

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs forks; tokens and their entropies where the options ask for them.
  public var needs: Set<Evidence.Need> {
    var needs: Set<Evidence.Need> = [.forks]
    if at == .token { needs.insert(.tokens) }
    if adaptive == .entropy { needs.insert(.distributions) }
    return needs
  }
  /// Credit differs by turn, or by token with `at=token`.
  public var granularity: CreditGranularity { at == .token ? .token : .turn }
  /// γ.
  public var discount: Double? { gamma }
  /// The true gradient where nothing is discounted and all points are forked.
  public var gradient: GradientClaim {
    if gamma < 1 { return .discounted }
    return adaptive == .none ? .exact : .biased("where forks leave depends on what was sampled")
  }
  /// Laws that a comparison with forks breaks.
  public var exceptions: [EstimatorLaw: String] {
    let forks = "turns are compared with forks, not with other episodes"
    return EstimatorLaw.discounts(gamma).merging(
      [
        .everyTurn: "forks stand for the outcome of all turns but the last",
        .deadGroup: forks, .nearlyDeadGroup: forks, .constantReward: forks,
      ]) { $1 }
  }
  /// Warns where no forks are left to add.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    guard adaptive == .disagreement, k <= 2 else { return [] }
    return [
      CreditNotice(.warning, "'fork' with adaptive=disagreement and k=2 has no forks to add")
    ]
  }

  /// Asks for `k` continuations from each point, or fewer where the rule says so.
  public func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] {
    group.episodes.indices.flatMap { index in
      points(of: group.episodes[index], at: index, evidence).map { point in
        ForkRequest(point, count: count(at: point, evidence))
      }
    }
  }

  /// Returns how many continuations a point needs, given those that were played.
  private func count(at point: ForkPoint, _ evidence: Evidence) -> Int {
    guard adaptive == .disagreement else { return k }
    let returns = evidence.forkReturns(point, first: 2, gamma: gamma)
    return returns.count == 2 && !LeaveOneOut.areEqual(returns) ? k : min(2, k)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    if adaptive == .entropy, evidence.distributions == nil {
      throw CreditError.missing(.distributions)
    }
    let credit = try group.episodes.enumerated().map { index, episode in
      let chosen = points(of: episode, at: index, evidence)
      let values = try chosen.map { point in
        let returns = evidence.forkReturns(
          point, first: count(at: point, evidence), gamma: gamma)
        guard !returns.isEmpty else {
          throw CreditError.noForks(episode: episode.name, turn: point.turn)
        }
        return returns.orderedMean
      }
      let gains = gains(of: episode, at: chosen, values)
      func gain(turn: Int, token: Int) -> Double {
        let last = chosen.lastIndex { ($0.turn, $0.token) <= (turn, token) }
        return last.map { gains[$0] } ?? 0
      }
      guard at == .token else {
        return EpisodeCredit(turns: episode.turns.indices.map { gain(turn: $0, token: 0) })
      }
      return EpisodeCredit(
        tokens: episode.turns.enumerated().map { turn, value in
          (0..<value.sampledTokens).map { gain(turn: turn, token: $0) }
        })
    }
    return GroupCredit(credit, of: group)
  }

  /// Returns, for each point, what was paid up to the next one plus the change in value.
  private func gains(
    of episode: CreditEpisode, at points: [ForkPoint], _ values: [Double]
  ) -> [Double] {
    points.indices.map { place in
      let isLast = place + 1 == points.count
      let (turn, end) = (points[place].turn, isLast ? episode.turns.count : points[place + 1].turn)
      var discount = 1.0
      var gain = -values[place]
      for paid in turn..<end {
        gain += discount * episode.turns[paid].paid
        discount *= gamma
      }
      return gain + (isLast ? 0 : discount * values[place + 1])
    }
  }

  /// Returns the points of an episode that are forked, in order; the first turn is always among them.
  private func points(
    of episode: CreditEpisode, at index: Int, _ evidence: Evidence
  ) -> [ForkPoint] {
    let all = episode.turns.indices.flatMap { turn -> [ForkPoint] in
      // A turn without tokens has none to fork before.
      let tokens = at == .token ? episode.turns[turn].sampledTokens : 1
      return Swift.stride(from: 0, to: tokens, by: stride).map {
        ForkPoint(episode: index, turn: turn, token: $0)
      }
    }
    guard adaptive == .entropy else { return all }
    // Without distributions there is nothing to choose by, so nothing is requested yet.
    guard let entropies = evidence.distributions?.entropies[index] else { return [] }
    func entropy(_ point: ForkPoint) -> Double {
      let tokens = entropies[point.turn]
      guard at == .token else { return tokens.mean }
      return tokens.indices.contains(point.token) ? tokens[point.token] : 0
    }
    let count = max(1, Int((share * Double(all.count)).rounded(.up)))
    return all.prefix(1) + all.dropFirst().largest(count - 1, by: entropy)
  }
}
