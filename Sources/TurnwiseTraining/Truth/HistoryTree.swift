internal import TurnwiseCore
internal import TurnwiseModel
internal import TurnwiseTrace

/// The histories that are likely under a policy, as far as they were followed.
///
/// A node is a history in which the policy decides. An edge is a string of tokens that may be
/// sampled there, with its result. Children come after their parents.
struct HistoryTree {
  struct Node {
    /// The tokens of the present context, including the prompt of this decision.
    var context: [Int32]
    /// The edge that led here; `nil` at the root.
    var edge: Int?
    /// The strings that may be sampled here.
    var edges = 0..<0
  }

  struct Edge {
    /// The node in which the string is sampled.
    var node: Int
    /// The string.
    var tokens: [Int32]
    /// The probability of the string in its situation.
    var probability: Double
    /// The reward for it, including the judgement's reward if it ends the episode.
    var reward: Double
    /// Whether it ends the episode with success; `nil` if the episode goes on.
    var success: Bool?
    /// The history that it leads to; `nil` if it ends the episode.
    var child: Int?
  }

  /// The expected results from a history on.
  struct Expectation {
    var value = 0.0
    var success = 0.0
    /// The probability of strings that were not followed.
    var unresolved = 1.0
  }

  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []

  /// Adds a history.
  ///
  /// - Returns: Its number.
  mutating func add(context: [Int32], after edge: Int?) -> Int {
    if let edge { edges[edge].child = nodes.count }
    nodes.append(Node(context: context, edge: edge))
    return nodes.count - 1
  }

  /// Adds all followed strings of a history.
  mutating func add(_ strings: [Edge], to node: Int) {
    nodes[node].edges = edges.count..<edges.count + strings.count
    edges += strings
  }

  /// Computes the expectations from the leaves to the root.
  ///
  /// Strings that were not followed count as if the policy had sampled again: probabilities are
  /// divided by their sum. The truth differs from the result by at most ``Expectation/unresolved``
  /// times ``HistoryTree/span``.
  func expectations() -> [Expectation] {
    var found = nodes.map { _ in Expectation() }
    for index in nodes.indices.reversed() {
      var sum = Expectation(value: 0, success: 0, unresolved: 0)
      var followed = 0.0
      for edge in edges[nodes[index].edges] {
        let after = edge.child.map { found[$0] }
        if let after, after.unresolved >= 1 { continue }  // Nothing of it was followed.
        followed += edge.probability
        sum.value += edge.probability * (edge.reward + (after?.value ?? 0))
        sum.success += edge.probability * (after?.success ?? (edge.success == true ? 1 : 0))
        sum.unresolved += edge.probability * (after?.unresolved ?? 0)
      }
      guard followed > 0 else { continue }
      found[index] = Expectation(
        value: sum.value / followed, success: sum.success / followed,
        unresolved: min(1, sum.unresolved + max(0, 1 - followed)))
      // A string that counts as sampled again has the value of its situation, with an
      // advantage of 0.
      for edge in edges[nodes[index].edges] {
        guard let child = edge.child, found[child].unresolved >= 1 else { continue }
        found[child].value = found[index].value - edge.reward
        found[child].success = found[index].success
      }
    }
    return found
  }

  /// The largest difference between two returns from any history on, as far as they were seen.
  var span: Double {
    var ranges = nodes.map { _ in (low: Double.infinity, high: -Double.infinity) }
    var (low, high) = (Double.infinity, -Double.infinity)
    for index in nodes.indices.reversed() {
      for edge in edges[nodes[index].edges] {
        let after = edge.child.map { ranges[$0] } ?? (low: 0, high: 0)
        guard after.low <= after.high else { continue }
        ranges[index].low = min(ranges[index].low, edge.reward + after.low)
        ranges[index].high = max(ranges[index].high, edge.reward + after.high)
      }
      low = min(low, ranges[index].low)
      high = max(high, ranges[index].high)
    }
    return max(0, high - low)
  }

  /// The gradient of the root's value, from its larger terms.
  ///
  /// ∇V = Σ_h d(h) Σ_a π(a | h) A(h, a) ∇ log π(a | h) over histories h that are reached with d(h)
  /// (policy gradient theorem, Sutton et al. 1999).
  ///
  /// - Parameters:
  ///   - model: The policy's model.
  ///   - expectations: The result of ``expectations()``.
  ///   - tolerance: The share of Σ |d π A| that may be left out.
  ///   - workers: The most threads.
  /// - Returns: A number for each parameter.
  func gradient(
    of model: Transformer, _ expectations: [Expectation], tolerance: Double, workers: Int
  ) -> Gradient {
    let weights = weights(expectations)
    let largest = weights.indices.filter { weights[$0] != 0 }
      .sorted { (abs(weights[$0]), $1) > (abs(weights[$1]), $0) }
    var rest = weights.reduce(0) { $0 + abs($1) } * tolerance
    let dropped = largest.reversed().prefix { edge in
      rest -= abs(weights[edge])
      return rest >= 0
    }
    // Start with the deepest, because a path to one passes many of the others.
    var open = Set(largest.dropLast(dropped.count))
    var sequences: [TrainingSequence] = []
    var slopes: [[Float]] = []
    for edge in open.sorted(by: >) where open.contains(edge) {
      var (scored, slope): ([Int], [Float]) = ([], [])
      var step: Int? = edge
      while let current = step {
        let taken = edges[current]
        if open.remove(current) != nil {
          let start = nodes[taken.node].context.count
          scored.insert(contentsOf: start..<start + taken.tokens.count, at: 0)
          slope.insert(
            contentsOf: taken.tokens.map { _ in Float(weights[current]) }, at: 0)
        }
        step = continuedEdge(of: taken.node)
      }
      sequences.append(
        TrainingSequence(
          tokens: nodes[edges[edge].node].context + edges[edge].tokens, scored: scored))
      slopes.append(slope)
    }
    let final = slopes
    return model.gradient(of: sequences, workers: workers) { index, _ in
      SequenceGradients(logProbabilities: final[index])
    }.gradient
  }

  /// The edge that led to a history, if the history continues its context; `nil` at the root and where a new
  /// context starts.
  private func continuedEdge(of node: Int) -> Int? {
    guard let edge = nodes[node].edge,
      nodes[node].context.starts(with: nodes[edges[edge].node].context)
    else { return nil }
    return edge
  }

  /// d(h) π(a | h) A(h, a) of each edge.
  private func weights(_ expectations: [Expectation]) -> [Double] {
    var reach = nodes.map { _ in 0.0 }
    var weights = edges.map { _ in 0.0 }
    for (index, node) in nodes.enumerated() {
      if index == 0 { reach[index] = 1 }
      let followed = edges[node.edges].reduce(0) { $0 + $1.probability }
      for edge in node.edges {
        let probability = reach[index] * edges[edge].probability / followed
        if let child = edges[edge].child { reach[child] = probability }
        weights[edge] = probability * (actionValue(edge, expectations) - expectations[index].value)
      }
    }
    return weights
  }

  /// Returns the expected return after the string of an edge was sampled.
  func actionValue(_ edge: Int, _ expectations: [Expectation]) -> Double {
    edges[edge].reward + (edges[edge].child.map { expectations[$0].value } ?? 0)
  }
}
