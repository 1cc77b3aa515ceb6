/// Something that decides what to do next, for many sessions at once.
///
/// A policy is a value; copying it takes a snapshot. What a policy remembers of sessions while it
/// samples (a key-value cache) belongs to the ``Sampler`` made from it.
public protocol Policy: Sendable {
  /// What reports call the policy.
  var name: String { get }
  /// How the policy wants to be fed.
  var feeding: Feeding { get }
  /// Makes a sampler of the policy as it is now.
  func makeSampler() -> any Sampler
}

/// How a policy wants to be fed.
public enum Feeding: Hashable, Sendable {
  /// With batches of up to this many rows, all of which are answered together.
  case lockStep(rows: Int)
  /// With up to this many calls at once, each for one row.
  case independent(calls: Int)

  /// The most rows of one call.
  public var rows: Int { if case .lockStep(let rows) = self { rows } else { 1 } }
  /// The most calls at once.
  public var calls: Int { if case .independent(let calls) = self { calls } else { 1 } }
}

/// A snapshot of a policy with whatever it caches.
public protocol Sampler: Sendable {
  /// Decides on a batch: one answer for each situation, in order.
  ///
  /// An answer must not depend on what else is in the batch. A call that fails loses its own episode
  /// and no other. Where the action is ``Situation/begun``, only the rest of it is sampled, and its span
  /// holds both.
  func decide(_ batch: [Situation]) async -> [Result<Decision, Failure>]

  /// Scores what was sampled on tapes: for each tape the log-probabilities of each sampled span.
  func score(_ tapes: [TokenTape]) async -> [Result<[[Float]], Failure>]

  /// Forgets what is cached of an episode that has ended.
  func forget(_ episode: String) async
}

/// What a policy gets to see: the present, and how the episode came here.
public struct Situation: Sendable {
  /// The name of the episode; a key for caches.
  public var episode: String
  /// What the agent is told before the first turn.
  public var instructions: String
  /// The tools, in the order of their names.
  public var tools: [ToolDescription]
  /// The present.
  public var observation: Observation
  /// The past.
  public var turns: [Turn]
  /// The tokens of the past.
  public var tape: TokenTape
  /// What the action must begin with, in a fork that left its parent in the middle of an action.
  public var begun: ActionPrefix?
  /// The policy's random stream of this turn.
  public var random: Randomness

  /// Describes a situation.
  public init(
    episode: String = "", instructions: String = "", tools: [ToolDescription] = [],
    observation: Observation, turns: [Turn], tape: TokenTape = TokenTape(),
    begun: ActionPrefix? = nil, random: Randomness = Randomness(seed: 0)
  ) {
    self.episode = episode
    self.instructions = instructions
    self.tools = tools
    self.observation = observation
    self.turns = turns
    self.tape = tape
    self.begun = begun
    self.random = random
  }

  /// What the agent has not read yet: the replies to its last action, and the observation if it is
  /// another than before.
  public var news: [Text] {
    guard let last = turns.last else { return [observation.text] }
    let replies = last.replies.map(\.text)
    return last.observation.text == observation.text ? replies : replies + [observation.text]
  }
}

/// What a policy decided.
public enum Decision: Sendable {
  /// To act, with the tape as it stands after sampling, if tokens were sampled.
  case act(Action, Recording?)
  /// That nothing more fits its context: the episode is truncated.
  case contextFull(TokenTape)

  /// A tape and where on it the action is.
  public struct Recording: Sendable {
    /// The tape with the action's tokens appended.
    public var tape: TokenTape
    /// The span of the action's tokens.
    public var span: TokenTape.Reference

    /// Creates a recording.
    public init(tape: TokenTape, span: TokenTape.Reference) {
      self.tape = tape
      self.span = span
    }
  }
}

/// A policy that decides one situation at a time and samples no tokens.
public protocol TurnPolicy: Policy {
  /// Decides on one situation.
  ///
  /// - Throws: Anything; the episode then ends as failed at the boundary `policy`.
  func decide(_ situation: Situation, using random: inout Randomness) async throws -> Action
}

extension TurnPolicy {
  /// One call at a time.
  public var feeding: Feeding { .independent(calls: 1) }
  /// Asks the policy itself.
  public func makeSampler() -> any Sampler { TurnSampler(policy: self) }
}

private struct TurnSampler<P: TurnPolicy>: Sampler {
  let policy: P

  func decide(_ batch: [Situation]) async -> [Result<Decision, Failure>] {
    var answers: [Result<Decision, Failure>] = []
    for situation in batch {
      var random = situation.random
      do {
        answers.append(.success(.act(try await policy.decide(situation, using: &random), nil)))
      } catch {
        answers.append(.failure(.wrapping(error, at: .policy)))
      }
    }
    return answers
  }

  func score(_ tapes: [TokenTape]) async -> [Result<[[Float]], Failure>] {
    tapes.map { _ in
      .failure(
        Failure(.policy, code: "no-tokens", message: "'\(policy.name)' samples no tokens to score.")
      )
    }
  }

  func forget(_ episode: String) async {}
}
