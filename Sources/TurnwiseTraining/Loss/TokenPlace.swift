/// The episode and turn of a sampled token, within the episodes that a loss is taken over.
///
/// The parts of the loss read lists of tokens with a place for each. Tokens with equal places
/// belong to one turn, wherever they are in the list. So the lists need not be sorted, and how the
/// tokens were cut into sequences does not matter.
public struct TokenPlace: Hashable, Sendable {
  /// The number of the episode.
  public var episode: Int
  /// The number of the turn in its episode.
  public var turn: Int

  /// Creates a place.
  public init(episode: Int, turn: Int) { (self.episode, self.turn) = (episode, turn) }
}
