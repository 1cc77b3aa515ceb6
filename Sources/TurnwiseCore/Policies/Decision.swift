/// A policy's decision in a situation.
public enum Decision: Sendable {
  /// Act.
  ///
  /// The recording contains the tape after sampling, if tokens were sampled. The message is what the action was
  /// read from, if the model wrote more than the action.
  case act(Action, Recording? = nil, message: ModelMessage? = nil)
  /// The context is full: the episode is truncated. Contains the tape so far.
  case contextFull(TokenTape)

  /// A tape and the place of the action on it.
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
