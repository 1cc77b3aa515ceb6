public import TurnwiseCredit
public import TurnwiseTrace

extension CreditRecord {
  /// Creates the record of an episode's credit.
  public init(_ credit: EpisodeCredit) { self.init(turns: credit.turns, tokens: credit.tokens) }
}
