extension EnumeratedProblem {
  /// The problems that ``EstimatorChecker`` uses.
  public static let all = [stopping, indifferent, survivor, crossroads]

  /// Going on pays more.
  ///
  /// STOP pays 0.5; CONTINUE (0.3) pays 0.5, then 0.5 again. The gradient is 0.105.
  public static let stopping = EnumeratedProblem(
    "stopping",
    [
      [Option(0.3, reward: 0.5, next: 1), Option(0.7, reward: 0.5)],
      [Option(1, reward: 0.5)],
    ])

  /// Going on makes no difference.
  ///
  /// STOP pays 0.5; CONTINUE (0.3) pays 0.25, then 0.25 again.
  public static let indifferent = EnumeratedProblem(
    "indifferent",
    [
      [Option(0.3, reward: 0.25, next: 1), Option(0.7, reward: 0.5)],
      [Option(1, reward: 0.25)],
    ])

  /// Going on leads to turns that the other episodes seldom reach.
  ///
  /// STOP pays 0.5; CONTINUE (0.3) pays 0.1, then one of two options pays 1 (0.6) or 0.2.
  public static let survivor = EnumeratedProblem(
    "survivor",
    [
      [Option(0.3, reward: 0.1, next: 1), Option(0.7, reward: 0.5)],
      [Option(0.6, reward: 1), Option(0.4, reward: 0.2)],
    ])

  /// The first turn decides nothing, the second turn everything.
  ///
  /// Both options of the first turn succeed with probability 0.3. After one of them the second turn
  /// decides with one token, after the other with two; after success a third turn is forced and pays 1.
  public static let crossroads = EnumeratedProblem(
    "crossroads",
    [
      [Option(0.6, next: 1), Option(0.4, next: 2)],
      [Option(0.3, next: 5), Option(0.7, reward: 0)],
      [Option(0.5, endsTurn: false, next: 3), Option(0.5, endsTurn: false, next: 4)],
      [Option(0.4, next: 5), Option(0.6, reward: 0)],
      [Option(0.2, next: 5), Option(0.8, reward: 0)],
      [Option(1, reward: 1)],
    ])
}
