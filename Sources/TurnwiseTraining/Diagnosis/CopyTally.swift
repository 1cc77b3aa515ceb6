public import TurnwiseCore

/// Counts of how often the value of an argument was shown by an earlier reply, by tool and
/// argument.
///
/// A policy that looks up a place and then names another one has read the reply but not copied from
/// it. Only words and numbers count, and only those that the first observation does not show,
/// because those could be copied from the task.
public struct CopyTally: Codable, Hashable, Sendable {
  /// Calls with an argument, and those among them that copy it.
  public struct Count: Codable, Hashable, Sendable {
    /// The number of calls that were made after some reply had been read.
    public var calls = 0
    /// The number of those calls whose value a reply had shown.
    public var copied = 0

    /// The share that copied a value.
    public var share: Double { calls > 0 ? Double(copied) / Double(calls) : 0 }
  }

  /// The counts, by `tool.argument`.
  public private(set) var counts: [String: Count] = [:]

  /// Creates a tally without counts.
  public init() {}

  /// Counts the calls of an episode.
  public mutating func add(_ episode: Episode) {
    let given = Self.words(episode.turns.first?.observation.text ?? "")
    var shown: Set<Substring> = []
    for turn in episode.turns {
      for call in turn.action.calls {
        guard case .object(let members) = call.arguments, !shown.isEmpty else { continue }
        for (name, value) in members {
          let words = Self.words(value).filter { !given.contains($0) }
          guard !words.isEmpty else { continue }
          counts["\(call.name).\(name)", default: Count()].calls += 1
          if words.contains(where: shown.contains) {
            counts["\(call.name).\(name)", default: Count()].copied += 1
          }
        }
      }
      for reply in turn.replies where !reply.isRefusal { shown.formUnion(Self.words(reply.text)) }
    }
  }

  /// Adds the counts of another tally.
  public mutating func add(_ other: CopyTally) {
    for (name, count) in other.counts {
      counts[name, default: Count()].calls += count.calls
      counts[name, default: Count()].copied += count.copied
    }
  }

  /// Returns an argument that demonstrations copy most of the time but the policy hardly ever
  /// copies.
  public func neverCopied(by policy: CopyTally) -> String? {
    counts.filter { name, shown in
      guard shown.calls >= 20, shown.share >= 0.5, let played = policy.counts[name] else {
        return false
      }
      return played.calls >= 20 && played.share < 0.3 * shown.share
    }.max { ($0.value.calls, $1.key) < ($1.value.calls, $0.key) }?.key
  }

  private static func words(_ text: Text) -> Set<Substring> {
    Set(text.string.split { !$0.isLetter && !$0.isNumber })
  }

  private static func words(_ value: JSONValue) -> Set<Substring> {
    switch value {
    case .string(let text): words(Text(text))
    case .integer(let number): ["\(number)"]
    case .unsigned(let number): ["\(number)"]
    default: []
    }
  }
}
