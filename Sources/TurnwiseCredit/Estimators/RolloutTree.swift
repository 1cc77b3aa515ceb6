internal import TurnwiseCore

/// The gain in value along the edges of the tree that a group's episodes and their forks make.
///
///     V(node) = mean over the actions drawn there of V(action)        A = V(action) − V(node)
///
/// Episodes share a node as long as their states and actions were equal (tree credit as in CARL, arXiv
/// 2512.04949, and TreeRL). An action's value is the mean over the times it was taken of what was paid
/// and of the value of the state it led to. A draw counts once for each time the action was *sampled*
/// at the node: forks that left further down are no draws, else branching where much is open would
/// weigh those branches more, which biases the values. A node where one action alone was drawn has
/// nothing to compare, and its edge no credit.
///
/// With `k` = 0 the tree is what the group happens to share, and costs nothing. With `k` > 0 that many
/// continuations are played from the state before each turn of the group's first `trunks` episodes.
///
/// **When it misleads:** without forks episodes part after a few turns, and all that comes later has no
/// credit.
public struct RolloutTree: CreditEstimator {
  /// `tree`.
  public static let id = "tree"
  /// What the estimator does.
  public static let summary = "gain in value along the tree that episodes and their forks make"

  /// Continuations from the state before each turn.
  public let k: Int
  /// How many of the group's episodes are forked.
  public let trunks: Int

  /// Creates the estimator.
  public init(k: Int = 2, trunks: Int = 1) {
    require(
      k >= 0 && trunks >= 0,
      "\(Self.id): k and trunks must be at least 0, but are \(k) and \(trunks).")
    self.k = k
    self.trunks = trunks
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    k = try container.decodeInteger(0...100_000, forKey: .k)
    trunks = try container.decodeInteger(0...100_000, forKey: .trunks)
  }

  private enum CodingKeys: String, CodingKey { case k, trunks }

  /// State keys, and forks if there are to be some.
  public var needs: Set<Evidence.Need> {
    k > 0 && trunks > 0 ? [.stateKeys, .forks] : [.stateKeys]
  }
  /// Biased.
  public var gradient: GradientClaim {
    .biased(
      "an episode is part of the values it is compared with, and lone branches have no credit")
  }
  /// What lone branches break.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "where only one action was drawn there is nothing to compare"
    var exceptions: [EstimatorLaw: String] = [
      .everyTurn: lone, .loneSurvivor: lone,
      .doublePrecision: "episodes that did the same share their credit",
    ]
    if needs.contains(.forks) {
      let forks = "episodes are compared with forks too"
      exceptions.merge(
        [
          .permutation: "the first episodes are the ones that are forked", .deadGroup: forks,
          .nearlyDeadGroup: forks, .constantReward: forks,
        ]) { $1 }
    }
    return exceptions
  }
  /// Asks for a group of at least two.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Asks for `k` continuations from each turn of the first episodes.
  public func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] {
    guard k > 0 else { return [] }
    return group.episodes.prefix(trunks).enumerated().flatMap { index, episode in
      episode.turns.indices.map { ForkRequest(ForkPoint(episode: index, turn: $0), count: k) }
    }
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    var tree = Tree()
    for (index, episode) in group.episodes.enumerated() {
      try tree.insert(episode.turns[...], of: episode.name, taken: 0)
      for turn in episode.turns.indices where k > 0 && index < trunks {
        let point = ForkPoint(episode: index, turn: turn)
        guard let outcomes = evidence.forks[point] else {
          throw CreditError.noForks(episode: episode.name, turn: turn)
        }
        for outcome in outcomes.prefix(k) {
          try tree.insert(
            episode.turns[..<turn] + outcome.turns[...], of: episode.name, taken: turn)
        }
      }
    }
    let values = tree.values()
    let credit = try group.episodes.map { try tree.gains(along: $0, values) }
    return GroupCredit(
      turns: credit.map { $0.map { $0 ?? 0 } }, of: group,
      loneTurns: credit.reduce(0) { $0 + $1.count { $0 == nil } })
  }
}

/// Nodes are situations with an equal past; edges are actions.
private struct Tree {
  struct Step: Hashable {
    var state: StateKey
    var action: StateKey?
  }

  /// An action that was drawn at a node.
  struct Edge {
    /// What was paid each time the action was drawn, and the node it led to, if any.
    var draws: [(paid: Double, next: Int?)] = []
  }

  /// Where an action led, by the state as well: chance may have had a part in it.
  private struct Link: Hashable {
    var node: Int
    var step: Step
    var next: StateKey
  }

  private var nodes: [[Edge]] = [[]]
  private var places: [[Step: Int]] = [[:]]
  private var links: [Link: Int] = [:]

  /// Adds an episode, whose first `taken` turns were taken over from another one and not drawn anew.
  mutating func insert(_ turns: ArraySlice<CreditTurn>, of name: String, taken: Int) throws {
    var node = 0
    let steps = try Self.steps(turns, of: name)
    for (index, (turn, step)) in zip(turns, steps).enumerated() {
      let next = steps.dropFirst(index + 1).first.map { child(of: node, step, state: $0.state) }
      if index >= taken {
        let place = places[node][step] ?? nodes[node].count
        if place == nodes[node].count {
          places[node][step] = place
          nodes[node].append(Edge())
        }
        nodes[node][place].draws.append((turn.paid, next))
      }
      node = next ?? node
    }
  }

  private mutating func child(of node: Int, _ step: Step, state: StateKey) -> Int {
    let link = Link(node: node, step: step, next: state)
    if let known = links[link] { return known }
    links[link] = nodes.count
    nodes.append([])
    places.append([:])
    return nodes.count - 1
  }

  private static func steps(_ turns: ArraySlice<CreditTurn>, of name: String) throws -> [Step] {
    try turns.enumerated().map { index, turn in
      guard let state = turn.stateKey else {
        throw CreditError.noStateKey(episode: name, turn: index)
      }
      return Step(state: state, action: turn.actionKey)
    }
  }

  /// The value of each node and of each of its edges; children are made after their parents.
  func values() -> [(node: Double, edges: [Double])] {
    var values = [(node: Double, edges: [Double])](repeating: (0, []), count: nodes.count)
    func mean(_ numbers: [Double]) -> Double {
      numbers.isEmpty ? 0 : numbers.sorted().reduce(0, +) / Double(numbers.count)
    }
    for index in nodes.indices.reversed() {
      let returns = nodes[index].map { edge in
        edge.draws.map { $0.paid + ($0.next.map { values[$0].node } ?? 0) }
      }
      values[index] = (mean(returns.flatMap(\.self)), returns.map(mean))
    }
    return values
  }

  /// The gain of each turn of an episode; `nil` where one action alone was drawn.
  func gains(
    along episode: CreditEpisode, _ values: [(node: Double, edges: [Double])]
  ) throws -> [Double?] {
    var node: Int? = 0
    let steps = try Self.steps(episode.turns[...], of: episode.name)
    return steps.indices.map { index in
      guard let here = node, let place = places[here][steps[index]] else { return nil }
      node = steps.dropFirst(index + 1).first.flatMap {
        links[Link(node: here, step: steps[index], next: $0.state)]
      }
      guard nodes[here].count > 1 else { return nil }
      let gain = values[here].edges[place] - values[here].node
      // Rounding of the means must not look like credit.
      return abs(gain) <= 1e-12 * abs(values[here].node) ? 0 : gain
    }
  }
}
