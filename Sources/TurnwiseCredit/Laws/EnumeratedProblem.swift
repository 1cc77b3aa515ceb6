internal import Foundation
internal import TurnwiseCore

/// A decision problem so small that all its episodes, values and gradients can be enumerated.
///
/// In each situation one token is sampled from a softmax whose logits are the parameters of the policy. A
/// turn consists of one or several tokens.
public struct EnumeratedProblem: Sendable {
  /// A token that can be sampled in a situation.
  public struct Option: Sendable {
    /// The probability.
    public var probability: Double
    /// The reward, if the token ends a turn that is paid.
    public var reward: Double?
    /// Whether the token ends the turn.
    public var endsTurn: Bool
    /// The index of the next situation; `nil` at the end of the episode.
    public var next: Int?

    /// Creates an option.
    public init(
      _ probability: Double, reward: Double? = nil, endsTurn: Bool = true, next: Int? = nil
    ) {
      self.probability = probability
      self.reward = reward
      self.endsTurn = endsTurn || next == nil
      self.next = next
    }
  }

  /// A possible episode.
  public struct Trajectory: Sendable {
    /// The probability.
    public var probability: Double
    /// The indices of the situation and the option of each token, in the shape `[turn][token]`.
    public var choices: [[(situation: Int, option: Int)]]
    /// The episode as estimators read it.
    public var episode: CreditEpisode
  }

  /// The name of the problem.
  public let name: String
  /// The options of each situation; the first situation is the start.
  public let situations: [[Option]]
  /// All possible episodes.
  public let trajectories: [Trajectory]
  /// The value of each situation: the expected sum of later rewards.
  public let values: [Double]

  /// Enumerates a problem.
  ///
  /// - Parameters:
  ///   - name: The name of the problem.
  ///   - situations: The options of each situation. Next situations have higher indices.
  public init(_ name: String, _ situations: [[Option]]) {
    self.name = name
    self.situations = situations
    var values = situations.map { _ in 0.0 }
    for index in situations.indices.reversed() {
      values[index] = situations[index].reduce(0) { sum, option in
        sum + option.probability * ((option.reward ?? 0) + (option.next.map { values[$0] } ?? 0))
      }
    }
    self.values = values
    trajectories = Self.paths(situations, from: 0, probability: 1, past: [[]])
      .map { Self.trajectory($0.choices, $0.probability, situations) }
  }

  /// The expected reward of an episode.
  public var value: Double { values[0] }

  /// The derivative of ``value`` by each logit, in the shape `[situation][option]`.
  public var gradient: [[Double]] {
    var gradient = zeros
    for trajectory in trajectories {
      let weight = trajectory.probability * trajectory.episode.totalReward
      for choice in trajectory.choices.joined() {
        add(weight, choice.situation, choice.option, &gradient)
      }
    }
    return gradient
  }

  /// Computes the expected policy gradient of an estimator over all groups of a size, without sampling
  /// noise.
  ///
  /// - Parameters:
  ///   - estimator: The estimator.
  ///   - groupSize: The number of episodes in a group. The work grows exponentially with it.
  /// - Returns: Σ_{i,t,j} A ∇log π / N, in the shape `[situation][option]`.
  /// - Throws: A ``CreditError``.
  public func expectedGradient(
    of estimator: any CreditEstimator, groupSize: Int
  ) throws -> [[Double]] {
    var gradient = zeros
    var members = Array(repeating: 0, count: groupSize)
    let keys = situations.indices.map { Self.key($0) }
    let critic = try shapedValues(estimator)
    while true {
      let group = try CreditGroup(members.map { trajectories[$0].episode })
      let probability = members.reduce(1) { $0 * trajectories[$1].probability }
      let credit = try estimator.credit(
        group, evidence: evidence(members, group, critic, keys, for: estimator))
      for (member, credit) in zip(members, credit.episodes) {
        for (turn, choices) in trajectories[member].choices.enumerated() {
          for (token, choice) in choices.enumerated() {
            let weight = probability * credit.credit(turn: turn, token: token) / Double(groupSize)
            add(weight, choice.situation, choice.option, &gradient)
          }
        }
      }
      guard let digit = members.lastIndex(where: { $0 + 1 < trajectories.count }) else { break }
      members[digit] += 1
      for later in members.indices where later > digit { members[later] = 0 }
    }
    return gradient
  }

  // MARK: - Evidence

  /// Returns the value of each situation under the rewards that the estimator sees: the values of a critic
  /// that is trained with it.
  private func shapedValues(_ estimator: any CreditEstimator) throws -> [Double] {
    guard let shaper = estimator.shaper else { return values }
    var (sums, visits) = (values.map { _ in 0.0 }, values.map { _ in 0.0 })
    for (index, trajectory) in trajectories.enumerated() {
      let group = try CreditGroup([trajectory.episode])
      var evidence = models([index])
      evidence.addExamples(for: estimator, of: group)
      let shaped = try group.adding(
        shaper.rewards(group, evidence: evidence, discount: estimator.discount ?? 1))
      var ahead = shaped.episodes[0].tokenRewards.reduce(0, +)
      for (choice, paid) in zip(trajectory.choices.joined(), shaped.episodes[0].tokenRewards) {
        sums[choice.situation] += trajectory.probability * ahead
        visits[choice.situation] += trajectory.probability
        ahead -= paid
      }
    }
    return zip(sums, visits).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// Returns evidence with exact values from critic and forks, and arbitrary ones from the models.
  private func evidence(
    _ members: [Int], _ group: CreditGroup, _ critic: [Double], _ keys: [StateKey?],
    for estimator: any CreditEstimator
  ) -> Evidence {
    var evidence = models(members)
    evidence.critic = Evidence.Critic(
      values: members.map { trajectories[$0].choices.map { $0.map { critic[$0.situation] } } },
      bootstrap: members.map { _ in nil })
    evidence.addExamples(for: estimator, of: group)
    evidence.playForks(for: [estimator], of: group, sharing: { $0 }) { point in
      let choices = trajectories[members[point.episode]].choices[point.turn]
      let situation = choices[min(point.token, choices.count - 1)].situation
      // One turn that pays the expected reward stands for a continuation.
      return ForkOutcome(turns: [
        CreditTurn(reward: values[situation], stateKey: keys[situation])
      ])
    }
    return evidence
  }

  /// Returns the evidence of models that are not trained together with an estimator.
  private func models(_ members: [Int]) -> Evidence {
    func tokens(_ number: (_ situation: Int, _ option: Int) -> Double) -> [[[Double]]] {
      members.map { trajectories[$0].choices.map { $0.map(number) } }
    }
    func option(_ situation: Int, _ option: Int) -> Option { situations[situation][option] }
    var evidence = Evidence(
      processModel: Evidence.ProcessModel(
        values: members.map { trajectories[$0].choices.map { Self.guess($0[0].situation) } },
        bootstrap: members.map { _ in nil }),
      implicitModel: tokens { Self.guess(3 * $0 + $1) - 0.5 },
      distributions: Evidence.Distributions(
        logProbabilities: tokens { log(option($0, $1).probability) },
        squares: tokens { situation, _ in
          situations[situation].reduce(0) { $0 + $1.probability * $1.probability }
        },
        entropies: tokens { situation, _ in
          -situations[situation].reduce(0) { $0 + $1.probability * log($1.probability) }
        }))
    // A policy that has learnt nothing yet.
    evidence.referencePolicy = tokens { situation, _ in -log(Double(situations[situation].count)) }
    return evidence
  }

  /// Returns a fixed number between 0 and 1 that is unrelated to the value of the situation.
  static func guess(_ situation: Int) -> Double { Double((situation * 7 + 3) % 11) / 11 }

  private static func key(_ number: Int) -> StateKey? { try? StateKey(of: number) }

  // MARK: - Enumerating

  private typealias Path = (choices: [[(situation: Int, option: Int)]], probability: Double)

  private static func paths(
    _ situations: [[Option]], from situation: Int, probability: Double,
    past: [[(situation: Int, option: Int)]]
  ) -> [Path] {
    situations[situation].enumerated().flatMap { index, option -> [Path] in
      var past = past
      past[past.count - 1].append((situation, index))
      let probability = probability * option.probability
      guard let next = option.next else { return [(past, probability)] }
      if option.endsTurn { past.append([]) }
      return paths(situations, from: next, probability: probability, past: past)
    }
  }

  private static func trajectory(
    _ choices: [[(situation: Int, option: Int)]], _ probability: Double, _ situations: [[Option]]
  ) -> Trajectory {
    let turns = choices.map { choices in
      let last = choices[choices.count - 1]
      return CreditTurn(
        reward: situations[last.situation][last.option].reward,
        potential: guess(choices[0].situation + 5), stateKey: key(choices[0].situation),
        actionKey: try? StateKey(of: choices.map { [$0.situation, $0.option] }),
        sampledTokens: choices.count)
    }
    return Trajectory(
      probability: probability, choices: choices,
      episode: CreditEpisode(name: "\(choices.map { $0.map(\.option) })", turns: turns))
  }

  private var zeros: [[Double]] { situations.map { $0.map { _ in 0 } } }

  /// Adds a weight times ∇ log π(option) = 1[k = option] − π(k).
  private func add(
    _ weight: Double, _ situation: Int, _ option: Int, _ gradient: inout [[Double]]
  ) {
    for (index, other) in situations[situation].enumerated() {
      gradient[situation][index] += weight * ((index == option ? 1 : 0) - other.probability)
    }
  }
}
