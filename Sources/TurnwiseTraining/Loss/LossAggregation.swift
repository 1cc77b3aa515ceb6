public import TurnwiseCore

/// How the losses of tokens are combined into the loss of a minibatch.
///
/// The loss is Σ_j L_j / d_j, with a divisor d_j for each token. With N the episodes of the minibatch,
/// n_i the sampled tokens of episode i, T_i its turns, n_t the tokens of turn t, n = Σ n_i and
/// T = Σ T_i:
///
///     token-mean            d = n           every token counts the same (DAPO, arXiv 2503.14476)
///     sequence-mean         d = N n_i       every episode counts the same (GRPO, arXiv 2402.03300)
///     sequence-sum          d = N           the gradient of log π(episode)
///     constant              d = C N         the same, scaled (Dr. GRPO, arXiv 2503.20783)
///     turn-mean             d = T n_t       every turn counts the same
///     episode-turn-mean     d = N T_i n_t   every episode counts the same, and in it every turn
///
/// Because log π(turn) = Σ log π(token), a policy gradient over turns gives all tokens of a turn
/// one advantage and sums over them. Dividing by the length of the turn makes the penalty of a bad
/// turn smaller if the turn is long. The forms with `mean` of turns or sequences accept that bias
/// for a smaller variance.
public enum LossAggregation: String, WordChoice {
  /// The mean over all tokens.
  case tokenMean = "token-mean"
  /// The mean over episodes of the mean over their tokens.
  case sequenceMean = "sequence-mean"
  /// The mean over episodes of the sum over their tokens.
  case sequenceSum = "sequence-sum"
  /// The mean over episodes of the sum over their tokens, divided by a constant length.
  case constant
  /// The mean over all turns of the mean over their tokens.
  case turnMean = "turn-mean"
  /// The mean over episodes of the mean over their turns of the mean over their tokens.
  case episodeTurnMean = "episode-turn-mean"

  /// Whether the weight of a token depends on how long its turn is.
  public var dividesByTurnLength: Bool { self == .turnMean || self == .episodeTurnMean }

  /// Returns the divisor of each token: the reciprocal of its weight in the loss.
  ///
  /// The function returns divisors, because they are whole numbers and exact, unlike weights. They
  /// must be taken once over all tokens of a step: divisors of each micro-batch would give a mean
  /// of means, in which a token's weight depends on the tokens that it happens to be computed with.
  ///
  /// - Parameters:
  ///   - places: The place of each sampled token of the minibatch.
  ///   - length: The constant C of `constant`.
  /// - Returns: The divisors, in the order of the tokens. Turns without sampled tokens do not count.
  public func divisors(of places: [TokenPlace], length: Int) -> [Double] {
    var turns: [TokenPlace: Int] = [:]
    for place in places { turns[place, default: 0] += 1 }
    var episodes: [Int: (turns: Int, tokens: Int)] = [:]
    for (place, tokens) in turns {
      let episode = episodes[place.episode] ?? (0, 0)
      episodes[place.episode] = (episode.turns + 1, episode.tokens + tokens)
    }
    return places.map { place in
      let tokens = turns[place] ?? 0
      let episode = episodes[place.episode] ?? (0, 0)
      let divisor =
        switch self {
        case .tokenMean: places.count
        case .sequenceMean: episodes.count * episode.tokens
        case .sequenceSum: episodes.count
        case .constant: length * episodes.count
        case .turnMean: turns.count * tokens
        case .episodeTurnMean: episodes.count * episode.turns * tokens
        }
      return Double(divisor)
    }
  }
}
