/// Where a sampled token lies among the episodes that a loss is taken over.
///
/// The parts of the loss read lists of tokens with a place for each. Tokens with equal places are
/// those of one turn, wherever in the list they are: the lists need not be sorted, and how the tokens
/// were cut into sequences does not show.
public struct TokenPlace: Hashable, Sendable {
  /// The number of the episode.
  public var episode: Int
  /// The number of the turn in its episode.
  public var turn: Int

  /// Names a place.
  public init(episode: Int, turn: Int) { (self.episode, self.turn) = (episode, turn) }
}
