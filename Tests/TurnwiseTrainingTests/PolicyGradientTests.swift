import Testing
import TurnwiseTraining

@Suite struct `The clipped objective` {
  private let objective = ClippedObjective(low: 0.2, high: 0.28)

  @Test(arguments: [
    // log ratio, advantage, loss, derivative by the log-probability, clipped
    (0.0, 1.0, -1.0, -1.0, false), (0.0, -2.0, 2.0, 2.0, false),
    // Above 1 + high a good token stops being pushed up, below 1 - low a bad one down.
    (0.5, 1.0, -1.28, 0.0, true), (-0.5, -1.0, 0.8, 0.0, true),
    // On the other side the gradient goes on.
    (-0.5, 1.0, -0.6065306597, -0.6065306597, false),
    (0.5, -1.0, 1.6487212707, 1.6487212707, false),
    // The dual clip holds the loss of a bad token that has become three times as likely.
    (2.0, -1.0, 3.0, 0.0, true),
  ])
  func `has the loss and derivative of PPO`(
    logRatio: Double, advantage: Double, loss: Double, derivative: Double, isClipped: Bool
  ) {
    let term = objective(logRatio: logRatio, advantage: advantage)
    #expect(abs(term.loss - loss) < 1e-9)
    #expect(abs(term.derivative - derivative) < 1e-9)
    #expect(term.isClipped == isClipped)
  }
}
