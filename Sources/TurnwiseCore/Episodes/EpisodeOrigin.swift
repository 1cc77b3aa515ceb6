/// Where an episode comes from: what is needed to play it again.
public struct EpisodeOrigin: Codable, Hashable, Sendable {
  /// The seed of the run.
  public var seed: HexSeed
  /// The split that the scenario was drawn from.
  public var split: Split
  /// The iteration of training; 0 outside of training.
  public var iteration: Int
  /// The index of the scenario in its iteration.
  public var scenario: Int
  /// The index of the episode in its group.
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

/// The random streams of an origin. Members of a group share all of them except the policy's.
extension EpisodeOrigin {
  /// The stream that the scenario is drawn with.
  var scenarioRandom: Randomness { stream("scenario-") }
  /// The environment's stream.
  var environmentRandom: Randomness { stream("environment-") }
  /// The policy's stream, from which the streams of its turns are derived.
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

  /// Decodes up to 16 hexadecimal digits, or a whole number as people write it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(UInt64.self) {
      value = number
      return
    }
    guard let value = StateKey.word(hexadecimal: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "is not a seed in hexadecimal digits")
    }
    self.value = value
  }

  /// Encodes 16 hexadecimal digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(StateKey.hexadecimal(value))
  }
}

/// The episode and turn that a fork starts from, and the name of its random streams.
public struct ForkParent: Hashable, Sendable {
  /// The name of the parent episode.
  public var episode: String
  /// How many turns the fork shares with its parent.
  public var turn: Int
  /// How many sampled tokens of the next turn the fork shares with its parent; 0 if it starts between
  /// two turns.
  ///
  /// If no tokens were sampled, 1 means that the fork keeps the whole action.
  public var token: Int
  /// The name of the fork's random streams.
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

  /// Decodes a parent; a missing token is read as 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    episode = try container.decode(String.self, forKey: .episode)
    turn = try container.decode(Int.self, forKey: .turn)
    token = try container.decodeIfPresent(Int.self, forKey: .token) ?? 0
    stream = try container.decode(String.self, forKey: .stream)
  }

  /// Encodes a parent; a token of 0 is left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(episode, forKey: .episode)
    try container.encode(turn, forKey: .turn)
    if token != 0 { try container.encode(token, forKey: .token) }
    try container.encode(stream, forKey: .stream)
  }
}
