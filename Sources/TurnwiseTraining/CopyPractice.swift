internal import TurnwiseCore
internal import TurnwiseModel

/// Sequences without meaning in which copying is all there is to learn.
///
/// Nearly every action in a tool-use episode copies a name from the instruction or a reply, and
/// demonstrations hold few such places. Random tokens of which pieces return later (Olsson et al.,
/// 2022, use them to measure induction heads) train copying of every token, names never seen before
/// included.
struct CopyPractice {
  /// The tokens that are copied.
  let tokens: [Int32]
  /// The most tokens of a sequence.
  let context: Int

  /// Practises with the tokens that sequences use.
  init(_ sequences: [TrainingSequence], context: Int) {
    self.context = context
    tokens = Set(sequences.lazy.flatMap(\.tokens)).sorted()
  }

  /// Draws a sequence: random tokens, then pieces of them.
  ///
  /// What is scored is what a reader who has found the place can know: every token of a piece but its
  /// first.
  func sequence(using random: inout Randomness) -> TrainingSequence {
    var sequence = TrainingSequence(tokens: [], scored: [])
    let length = min(tokens.count, 48, context / 2)
    sequence.tokens = Array(tokens.shuffled(using: &random).prefix(length))
    while sequence.tokens.count + 8 <= min(context, length + 40) {
      let start = Int.random(in: 0..<max(1, length - 8), using: &random)
      let piece = sequence.tokens[
        start..<min(length, start + Int.random(in: 2...8, using: &random))]
      let place = sequence.tokens.count
      sequence.tokens += piece
      sequence.scored += (place + 1)..<max(place + 1, place + piece.count)
    }
    return sequence
  }
}
