import Testing
import TurnwiseCore

/// Plays actions in the compact format, such as `bash ls`.
///
/// A failure of the episode fails the test.
func play<E: Environment>(_ actions: [String], in session: Session<E>) async -> Session<E> {
  var session = session
  let tools = session.environment.tools.descriptions
  for action in actions { await session.play(CompactFormat().parse(Text(action), tools: tools)) }
  if let failure = session.ending?.failure { Issue.record("\(failure)") }
  return session
}

extension Collection {
  /// The share of sessions that ended with success.
  func successRate<E: Environment>() -> Double where Element == Session<E> {
    Double(count { $0.judgement?.success == true }) / Double(Swift.max(1, count))
  }
}

/// Whether byte-pair encoding of a word of the fixed wording could learn a token that divides the syllables
/// of made-up words, because a vowel of these precedes one of their consonants.
func dividesSyllables(_ word: String) -> Bool {
  zip(word, word.dropFirst()).contains { "aeiu".contains($0) && "fghjvyz".contains($1) }
}
