/// What a policy decided.
public enum Decision: Sendable {
  /// To act.
  ///
  /// With the tape as it stands after sampling, if tokens were sampled, and with the message that the action was
  /// read from, if a model wrote more than the action.
  case act(Action, Recording? = nil, message: ModelMessage? = nil)
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
