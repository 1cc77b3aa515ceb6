internal import TurnwiseCore

/// The tree that episodes from one start form: nodes are situations with an equal past, edges are actions.
struct ActionTree {
  /// A state with the action that was taken in it.
  private struct Step: Hashable {
    var state: StateKey
    var action: StateKey?
  }

  /// An action that was drawn at a node.
  private struct Edge {
    /// What was paid each time the action was drawn, and the node that it led to, if any.
    var draws: [(paid: Double, next: Int?)] = []
  }

  /// An action at a node with the state that it led to, as one action can lead to several states.
  private struct Link: Hashable {
    var node: Int
    var step: Step
    var next: StateKey
  }

  /// The value of a node and of each of its edges.
  struct Values {
    var node = 0.0
    var edges: [Double] = []
  }

  private var nodes: [[Edge]] = [[]]
  private var places: [[Step: Int]] = [[:]]
  private var links: [Link: Int] = [:]

  /// Adds an episode.
  ///
  /// - Parameters:
  ///   - turns: Its turns.
  ///   - name: Its name, for errors.
  ///   - shared: How many of the first turns belong to another episode and were not drawn again.
  /// - Throws: ``CreditError/noStateKey(episode:turn:)``.
  mutating func insert(
    _ turns: ArraySlice<CreditTurn>, of name: String, shared: Int
  ) throws {
    var node = 0
    let steps = try Self.steps(turns, of: name)
    for (index, (turn, step)) in zip(turns, steps).enumerated() {
      let next = steps.dropFirst(index + 1).first.map { child(of: node, step, state: $0.state) }
      if index >= shared {
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

  /// Returns the values of all nodes.
  func values() -> [Values] {
    var values = [Values](repeating: Values(), count: nodes.count)
    // A child has a higher index than its parent.
    for index in nodes.indices.reversed() {
      let returns = nodes[index].map { edge in
        edge.draws.map { $0.paid + ($0.next.map { values[$0].node } ?? 0) }
      }
      values[index] = Values(
        node: returns.flatMap(\.self).orderedMean, edges: returns.map(\.orderedMean))
    }
    return values
  }

  /// Returns the gain in value of each turn of an episode; `nil` where only one action was drawn.
  func gains(along episode: CreditEpisode, _ values: [Values]) throws -> [Double?] {
    var node: Int? = 0
    let steps = try Self.steps(episode.turns[...], of: episode.name)
    return steps.indices.map { index in
      guard let here = node, let place = places[here][steps[index]] else { return nil }
      node = steps.dropFirst(index + 1).first.flatMap {
        links[Link(node: here, step: steps[index], next: $0.state)]
      }
      guard nodes[here].count > 1 else { return nil }
      let gain = values[here].edges[place] - values[here].node
      // The rounding of the means must not look like credit.
      return abs(gain) <= 1e-12 * abs(values[here].node) ? 0 : gain
    }
  }
}
