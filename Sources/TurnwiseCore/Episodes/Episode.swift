/// How an episode ended.
///
/// The three kinds are different facts: a truncated episode would have gone on, and a failed one says
/// nothing about the agent.
public enum Ending: Hashable, Sendable {
  /// The environment came to its own end.
  case terminated
  /// The episode was cut short.
  case truncated(Truncation)
  /// The machinery failed.
  case failed(Failure)

  /// What cut an episode short.
  public enum Truncation: String, Codable, Hashable, Sendable, CaseIterable {
    /// The environment's turn limit was reached.
    case turnLimit = "turn-limit"
    /// The next turn did not fit the policy's context.
    case contextFull = "context-full"
  }

  /// Whether the episode was cut short.
  public var isTruncated: Bool { if case .truncated = self { true } else { false } }
  /// Whether something outside the environment cut the episode short, such as a full context.
  ///
  /// The environment's own turn limit does not: it is part of the task, and the agent is judged there.
  public var isCutFromOutside: Bool {
    switch self {
    case .truncated(.contextFull): true
    case .truncated(.turnLimit), .terminated, .failed: false
    }
  }
  /// The failure, if the machinery failed.
  public var failure: Failure? { if case .failed(let failure) = self { failure } else { nil } }
}

extension Ending: Codable {
  private enum CodingKeys: String, CodingKey { case kind, reason, failure }
  private enum Kind: String, Codable { case terminated, truncated, failed }

  /// Reads an ending.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .terminated: self = .terminated
    case .truncated: self = .truncated(try container.decode(Truncation.self, forKey: .reason))
    case .failed: self = .failed(try container.decode(Failure.self, forKey: .failure))
    }
  }

  /// Writes the kind with its reason or failure.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .terminated: try container.encode(Kind.terminated, forKey: .kind)
    case .truncated(let reason):
      try container.encode(Kind.truncated, forKey: .kind)
      try container.encode(reason, forKey: .reason)
    case .failed(let failure):
      try container.encode(Kind.failed, forKey: .kind)
      try container.encode(failure, forKey: .failure)
    }
  }
}

/// Where an episode comes from: enough to play it again.
public struct EpisodeOrigin: Codable, Hashable, Sendable {
  /// The seed of the run.
  public var seed: HexSeed
  /// What the scenario was drawn for.
  public var split: Split
  /// The iteration of training, or 0.
  public var iteration: Int
  /// The number of the scenario in its iteration.
  public var scenario: Int
  /// The number of the episode in its group.
  public var member: Int

  /// Creates an origin.
  public init(seed: UInt64, split: Split, iteration: Int = 0, scenario: Int, member: Int = 0) {
    self.seed = HexSeed(seed)
    self.split = split
    self.iteration = iteration
    self.scenario = scenario
    self.member = member
  }

  /// The name of the episode in its run, such as `train/3/12/4`.
  public var name: String { "\(split.rawValue)/\(iteration)/\(scenario)/\(member)" }
}

/// The streams that an origin names. Members of a group share all but the policy's.
extension EpisodeOrigin {
  /// What the scenario is drawn with.
  var scenarioRandom: Randomness { stream("scenario-") }
  /// What the environment draws from.
  var environmentRandom: Randomness { stream("environment-") }
  /// What the streams of a policy's turns are derived from.
  var policyRandom: Randomness { stream("policy-").indexed(member) }

  private func stream(_ purpose: String) -> Randomness {
    Randomness(seed: seed.value).stream(purpose, followedBy: split.rawValue).indexed(iteration)
      .indexed(scenario)
  }
}

/// A seed, written as hexadecimal digits because JSON readers round large integers.
public struct HexSeed: Codable, Hashable, Sendable {
  /// The seed.
  public var value: UInt64

  /// Wraps a seed.
  public init(_ value: UInt64) { self.value = value }

  /// Reads up to 16 hexadecimal digits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = StateKey.word(hexadecimal: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "is not a seed in hexadecimal digits")
    }
    self.value = value
  }

  /// Writes 16 hexadecimal digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(StateKey.hexadecimal(value))
  }
}

/// The episode and turn that a fork left, and the name of its random streams.
public struct ForkParent: Hashable, Sendable {
  /// The name of the parent episode.
  public var episode: String
  /// How many turns the fork shares with its parent.
  public var turn: Int
  /// How many sampled tokens of the next turn the fork shares with its parent; 0 if it left between
  /// two turns.
  ///
  /// Where nothing was sampled as tokens, 1 says that the fork keeps the whole action.
  public var token: Int
  /// What the fork's streams are called.
  public var stream: String

  /// The name of the fork, such as `train/3/12/4/2-what-if`, or `train/3/12/4/2.5-what-if` after the
  /// fifth token of a turn.
  var childName: String {
    let place = token > 0 ? "\(turn).\(token)" : "\(turn)"
    return "\(episode)/\(place)-\(stream)"
  }

  /// The fork's random stream, given the parent's.
  func branch(of random: Randomness) -> Randomness {
    let branch = random.stream("fork-", followedBy: stream).indexed(turn)
    return token > 0 ? branch.stream("token", token) : branch
  }
}

extension ForkParent: Codable {
  private enum CodingKeys: String, CodingKey { case episode, turn, token, stream }

  /// Reads a parent; a missing token is 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    episode = try container.decode(String.self, forKey: .episode)
    turn = try container.decode(Int.self, forKey: .turn)
    token = try container.decodeIfPresent(Int.self, forKey: .token) ?? 0
    stream = try container.decode(String.self, forKey: .stream)
  }

  /// Writes a parent, and the token only where it says something.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(episode, forKey: .episode)
    try container.encode(turn, forKey: .turn)
    if token != 0 { try container.encode(token, forKey: .token) }
    try container.encode(stream, forKey: .stream)
  }
}

/// A finished episode, without the types of its environment: what traces record and estimators read.
public struct Episode: Codable, Hashable, Sendable {
  /// The name of the episode in its run.
  public var name: String
  /// The environment's `id`.
  public var environment: String
  /// The family of the scenario.
  public var family: String
  /// Where the episode comes from.
  public var origin: EpisodeOrigin
  /// The episode that this one is a fork of.
  public var parent: ForkParent?
  /// The forks before that, oldest first, if the parent is itself a fork.
  public var ancestors: [ForkParent]?
  /// The scenario as plain JSON.
  public var scenario: JSONValue
  /// The key of the environment's random stream at the start.
  public var environmentStream: String
  /// The key of the policy's random stream.
  public var policyStream: String
  /// Which policy played it; nil where nobody recorded that, as in version 1 of the trace format.
  public var policy: PolicyRecord?
  /// The turns.
  public var turns: [Turn]
  /// The tokens, if the policy samples tokens.
  public var tape: TokenTape
  /// How the episode ended.
  public var ending: Ending
  /// The action that was decided when the machinery failed in the middle of a turn.
  public var unfinishedAction: Action?
  /// What the environment said of the last state.
  public var judgement: Judgement?
  /// The key of the last state.
  public var finalKey: StateKey?
  /// What would have been observed next, if the episode was cut from outside: a critic reads it.
  public var finalObservation: Text?
  /// The last state, if the run records states.
  public var finalState: JSONValue?
  /// How often a decision, a turn or the judgement was tried again after a retryable failure.
  public var retries: Int
}

extension Episode {
  /// The reward of each turn, `nil` where it is absent; the judgement's is paid after the last one.
  public var rewards: [Double?] {
    var rewards = turns.map(\.reward)
    if let final = judgement?.reward, let last = rewards.indices.last {
      rewards[last] = (rewards[last] ?? 0) + final
    }
    return rewards
  }

  /// The sum of all rewards, `nil` if there are none.
  public var totalReward: Double? {
    let present = rewards.compactMap(\.self)
    return present.isEmpty ? nil : present.reduce(0, +)
  }

  /// The forks that led here, oldest first.
  public var forks: [ForkParent] { (ancestors ?? []) + (parent.map { [$0] } ?? []) }

  /// What a fork keeps of a turn.
  ///
  /// - Parameters:
  ///   - turn: The turn, from 0.
  ///   - count: How many sampled tokens; of a turn that was not sampled as tokens, 1 is the whole action.
  /// - Returns: `nil` if the turn was not played, or has fewer.
  public func beginning(ofTurn turn: Int, count: Int) -> ActionBeginning? {
    guard turns.indices.contains(turn) else { return nil }
    if count == 0 { return .tokens(ActionPrefix(tokens: [], logProbabilities: [])) }
    guard let span = turns[turn].span else { return count == 1 ? .action(turns[turn].action) : nil }
    return tape.beginning(of: span, count: count).map { .tokens($0) }
  }

  /// Whether the task was done.
  public var isSuccess: Bool { judgement?.success ?? false }
}
